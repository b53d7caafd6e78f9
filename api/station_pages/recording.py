"""From a typed form to one record: read, judged, signed once, however often it is sent."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.pages.dates import VIETNAM, today
from api.routes.refusal_status import status_of
from api.routes.services import Services
from api.station_pages.bodies import Content, content_of
from api.station_pages.errors import FormFault
from api.station_pages.once import KEY, SentForms
from api.station_pages.prefill import typed_partner
from api.station_pages.reading import Reading
from api.station_pages.records import Record, said_at
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.station import Answer
from ledger.verify.wording import Refusal

FORM_KEY: Final = "mau"
"""Name of the hidden field with a form's key."""
_NOT_SAID: Final = frozenset({FORM_KEY, "act"})

Typed = Mapping[str, str]
Made = Callable[[dt.datetime], Draft]


class FieldsRefused(FormFault):
    """A form with wrong fields: `faults` by name of field."""

    def __init__(self, faults: Mapping[str, Refusal]) -> None:
        super().__init__("fields", count=len(faults))
        self.faults = dict(faults)

    def __reduce__(self) -> tuple[type[FieldsRefused], tuple[dict[str, Refusal]]]:
        return type(self), (self.faults,)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The id of the record; `before` when this very form was recorded earlier."""

    entry: str
    before: bool


def draft_of(
    services: Services, party: str, statement_type: str, typed: Typed, now: dt.datetime
) -> Draft:
    """The draft of a recording form.

    Raises:
        FieldsRefused: with every wrong field.
    """
    reading = Reading(services, party, typed, now)
    moment = reading.moment()
    content = content_of(statement_type, reading, moment)
    if reading.faults:
        raise FieldsRefused(reading.faults)
    time = moment.isoformat(timespec="seconds")
    return Draft(statement_type, party, time, content.body, content.private)


def correction_of(
    services: Services,
    record: Record,
    standing: dict[str, Any],
    typed: Typed,
    reason: str,
    now: dt.datetime,
) -> Draft:
    """The draft that puts other values in the place of a record's `standing` ones.

    Raises:
        FieldsRefused: with every wrong field.
        FormFault: `nothing-changed`.
    """
    happened = dt.datetime.fromisoformat(record.statement.time)
    # Codes and days that the machine fills in are those of the day of the step.
    reading = Reading(services, record.statement.party, typed, now)
    content = content_of(record.type, reading, happened)
    if reading.faults:
        raise FieldsRefused(reading.faults)
    _keep_what_no_form_has(services, content, standing)
    if _same(services, content, standing):
        raise FormFault("nothing-changed")
    return corrected(record, content.body, content.private, reason, now, typed.get("why", ""))


def corrected(
    record: Record,
    body: dict[str, Any],
    private: Mapping[str, str],
    reason: str,
    now: dt.datetime,
    why: str = "",
) -> Draft:
    """The draft of a correction; `why` is kept private."""
    said = record.statement
    texts = {f"body.{path}": text for path, text in private.items()}
    if why:
        texts["note"] = why
    whole = {"corrects": record.id, "of": record.type, "reason": reason, "body": body}
    time = now.astimezone(VIETNAM).isoformat(timespec="seconds")
    return Draft("corrected", said.party, time, whole, texts)


def _keep_what_no_form_has(services: Services, content: Content, standing: dict[str, Any]) -> None:
    """Digests of papers, and of private texts that were erased or lie on another machine."""
    for name in ("document",):
        if name in standing:
            content.body[name] = standing[name]
    note = standing.get("note")
    if note and "note" not in content.private and services.notes.text_of(note) is None:
        content.body["note"] = note
    for place in ("from", "to", "by"):
        other = standing.get(place)
        if other and place not in content.body and not typed_partner(services, other):
            content.body[place] = other


def _same(services: Services, content: Content, standing: dict[str, Any]) -> bool:
    """Whether body and private texts say what stands already."""
    before = json.loads(json.dumps(standing))
    kept: dict[str, str] = {}
    for path in ("note", "from.digest", "to.digest", "by.digest"):
        first, _, last = path.partition(".")
        holder = before.get(first) if last else before
        digest = holder.pop(last or first, None) if isinstance(holder, dict) else None
        text = None if digest is None else services.notes.text_of(digest)
        if text is not None:
            kept[path] = text
        elif digest is not None and isinstance(holder, dict):
            holder[last or first] = digest
    return before == content.body and kept == content.private


def record_once(services: Services, forms: SentForms, typed: Typed, make: Made) -> Recorded:
    """Record what `make` drafts, unless this form's key was recorded before.

    `make` is called with the moment of the form's first arrival, under the right to append, so that
    codes it chooses are still free.

    Raises:
        FormFault: `sent-before`: the same form came with other values.
        Refusal: as `make` and `Station.record`; nothing was recorded unless it says so.
    """
    key = typed.get(FORM_KEY, "")
    if not KEY.fullmatch(key):
        return Recorded(_recorded(services, make(services.now())), before=False)
    return services.station.acting(lambda: _under_key(services, forms, key, _digest(typed), make))


def _under_key(services: Services, forms: SentForms, key: str, said: str, make: Made) -> Recorded:
    now = services.now()
    sent = forms.begin(key, today(now), now.isoformat(timespec="seconds"), said)
    if sent.entry is not None:
        if sent.said != said:
            raise FormFault("sent-before")
        return Recorded(sent.entry, before=True)
    try:
        draft = make(dt.datetime.fromisoformat(sent.time))
        found = None if sent.new else _found(services, forms, draft)
        entry = found or _recorded(services, draft)
    except Refusal as refusal:
        if status_of(refusal) != 503:
            forms.forget(key)
        raise
    forms.recorded(key, entry)
    return Recorded(entry, before=found is not None)


def _found(services: Services, forms: SentForms, draft: Draft) -> str | None:
    """The record that this draft became when its answer was lost on the way."""
    services.station.catch_up()
    wanted = _without_digests(draft.body)
    for one in said_at(services, draft.type, draft.party, draft.time):
        if _without_digests(one.statement.body) == wanted and not forms.made(one.id):
            return one.id
    return None


def _without_digests(value: Any) -> Any:
    """A body without private texts, whose digests are new each time."""
    if isinstance(value, dict):
        kept = (name for name in value if name not in ("note", "digest"))
        return {name: _without_digests(value[name]) for name in kept}
    return [_without_digests(one) for one in value] if isinstance(value, list) else value


def _recorded(services: Services, draft: Draft) -> str:
    answer = services.station.record(draft)
    if not isinstance(answer, Answer):
        raise LedgerError("record-unknown")
    return answer.id


def _digest(typed: Typed) -> str:
    said = sorted((name, text) for name, text in typed.items() if name not in _NOT_SAID and text)
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
