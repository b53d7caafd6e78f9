"""A new connection to a printer that may still wait for the rest of an old one's command.

Printers keep what they have received when a connection is lost. A raster command cut in half then
takes the next label's first bytes as its picture: the label is spoilt, and acknowledged all the
same, since its last bytes are read again as commands. So the old command is ended first: with
blank picture data, as much as the longest command can still want. Where nothing was open, NUL
means nothing to an ESC/POS printer (it has no function in the public command reference) and is an
unknown, hence ignored, line to a TSPL one.
"""

from __future__ import annotations

from printers.profile import Profile

# The longest parameters beside raster: GS * stores at most 912 x 8 bytes, GS ( k 7,092.
_LONGEST_STORED = 8192
_TALLEST_TSPL_ROWS = 1600  # a 200 mm label at 203 dpi, in one BITMAP or one stored picture
_HEAD = 64
_ESC_INIT = b"\x1b@"


def end_of_old_command(profile: Profile) -> bytes:
    """Bytes after which the printer reads commands again, whatever it was waiting for."""
    across = (profile.dots_wide + 7) // 8
    if profile.language == "tspl":
        return bytes(across * _TALLEST_TSPL_ROWS + _HEAD) + b"\r\nCLS\r\n"
    if profile.language == "escpos":
        # ESC @ also drops the half line that was not printed yet.
        return bytes(max(across * profile.band_rows, _LONGEST_STORED) + _HEAD) + _ESC_INIT
    return b""
