"""The label law at the printing desk: errors stop, warnings go into the ledger with the issue."""

from __future__ import annotations

from typing import Any

from api.labels.check import LabelCheck, check_label, law_record, require_lawful
from api.labels.desk import Desk
from api.labels.fields import label_of
from ledger.domain.serials import serial_text
from printers.design.template import Template


def next_serial(desk: Desk, facts: dict[str, Any]) -> str:
    """The serial that would print next: the first one waiting, else the next to be issued."""
    item = facts["item"]
    states = desk.account.states(item, facts["lot"])
    waiting = next((serial for serial, state in states.items() if state == "waiting"), None)
    if waiting is not None:
        return waiting
    tag = desk.station.tag_of(facts["party"])
    return serial_text(desk.label_key, item, tag, desk.views.next_counter(item, tag))


def check_next(desk: Desk, facts: dict[str, Any], template: Template) -> LabelCheck:
    """What the law says of the label that would print next."""
    serial = next_serial(desk, facts)
    label = label_of(facts, serial, desk.url(facts, serial), template)
    return check_label(facts, label, template)


def require_lawful_label(desk: Desk, facts: dict[str, Any], template: Template) -> dict[str, Any]:
    """The field `law` of a `labels-issued` body. LabelRefused when the law forbids the label."""
    return {"law": law_record(require_lawful(check_next(desk, facts, template)))}
