"""What became of one thing: every statement about it, who signed it, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.keys.looking import SHORT
from api.pages.messages_catalogue import N_
from api.pages.words import REASONS, worded
from api.registers.fields import Field
from api.registers.reading import Desk
from api.registers.things import Thing
from api.registers.values import shown_of
from ledger.verify.history import Located

_ACTS = {
    "certificate-withdrawn": N_("Rút giấy"),
    "instrument-verified": N_("Kiểm định"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; "–" for nothing."""

    word: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Version:
    """One statement. `party` speaks, `key` is the beginning of the id of the key that signed.

    `first` says that nothing of its kind was there before.
    """

    act: str
    time: str
    party: str
    key: str
    index: int
    entry: str
    changes: tuple[Change, ...]
    first: bool


def versions(desk: Desk, one: Thing) -> list[Version]:
    """Every statement about a thing, the newest first."""
    before: dict[str, Mapping[str, Any]] = {}
    found = []
    for said in one.said:
        kind = said.statement.type
        first = kind not in before
        found.append(_version(desk, said, before.get(kind, {}), first=first))
        before[kind] = said.statement.body
    return found[::-1]


def _version(desk: Desk, said: Located, old: Mapping[str, Any], *, first: bool) -> Version:
    kind, body = said.statement.type, said.statement.body
    usual = N_("Đăng ký") if first else N_("Ghi lại")
    if kind == "certificate-withdrawn":
        reason = worded(REASONS, str(body["reason"]), desk.say)
        changes: tuple[Change, ...] = (Change(desk.say("Lý do"), "–", reason),)
    else:
        changes = tuple(_changes(desk, kind, old, body))
    return Version(
        desk.say(_ACTS.get(kind, usual)),
        said.statement.time,
        said.statement.party,
        said.signer.keyid_hex[:SHORT],
        said.index,
        said.id,
        changes,
        first,
    )


def _changes(
    desk: Desk, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Change]:
    mine = [one for one in desk.fields() if (one.of or desk.register.type) == kind]
    for one in mine:
        if one.fixed:
            continue
        if old.get(one.name) != new.get(one.name):
            yield Change(desk.say(one.label), _shown(desk, one, old), _shown(desk, one, new))
    for name in sorted({*old, *new} - {one.name for one in desk.fields()}):
        if old.get(name) != new.get(name):
            yield Change(name, str(old.get(name, "–")), str(new.get(name, "–")))


def _shown(desk: Desk, one: Field, body: Mapping[str, Any]) -> str:
    return shown_of(one, body.get(one.name), desk.say)


def facts(desk: Desk, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, value) of what stands, for every field that says something."""
    return [
        (desk.say(one.label), shown_of(one, values[one.name], desk.say))
        for one in desk.fields()
        if values.get(one.name) is not None
    ]


def differences(desk: Desk, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What a form would change of what stands."""
    return [
        Change(desk.say(one.label), _shown(desk, one, old), _shown(desk, one, new))
        for one in desk.fields()
        if old.get(one.name) != new.get(one.name)
    ]
