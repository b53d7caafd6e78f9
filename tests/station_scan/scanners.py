"""What different scanners make of one label: the same facts, another text each."""

from __future__ import annotations

from collections.abc import Callable

GS = "\x1d"
Scanner = Callable[[str, str, str], str]
"""(GTIN-14, lot, serial) to what arrives, without the closing key."""

SCANNERS: dict[str, Scanner] = {
    "QR, as printed": lambda g, lot, s: f"HTTPS://TRUYXUAT.EXAMPLE.VN/01/{g}/10/{lot}/21/{s}",
    "QR, small letters": lambda g, lot, s: f"https://truyxuat.example.vn/01/{g}/10/{lot}/21/{s}",
    "QR, first letter kept by Shift": lambda g, lot, s: (
        f"hTTPS://truyxuat.example.vn/01/{g}/10/{lot}/21/{s}"
    ),
    "QR with symbology": lambda g, lot, s: f"]Q1https://truyxuat.example.vn/01/{g}/10/{lot}/21/{s}",
    "QR with a query": lambda g, lot, s: (
        f"https://truyxuat.example.vn/01/{g}/10/{lot}/21/{s}?17=270923&utm=x"
    ),
    "QR without scheme": lambda g, lot, s: f"truyxuat.example.vn/01/{g}/10/{lot}/21/{s}",
    "GS1 QR": lambda g, lot, s: f"]Q301{g}10{lot}{GS}21{s}",
    "GS1 DataMatrix": lambda g, lot, s: f"]d201{g}17270923{GS}10{lot}{GS}21{s}{GS}",
    "GS1-128": lambda g, lot, s: f"]C101{g}10{lot}{GS}21{s}",
    "GS1-128 without symbology": lambda g, lot, s: f"01{g}10{lot}{GS}21{s}",
    "FNC1 as ^]": lambda g, lot, s: f"01{g}10{lot}^]21{s}",
    "FNC1 as {GS}": lambda g, lot, s: f"01{g}10{lot}{{GS}}21{s}",
    "FNC1 as |": lambda g, lot, s: f"01{g}10{lot}|21{s}",
    "FNC1 before everything": lambda g, lot, s: f"{GS}01{g}10{lot}{GS}21{s}",
    "FNC1 lost": lambda g, lot, s: f"01{g}10{lot}21{s}",
    "FNC1 lost, with symbology": lambda g, lot, s: f"]d201{g}1727092310{lot}21{s}",
    "in brackets": lambda g, lot, s: f"(01){g}(10){lot}(21){s}",
    "in brackets with spaces": lambda g, lot, s: f"(01) {g} (10) {lot} (21) {s}",
    "serial before lot": lambda g, lot, s: f"]C101{g}21{s}{GS}10{lot}",
    "with spaces and a line end around it": lambda g, lot, s: f" 01{g}10{lot}{GS}21{s}\r\n",
}
