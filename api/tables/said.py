"""Whether the ledger says the same already, as far as a row of a table can say it.

Private digests differ each time (their salts are random); labels are the same when lot and count
are, whatever template they were printed with: nobody wants them issued again for that.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from api.pages.dates import VIETNAM
from api.tables.needs import Desk
from ledger.domain.drafts import Draft

_NOT_COMPARED: Final = frozenset({"note", "digest", "tag", "first", "corrects", "ends", "proof"})
_OF_LABELS: Final = ("lot", "count")
_AT: Final = "SELECT idx FROM entry WHERE type = ? AND party = ? AND time IN ({})"


def wording(kind: str, body: dict[str, Any]) -> Any:
    """A body without what differs between two recordings of one fact; amounts by their value."""
    if kind == "labels-issued":
        return {name: body[name] for name in _OF_LABELS if name in body}
    return _essence(body)


def _essence(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"value", "unit"}:
            return {"value": _plain(value["value"]), "unit": value["unit"]}
        return {name: _essence(one) for name, one in value.items() if name not in _NOT_COMPARED}
    return [_essence(one) for one in value] if isinstance(value, list) else value


def _plain(text: object) -> str:
    try:
        return format(Decimal(str(text)).normalize(), "f")
    except InvalidOperation:
        return str(text)


def times_said(desk: Desk, draft: Draft, before: int) -> int:
    """How many statements below log index `before` say the same as this draft."""
    wanted = wording(draft.type, draft.body)
    moment = dt.datetime.fromisoformat(draft.time)
    here, there = moment.astimezone(VIETNAM), moment.astimezone(dt.UTC)
    spelt = {
        here.isoformat(timespec="seconds"),
        there.isoformat(timespec="seconds"),
        there.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    stories = desk.views.stories
    rows = stories.rows(_AT.format(",".join("?" * len(spelt))), (draft.type, draft.party, *spelt))
    indexes = [row[0] for row in rows if row[0] < before]
    if not indexes:
        return 0
    found = stories.located_all(indexes)
    return sum(wording(draft.type, one.statement.body) == wanted for one in found)
