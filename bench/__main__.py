"""`make bench`: every theme, one table. It prints what it measured, good or bad.

`python -m bench [THEME ...]`; `python -m bench growth` is apart, for it makes large ledgers.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from api.collecting import collect_seldom
from bench import (
    bundles,
    growth,
    index,
    ingest,
    label_scans,
    labels,
    page,
    phone,
    printing,
    projecting,
    sealing,
    serial_link,
    station,
    station_tap,
    syncing,
    verifying,
    witness,
)

Row = tuple[str, str, str]
_HEADING = ("what", "measured", "bar")
_THEMES: dict[str, Callable[[], list[Row]]] = {
    theme.__name__.removeprefix("bench."): theme.rows
    for theme in (
        verifying,
        bundles,
        index,
        ingest,
        projecting,
        sealing,
        station,
        station_tap,
        syncing,
        labels,
        label_scans,
        printing,
        serial_link,
        page,
        phone,
        witness,
    )
}


def main(words: Sequence[str]) -> None:
    """Run the themes named, or all but growth, and print the table."""
    collect_seldom()  # as every command of the product does
    if words[:1] == ["growth"]:
        _print(growth.main(words[1:]))
        return
    for name in words:
        if name not in _THEMES:
            sys.exit(f"no theme {name}; there are: {', '.join(_THEMES)}, growth")
    _print([row for name in words or _THEMES for row in _THEMES[name]()])


def _print(found: list[Row]) -> None:
    widths = [max(len(row[at]) for row in (_HEADING, *found)) for at in range(3)]
    for row in (_HEADING, tuple("-" * width for width in widths), *found):
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


if __name__ == "__main__":
    main(sys.argv[1:])
