"""A decoder written for the tests from the public ESC/POS command reference alone.

It imports nothing from the product and reads a whole label's bytes at once, dot by dot.
"""

from __future__ import annotations


class OddCommandError(ValueError):
    """A byte where no command of the reference begins."""


def decode(stream: bytes, width: int) -> list[list[list[int]]]:
    """Labels as lists of rows of 0/1 dots, `width` dots each, ended by FF, GS V or ESC d."""
    labels: list[list[list[int]]] = []
    rows: list[list[int]] = []
    margin = at = 0
    while at < len(stream):
        rest = stream[at:]
        if rest[:2] == b"\x1b@":
            margin, at = 0, at + 2
        elif rest[:2] == b"\x1dP":
            assert rest[2:4] == b"\xcb\xcb"
            at += 4
        elif rest[:2] == b"\x1dL":
            margin, at = rest[2] | rest[3] << 8, at + 4
        elif rest[:2] == b"\x1bJ":
            rows += [[0] * width for _ in range(rest[2])]
            at += 3
        elif rest[:4] == b"\x1dv0\x00":
            wide, high = rest[4] | rest[5] << 8, rest[6] | rest[7] << 8
            assert 1 <= high <= 255
            assert wide >= 1
            for y in range(high):
                row = [0] * margin
                for byte in rest[8 + y * wide : 8 + (y + 1) * wide]:
                    row += [byte >> bit & 1 for bit in range(7, -1, -1)]
                assert not any(row[width:])
                rows.append((row + [0] * width)[:width])
            at += 8 + wide * high
        elif rest[:1] == b"\x0c" or rest[:3] == b"\x1dVB" or rest[:2] == b"\x1bd":
            labels.append(rows)
            rows = []
            at += {b"\x0c": 1, b"\x1d": 4, b"\x1b": 3}[rest[:1]]
        elif rest[:7] == b"\x1d(H\x06\x00\x30\x30":
            at += 11
        else:
            raise OddCommandError(f"{rest[:4].hex(' ')} at {at}")
    assert not rows
    return labels


def dots(rows: bytes, width: int, height: int) -> list[list[int]]:
    """Packed rows as 0/1 dots."""
    stride = (width + 7) // 8
    return [
        [rows[y * stride + x // 8] >> (7 - x % 8) & 1 for x in range(width)] for y in range(height)
    ]
