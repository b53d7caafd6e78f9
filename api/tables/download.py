"""A table as the answer to a request: a file to keep."""

from __future__ import annotations

from starlette.responses import Response

from api.tables.values import Table
from api.tables.writing import CONTENT_TYPES, WRITERS


def download(table: Table, kind: str, name: str) -> Response:
    """`name`.`kind`, `kind` one of `WRITERS`; `name` of letters that a header may hold."""
    headers = {
        "content-disposition": f'attachment; filename="{name}.{kind}"',
        "cache-control": "no-store",
    }
    return Response(WRITERS[kind](table), 200, headers, CONTENT_TYPES[kind])
