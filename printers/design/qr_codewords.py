"""From segments to the codewords of a QR code, error correction included (ISO/IEC 18004, 7.4-7.6).

Reed-Solomon as one division of integers a codeword: the library's polynomials took 1 ms a label.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, zip_longest

from qrcode import base, constants, util

from printers.design.qr_segments import LENGTH_BITS, cost
from printers.design.template_parts import Level

LEVELS: dict[Level, int] = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}
_ALNUM = {char: n for n, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
_PADS = (0xEC, 0x11)
_WIDE_FROM = 10  # versions from here have longer length fields


@lru_cache(maxsize=128)
def capacity(version: int, level: Level) -> int:
    """Data codewords (bytes) of a version at a level."""
    return sum(block.data_count for block in _blocks(version, level))


@lru_cache(maxsize=128)
def codeword_count(version: int, level: Level) -> int:
    """All codewords of a version, error correction included."""
    return sum(block.total_count for block in _blocks(version, level))


def codewords(parts: list[tuple[int, str]], version: int, level: Level) -> bytes:
    """Segments (mode, text) as the final sequence of codewords, blocks interleaved.

    The segments must fit: see `capacity` and `qr_segments.cost`.
    """
    wide = version >= _WIDE_FROM
    bits = "".join([_segment(mode, part, wide) for mode, part in parts])
    most = capacity(version, level)
    bits += "0" * min(4, most * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    content = int(bits, 2).to_bytes(len(bits) // 8, "big")
    content += bytes(_PADS[n % 2] for n in range(most - len(content)))
    shares: list[bytes] = []
    checks: list[bytes] = []
    at = 0
    for block in _blocks(version, level):
        share = content[at : at + block.data_count]
        at += block.data_count
        shares.append(share)
        checks.append(_remainder(share, block.total_count - block.data_count))
    if len(shares) == 1:
        return shares[0] + checks[0]
    ordered = chain(chain(*zip_longest(*shares)), chain(*zip_longest(*checks)))
    return bytes([word for word in ordered if word is not None])


def _segment(mode: int, text: str, wide: bool) -> str:
    head = f"{mode:04b}{len(text):0{LENGTH_BITS[wide][mode]}b}"
    if mode == util.MODE_NUMBER:
        triples = [text[at : at + 3] for at in range(0, len(text), 3)]
        body = [f"{int(one):0{(4, 7, 10)[len(one) - 1]}b}" for one in triples]
    elif mode == util.MODE_ALPHA_NUM:
        values = [_ALNUM[char] for char in text]
        body = [f"{a * 45 + b:011b}" for a, b in zip(values[::2], values[1::2], strict=False)]
        if len(values) % 2:
            body.append(f"{values[-1]:06b}")
    else:
        body = [f"{byte:08b}" for byte in text.encode("ascii")]
    made = head + "".join(body)
    assert len(made) == cost(mode, len(text), wide)
    return made


@lru_cache(maxsize=128)
def _blocks(version: int, level: Level) -> list[base.RSBlock]:
    return list(base.rs_blocks(version, LEVELS[level]))


def _remainder(share: bytes, checks: int) -> bytes:
    """The error correction codewords of one block: the remainder of its division."""
    multiples = _generator_multiples(checks)
    top, kept = 8 * (checks - 1), (1 << 8 * (checks - 1)) - 1
    rest = 0
    for word in share:
        rest = (rest & kept) << 8 ^ multiples[word ^ rest >> top]
    return rest.to_bytes(checks, "big")


@lru_cache(maxsize=16)
def _generator_multiples(checks: int) -> tuple[int, ...]:
    """The generator polynomial (without its leading 1) times each field element, as integers."""
    poly = [1]
    for n in range(checks):
        root = base.gexp(n)
        poly = [a ^ _times(b, root) for a, b in zip([*poly, 0], [0, *poly], strict=True)]
    return tuple(
        int.from_bytes(bytes(_times(one, factor) for one in poly[1:]), "big")
        for factor in range(256)
    )


def _times(a: int, b: int) -> int:
    """Product in the field GF(256) of clause 7.5.2."""
    return base.gexp((base.glog(a) + base.glog(b)) % 255) if a and b else 0
