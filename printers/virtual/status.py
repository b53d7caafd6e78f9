"""The bytes with which the virtual printer tells its state.

ESC/POS: public command reference, "transmission status identification": DLE EOT 0xx1xx10, GS r
0xx0xxxx, automatic status 0xx1xx00 and three of 0xx0xxxx. TSPL: the public TSPL/TSPL2 manual,
<ESC>!? (one byte, a bit for each condition) and <ESC>!S (STX, four bytes, ETX CR LF).
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from printers.virtual.troubles import Trouble

State = AbstractSet[Trouble]


def _halted(state: State) -> bool:
    return bool(state - {"paper-low"})


def real_time(kind: int, state: State) -> bytes:
    """The answer to DLE EOT `kind`, b"" for a kind that is not known."""
    answer = 0x12
    if kind == 1:
        answer |= 0x08 if _halted(state) else 0
    elif kind == 2:
        answer |= 0x04 if "cover-open" in state else 0
        answer |= 0x20 if "paper-out" in state else 0
        answer |= 0x40 if state & {"hot", "jam"} else 0
    elif kind == 3:
        answer |= 0x04 if "jam" in state else 0
        answer |= 0x40 if "hot" in state else 0
    elif kind == 4:
        answer |= 0x60 if "paper-out" in state else 0
        answer |= 0x0C if "paper-low" in state else 0
    else:
        return b""
    return bytes([answer])


def _paper(state: State) -> int:
    return (0x0C if "paper-out" in state else 0) | (0x03 if "paper-low" in state else 0)


def in_turn(kind: int, state: State) -> bytes:
    """The answer to GS r: 1 paper sensor, 2 drawer pin; b"" for another kind."""
    if kind in (1, 49):
        return bytes([_paper(state)])
    return b"\x00" if kind in (2, 50) else b""


def automatic(state: State) -> bytes:
    """Four bytes of automatic status (GS a)."""
    first = 0x10 | (0x08 if _halted(state) else 0) | (0x20 if "cover-open" in state else 0)
    second = (0x40 if "hot" in state else 0) | (0x04 if "jam" in state else 0)
    return bytes([first, second, _paper(state), 0])


_TSPL_BITS: tuple[tuple[Trouble, int], ...] = (
    ("cover-open", 0x01),
    ("jam", 0x02),
    ("paper-out", 0x04),
    ("offline", 0x10),
    ("hot", 0x80),
)


def tspl_byte(state: State, printing: bool) -> bytes:
    """The answer to <ESC>!?; 20 only while printing goes on."""
    bits = sum(bit for kind, bit in _TSPL_BITS if kind in state)
    return bytes([bits or (0x20 if printing else 0)])


def tspl_long(state: State, printing: bool) -> bytes:
    """The answer to <ESC>!S: message, warning, two error bytes."""
    message = b"@"
    if state & {"cover-open", "jam", "paper-out", "hot"}:
        message = b"E"
    elif "offline" in state:
        message = b"`"
    elif printing:
        message = b"P"
    third = 0x40 | (0x01 if "hot" in state else 0)
    fourth = 0x40 | (0x01 if "paper-out" in state else 0) | (0x02 if "jam" in state else 0)
    fourth |= 0x20 if "cover-open" in state else 0
    return b"\x02" + message + b"@" + bytes([third, fourth]) + b"\x03\r\n"
