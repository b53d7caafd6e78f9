"""A form as its page shows it: fields with values, lists to choose from, and what is wrong."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from api.pages.messages_catalogue import Tongue, tongue
from api.pages.rendering import render
from api.pages.words import REASONS, UNITS, amount, worded
from api.routes.refusal_status import heading_of, status_of
from api.routes.services import LotRow, Services
from api.station_pages.balance import Balance, balance_of, net_kilograms
from api.station_pages.bodies import ACTIVITIES, RESULTS
from api.station_pages.bodies import REASONS as REASON_CODES
from api.station_pages.fields import Choice, Field, Form, Rows
from api.station_pages.recording import FORM_KEY, FieldsRefused
from api.station_pages.telling import ACTIVITIES as ACTIVITY_WORDS
from api.station_pages.telling import RESULTS as RESULT_WORDS
from ledger.errors import LedgerError
from ledger.verify.rules.balance import PACK_TOLERANCE
from ledger.verify.wording import Refusal

T = TypeVar("T")
RECENT_LOTS: Final = 30
_MOST_PARTIES: Final = 500
_MASS: Final = (("kg", "kg"), ("g", "g"), ("tấn", "t"), ("lít", "l"), ("ml", "ml"))
_COUNTS: Final = (("gói", "pack"), ("cái", "piece"))
_DESTROYED_FOR: Final = (
    "damaged",
    "expired",
    "test-failed",
    "contamination",
    "wrong-label",
    "authority-order",
    "customer-request",
    "lost",
    "other",
)
"""Reasons for which goods are destroyed, the usual ones first."""
CORRECTED_FOR: Final = ("typing-error", "wrong-label", "in-doubt", "customer-request", "other")


@dataclass(frozen=True, slots=True)
class Shown:
    """One field on the page; `fault` is its sentence, `first` whether the cursor starts in it."""

    field: Field
    value: str
    choices: tuple[Choice, ...]
    fault: str
    first: bool


@dataclass(frozen=True, slots=True)
class ShownRows:
    """Rows of fields: those at once, and those behind one more press (`open` when in use)."""

    rows: Rows
    at_once: list[list[Shown]]
    more: list[list[Shown]]
    open: bool


@dataclass(slots=True)
class FormPage:
    """What a page of a form needs; the same for new records and for corrections."""

    services: Services
    party: str
    form: Form
    lang: str
    typed: Mapping[str, str]
    refusal: Refusal | None = None
    key: str = ""
    tried: bool = False
    correcting: bool = False
    faults: dict[str, str] = field(init=False)
    _lists: Mapping[str, Sequence[Choice]] = field(init=False)

    def __post_init__(self) -> None:
        faults = self.refusal.faults if isinstance(self.refusal, FieldsRefused) else {}
        self.faults = {name: one.say(self.lang) for name, one in faults.items()}
        self._lists = self._known_lists()

    def html(self, template: str, **more: Any) -> bytes:
        """The page."""
        say = tongue(self.lang)
        parts = [self._part(part) for part in self.form.parts]
        usual = [one for one in parts if isinstance(one, ShownRows) or not one.field.seldom]
        seldom = [one for one in parts if isinstance(one, Shown) and one.field.seldom]
        labels = self.form.labelled()
        refusal = self.refusal
        values: dict[str, Any] = {
            "form": self.form,
            "parts": usual,
            "seldom": seldom,
            "seldom_open": any(one.value or one.fault for one in seldom),
            "lots": self._lists.get("lots", ()),
            "parties": self._lists.get("party", ()),
            "heading": heading_of(refusal, self.lang) if refusal else "",
            "fault": refusal.say(self.lang) if refusal else "",
            "faults": [(n, say(labels.get(n, n)), told) for n, told in self.faults.items()],
            "key_name": FORM_KEY,
            "key": self.key or new_key(),
            "balance": self.balance(),
            "tried": self.tried,
            "nets": self._nets(),
            "tolerance": f"{int(1 / PACK_TOLERANCE)}",
            "errors": self.faults,
            **more,
        }
        return render(template, self.lang, **values)

    def balance(self) -> dict[str, str] | None:
        """Figures of the balance in words, None for a form without one."""
        if not self.form.balance:
            return None
        chosen = self.typed.get("product", "")
        product = self._quietly(
            lambda: self.services.views.known_for(self.party).product(chosen), None
        )
        found = balance_of(self.form, self.typed, product)
        return None if found is None else balance_in_words(found, self.lang)

    def _part(self, part: Field | Rows) -> Shown | ShownRows:
        if isinstance(part, Field):
            return self._shown(part)
        rows = [[self._shown(one) for one in part.row(n)] for n in range(1, part.most + 1)]
        at_once, more = rows[: part.shown], rows[part.shown :]
        used = any(one.value or one.fault for row in more for one in row)
        return ShownRows(part, at_once, more, used)

    def _shown(self, one: Field) -> Shown:
        value = self.typed.get(one.name, "")
        choices = _offered(self._lists.get(one.offers, ()), value)
        return Shown(one, value, choices, self.faults.get(one.name, ""), one.name == self._cursor())

    def _cursor(self) -> str:
        """The first wrong field, else the first empty one that is not seldom used."""
        if self.tried:
            return ""  # the balance was asked for, so that is where to look
        fields = [one for one in self.form.fields() if not one.seldom]
        wrong = next((one.name for one in self.form.fields() if one.name in self.faults), "")
        if (self.correcting or self.refusal is not None) and not wrong:
            # Everything is filled in; what is wrong is an amount more often than not.
            amounts = (one.name for one in fields if one.kind in ("number", "whole"))
            return next(amounts, fields[0].name)
        empty = (
            one.name for one in fields if not self.typed.get(one.name) and one.kind != "choice"
        )
        needed = (one.name for one in fields if one.required and not self.typed.get(one.name))
        return wrong or next(needed, "") or next(empty, fields[0].name)

    def _nets(self) -> dict[str, str]:
        """Mass of one pack in kg by GTIN, for the balance while somebody types."""
        if self.form.balance != "packed":
            return {}
        masses = ((str(p["gtin"]), net_kilograms(p)) for p in self._quiet_products())
        return {gtin: f"{mass:f}" for gtin, mass in masses if mass is not None}

    def _quiet_products(self) -> Sequence[Mapping[str, Any]]:
        return self._quietly(self.services.views.products, ())

    def _known_lists(self) -> Mapping[str, Sequence[Choice]]:
        """None while the database is away and they were never read before."""
        return self._quietly(lambda: lists(self.services, self.party, self.form, self.lang), {})

    @staticmethod
    def _quietly(read: Callable[[], T], nothing: T) -> T:
        try:
            return read()
        except LedgerError as wrong:
            if status_of(wrong) != 503:
                raise
            return nothing


def new_key() -> str:
    """A key for one form that is about to be filled in."""
    return secrets.token_urlsafe(18)


def balance_in_words(found: Balance, lang: str) -> dict[str, str]:
    """Kilograms as text, and the state."""
    return {
        "into": amount(f"{found.into:f}", lang),
        "out": amount(f"{found.out:f}", lang),
        "loss": amount(f"{found.loss:f}", lang),
        "rest": amount(f"{abs(found.rest):f}", lang),
        "state": found.state,
        "short": "yes" if found.rest < 0 else "",
    }


def lists(services: Services, party: str, form: Form, lang: str) -> dict[str, Sequence[Choice]]:
    """What a form's lists offer, by name: (value, shown)."""
    views, say = services.views, tongue(lang)
    wanted = {one.offers for one in form.fields()}
    units = [(value, worded(UNITS, unit, say)) for value, unit in _MASS]
    counts = [(value, worded(UNITS, unit, say)) for value, unit in _COUNTS]
    found: dict[str, Sequence[Choice]] = {
        "mass": units if form.type == "harvested" else [*units, *counts],
        "any": [("", say("theo hàng: gói, hoặc kg")), *counts, *units],
        "dose": [*units, *counts],
        "result": [(one, worded(RESULT_WORDS, one, say)) for one in RESULTS],
        "activity": [(one, worded(ACTIVITY_WORDS, one, say)) for one in ACTIVITIES],
        "reason": [
            (one, worded(REASONS, one, say)) for one in _DESTROYED_FOR if one in REASON_CODES
        ],
    }
    if wanted & {"product", "item"}:
        # At a station the registry of a whole province is at hand: the own products come first.
        known = sorted(views.products(), key=lambda one: one["party"] != party)
        products = [(str(p["gtin"]), str(p["name"])) for p in known]
        items = [_named(f"{party}/{i['code']}", i) for i in views.items(party)]
        found["product"], found["item"] = products, items + products
    if "site" in wanted:
        found["site"] = [_named(str(s["code"]), s) for s in views.sites(party)]
    if "instrument" in wanted:
        found["instrument"] = [(str(i["code"]), str(i["code"])) for i in views.instruments(party)]
    if "party" in wanted:
        found["party"] = [
            (str(one["name"]), str(one["code"])) for one in views.parties() if one["code"] != party
        ][:_MOST_PARTIES]
    if "lots" in wanted:
        known_lots = views.known_for(party)
        found["lots"] = [
            # The bare code is what stands on the sack; goods before it only where it is not enough.
            (
                row.code
                if len(known_lots.item_of_lot(row.code)) == 1
                else f"{row.item} {row.code}",
                _described(row, say),
            )
            for row in views.lots_handled(party, RECENT_LOTS)
            if not row.stopped and not _used_up(row)
        ]
    return found


def _used_up(row: LotRow) -> bool:
    return row.kind != "packed" and row.left_kg == "0"


def _described(row: LotRow, say: Tongue) -> str:
    if row.kind == "packed" and row.left_packs is not None:
        left = say("{packs} gói", packs=amount(row.left_packs, say.lang))
        return f"{row.name} – {row.code}, {left}"
    if row.left_kg:
        return f"{row.name} – {row.code}, {amount(row.left_kg, say.lang)} kg"
    return f"{row.name} – {row.code}"


def _named(value: str, registered: Mapping[str, Any]) -> Choice:
    name = registered.get("name")
    return value, f"{name} ({value.rpartition('/')[2]})" if name else value


def _offered(known: Sequence[Choice], typed: str) -> tuple[Choice, ...]:
    # Without its choice a list would show nothing, and what was chosen would be gone.
    if not typed or any(value == typed for value, _ in known):
        return tuple(known)
    return *known, (typed, typed)
