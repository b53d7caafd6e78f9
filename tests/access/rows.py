"""The table of access as docs/access.md shows it. Run as a module it prints the rows."""

from __future__ import annotations

import sys

from api.access.table import ANYBODY, PEOPLE, ROLES, SIGNED, TABLE, Roles


def rows_of_the_table() -> list[str]:
    """One Markdown row for each template: who may GET it, who may POST to it."""
    templates = sorted({template for template, _ in TABLE})
    return [
        f"| `{template}` | {_cell(template, 'GET')} | {_cell(template, 'POST')} |"
        for template in templates
    ]


def _cell(template: str, method: str) -> str:
    roles: Roles | None = TABLE.get((template, method))
    if roles is None:
        return "–"
    if roles == ANYBODY:
        return "everybody"
    if roles == SIGNED:
        return "station (signed)"
    if roles == frozenset(PEOPLE):
        return "whoever is signed in"
    return ", ".join(role for role in ROLES if role in roles)


if __name__ == "__main__":
    sys.stdout.write("\n".join(rows_of_the_table()) + "\n")
