"""`make bench`: every theme, one table. It prints what it measured, good or bad."""

from __future__ import annotations

from bench import labels, page, printing, serial_link, station, verifying


def main() -> None:
    """Run all themes and print the table."""
    found = [
        row
        for theme in (verifying, station, labels, printing, serial_link, page)
        for row in theme.rows()
    ]
    widths = [max(len(row[at]) for row in found) for at in range(3)]
    heading = ("what", "measured", "bar")
    for row in (heading, tuple("-" * width for width in widths), *found):
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


if __name__ == "__main__":
    main()
