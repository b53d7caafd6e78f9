"""From a typed form of a register to what it would sign; what is wrong stands at its field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from api.pages.dates import day as shown_day
from api.pages.dates import today
from api.pages.messages_catalogue import N_, Tongue
from api.pages.words import CERTIFICATES
from api.registers.errors import RegisterRefused
from api.registers.fields import Field, Register
from api.registers.things import Key, Thing, subjects_of, thing
from api.registers.values import read_value
from api.routes.services import Services
from ledger.domain.codes import Gtin
from ledger.domain.drafts import Draft
from ledger.domain.errors import DomainError

_RECOGNISED: Final = (
    36  # months that an OCOP recognition lasts, as `ledger.verify.rules.gates` says
)
MORE_CERTIFICATES: Final = {
    "iso-9001": "ISO 9001",
    "iso-14001": "ISO 14001",
    "iso-17025": "ISO/IEC 17025",
    "gmp": "GMP",
    "tcvn": "TCVN",
}
"""Kinds with names of their own, beside those that pages have words for."""


@dataclass(slots=True)
class Reading:
    """What a form says. `faults` by field name, "" for the form as a whole."""

    key: Key = ()
    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, RegisterRefused] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Desk:
    """One register of one party, in one language."""

    services: Services
    register: Register
    party: str
    say: Tongue

    @property
    def authority(self) -> bool:
        """Whether the party vouches for others."""
        return self.services.views.registry.is_authority(self.party)

    def fields(self) -> tuple[Field, ...]:
        """The fields, with the choices that only the ledger knows."""
        return tuple(self._filled(one) for one in self.register.fields)

    def _filled(self, one: Field) -> Field:
        if self.register.type != "certificate-recorded":
            return one
        if one.name == "kind":
            known = {cert.kind for cert in self.services.views.registry.certificates.values()}
            others = {kind: kind for kind in sorted(known - set(CERTIFICATES))}
            return replace(one, choices={**others, **MORE_CERTIFICATES, **CERTIFICATES})
        if one.name == "subject" and self.authority:
            return replace(
                one,
                kind="text",
                hint=N_("Mã GTIN của sản phẩm, mã cơ sở, hoặc MÃ-CƠ-SỞ/MÃ-ĐỊA-ĐIỂM."),
            )
        if one.name == "subject":
            subjects = subjects_of(self.services, self.party)
            return replace(one, choices={each: self.subject_word(each) for each in subjects})
        return one

    def subject_word(self, subject: str) -> str:
        """A subject as people call it."""
        registry, (kind, _, code) = self.services.views.registry, subject.partition(":")
        if kind == "product":
            return f"{registry.item_name(code)} ({code})"
        if kind == "site":
            owner, _, site = code.partition("/")
            name = registry.sites.get((owner, site), {}).get("name", site)
            return f"{name} ({code})"
        name = registry.parties.get(code, {}).get("name", code)
        return f"{name} ({code})"

    def thing(self, key: Key) -> Thing:
        """One thing of the register as it stands."""
        return thing(self.services, self.register, self.party, key)

    def read(self, typed: Mapping[str, str], *, new: bool) -> Reading:
        """What was typed, and the statements it would make beside what the ledger says already.

        `new`: nothing of its key may be there yet, unless it says the very same.
        """
        found = Reading()
        for one in self.fields():
            try:
                value = read_value(one, typed.get(one.name, ""), self.say)
            except RegisterRefused as refused:
                found.faults[one.name] = refused
                continue
            if value is not None:
                found.values[one.name] = value
        self._check(found)
        names = self.register.key
        if any(name in found.faults or name not in found.values for name in names):
            return found
        found.key = tuple(str(found.values[name]) for name in names)
        standing = self.thing(found.key)
        if not found.faults:
            found.drafts = self._drafts(found, standing)
        if new and standing.said and (found.drafts or found.faults):
            shown = str(found.values[names[0]])
            found.faults.setdefault(names[0], RegisterRefused("register-taken", found=shown))
        return found

    def _drafts(self, found: Reading, standing: Thing) -> list[Draft]:
        """Only what the ledger does not say already."""
        kinds = dict.fromkeys([self.register.type, *(one.of for one in self.register.fields)])
        drafts = []
        for kind in filter(None, kinds):
            mine = [one for one in self.register.fields if (one.of or self.register.type) == kind]
            body = {one.name: found.values[one.name] for one in mine if one.name in found.values}
            if kind != self.register.type:
                if not body:
                    continue
                body |= {name: found.values[name] for name in self.register.key}
            # What this form does not show, such as a photo, stays as it is.
            old = standing.body(kind)
            names = {one.name for one in mine}
            kept = {name: value for name, value in old.items() if name not in names}
            body = {**kept, **body}
            again = standing.withdrawn and kind == self.register.type
            if body != dict(old) or again:
                now = self.services.station.now_text()
                drafts.append(Draft(kind, self.party, now, body))
        return drafts

    def _check(self, found: Reading) -> None:
        kind = self.register.type
        if kind == "product-registered":
            self._check_gtin(found)
        elif kind == "certificate-recorded":
            self._check_certificate(found)
        elif kind == "instrument-registered":
            self._check_verification(found)

    def _check_gtin(self, found: Reading) -> None:
        gtin = found.values.get("gtin")
        owner = None if gtin is None else self.services.views.owner_of(gtin)
        if owner is not None and owner != self.party:
            found.faults["gtin"] = RegisterRefused("register-of-other", found=gtin, owner=owner)

    def _check_verification(self, found: Reading) -> None:
        first, last = found.values.get("verified_on"), found.values.get("valid_to")
        told = {"verified_on", "valid_to"} & set(found.faults)
        if (first is None) != (last is None) and not told:
            missing = "verified_on" if first is None else "valid_to"
            found.faults[missing] = RegisterRefused("register-verified")
        elif first is None and "body" in found.values and not told:
            found.faults["verified_on"] = RegisterRefused("register-verified")
        now = today(self.services.now())
        if first is not None and first > now:
            found.faults["verified_on"] = RegisterRefused(
                "register-day-future", found=shown_day(first), today=shown_day(now)
            )
        self._check_order(found, first, last)

    def _check_order(self, found: Reading, first: str | None, last: str | None) -> None:
        if first is not None and last is not None and last < first:
            found.faults["valid_to"] = RegisterRefused(
                "register-days-reversed", first=shown_day(first), last=shown_day(last)
            )

    def _check_certificate(self, found: Reading) -> None:
        values, faults = found.values, found.faults
        if "subject" in values:
            self._check_subject(found)
        first, last = values.get("valid_from"), values.get("valid_to")
        self._check_order(found, first, last)
        stars = values.get("stars")
        if values.get("kind") == "ocop":
            if stars is None and "stars" not in faults:
                faults["stars"] = RegisterRefused("register-stars-missing")
            subject = values.get("subject", "product:")
            if not subject.startswith("product:") and "subject" not in faults:
                faults["subject"] = RegisterRefused("register-stars-product")
            if first is not None and last is not None and "valid_to" not in faults:
                most = months_after(first, _RECOGNISED)
                if last > most:
                    faults["valid_to"] = RegisterRefused(
                        *("register-stars-long",),
                        first=shown_day(first),
                        most=shown_day(most),
                        last=shown_day(last),
                    )
        elif stars is not None and "kind" in values:
            faults["stars"] = RegisterRefused("register-stars-elsewhere")

    def _check_subject(self, found: Reading) -> None:
        text = str(found.values["subject"])
        subject = self._subject(text)
        if subject is None:
            found.faults["subject"] = RegisterRefused("register-subject", found=text)
            return
        found.values["subject"] = subject
        owner = self._owner(subject)
        if owner != self.party and not self.authority:
            found.faults["subject"] = RegisterRefused(
                "register-subject-other", found=self.subject_word(subject), owner=owner
            )
            return
        number = found.values.get("number")
        if number is not None:
            vouching = self.thing((str(number), subject)).vouched_by
            if vouching not in {"", self.party}:
                found.faults["number"] = RegisterRefused(
                    "register-vouched", owner=vouching, party=self.party
                )

    def _subject(self, text: str) -> str | None:
        """The subject that a text names, when it is registered; None otherwise."""
        registry, (kind, _, code) = self.services.views.registry, text.partition(":")
        if kind == "product" and code in registry.products:
            return text
        if kind == "site" and tuple(code.split("/", 1)) in registry.sites:
            return text
        if kind == "party" and code in registry.parties:
            return text
        if text in registry.parties:
            return f"party:{text}"
        if tuple(text.split("/", 1)) in registry.sites:
            return f"site:{text}"
        try:
            gtin = Gtin.parse(text).gtin14
        except DomainError:
            return None
        return f"product:{gtin}" if gtin in registry.products else None

    def _owner(self, subject: str) -> str:
        kind, _, code = subject.partition(":")
        if kind == "product":
            return self.services.views.owner_of(code) or ""
        return code.partition("/")[0]


def months_after(day: str, months: int) -> str:
    """The ISO day so many months later; the month's last day where it has no such day."""
    start = dt.date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for less in range(4):
        try:
            return start.replace(year=year, month=month + 1, day=start.day - less).isoformat()
        except ValueError:
            continue
    raise AssertionError(day)
