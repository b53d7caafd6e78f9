"""Finding a lot by whatever stands on a label or a paper, and saying why it was found.

Codes first (a scanned address, a serial, a GTIN, an SSCC, a statement's id, a lot's code), then
words of names, certificates and orders. Every look-up follows an index and has a bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from api.inspector.addresses import ROOT
from api.pages.addresses import at, dossier_at
from api.pages.dates import day, moment
from api.pages.messages_catalogue import N_, Tongue
from api.pages.words import CERTIFICATES, LABEL_STATES, STAGES, STATUSES, worded
from api.routes.services import Views
from ledger.domain.errors import DomainError
from ledger.domain.identifiers import Gtin, Lot, PartyCode, Sscc
from ledger.domain.scanned_codes import read_scan
from ledger.domain.serials import read_serial
from ledger.projections.naming import words_of
from ledger.verify.graph import Lot as LotKey
from ledger.verify.keys import ROOT_PARTY

LONGEST: Final = 400  # characters of a scanned code
_SHOWN: Final = 20  # things of one kind
_LOTS: Final = 5  # lots beside a thing; `cua` shows more
MOST_LOTS: Final = 200
_PRODUCTS: Final = 5_000  # products among which a serial alone is looked for
_SPACES: Final = re.compile(r"[\s\x1d]+")

TITLES: Final = {
    "lot": N_("Lô hàng"),
    "product": N_("Sản phẩm"),
    "item": N_("Mặt hàng"),
    "party": N_("Cơ sở"),
    "site": N_("Địa điểm, vùng trồng, cơ sở đóng gói"),
    "certificate": N_("Chứng nhận"),
    "order": N_("Lệnh tạm giữ, thu hồi"),
    "statement": N_("Phiếu ghi"),
    "container": N_("Thùng, kiện"),
}


@dataclass(frozen=True, slots=True)
class LotLine:
    """One lot in a list. `stopped` is held, recalled or ""; `standing` the word for it."""

    link: str
    name: str
    code: str
    party: str
    stopped: str
    standing: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: what it is, why it was found, its lots, and where there are more."""

    title: str
    detail: str
    why: str
    lots: tuple[LotLine, ...] = ()
    more: str = ""


@dataclass(slots=True)
class Found:
    """What a search gives, by kind; `more` when a kind has more than are shown."""

    groups: dict[str, list[Hit]] = field(default_factory=dict)
    more: bool = False

    def add(self, kind: str, hit: Hit) -> None:
        """One more, unless its kind is full or has it."""
        group = self.groups.setdefault(kind, [])
        if len(group) >= _SHOWN:
            self.more = True
        elif hit not in group:
            group.append(hit)

    def only_lot(self) -> str:
        """Where the one lot is that was found and nothing else; "" otherwise."""
        every = [hit for group in self.groups.values() for hit in group]
        if len(every) == 1 and len(every[0].lots) == 1 and not every[0].more:
            return every[0].lots[0].link
        return ""


class Searcher:
    """Searches one ledger in one language. Runs in a worker thread."""

    def __init__(self, views: Views, say: Tongue) -> None:
        self._views = views
        self._say = say
        self._lookup = views.lookup
        self._registry = views.registry

    def search(self, text: str) -> Found:
        """Everything that a text may mean."""
        found = Found()
        typed = text.strip()[:LONGEST]
        if not typed:
            return found
        self._label(typed, found)
        self._codes(_SPACES.sub("", typed), found)
        self._lots(typed, found)
        self._named(typed, found)
        found.groups = {kind: found.groups[kind] for kind in TITLES if found.groups.get(kind)}
        return found

    def lots_of(self, reference: str) -> tuple[str, list[LotLine]]:
        """(title, lots) of `kind:reference` as a hit's link names it."""
        kind, _, ref = reference[:LONGEST].partition(":")
        described = self._described(kind, ref)
        if described is None:
            return "", []
        return described[0], list(self._lines(self._lots_of(kind, ref, MOST_LOTS)))

    def _label(self, typed: str, found: Found) -> None:
        """A scanned address or element string, each way to read it."""
        try:
            readings = read_scan(typed).readings
        except DomainError:
            return
        say = self._say
        for one in readings:
            if not one.elements:
                continue  # a plain code, which is looked for by itself
            if one.item and one.lot:
                why = say("Địa chỉ trên tem")
                if one.serial:
                    why = self._serial_words(one.item, one.lot, one.serial)
                self._one_lot((one.item, one.lot), why, found)
            elif one.item:
                self._gtin(one.item, found)
            if one.sscc:
                self._carton(one.sscc, found)

    def _serial_words(self, gtin: str, code: str, text: str) -> str:
        """What the ledger says of one serial."""
        say = self._say
        try:
            tag, counter, _ = read_serial(text.upper())
        except DomainError:
            return say("Địa chỉ trên tem; số tem {serial} sai cách viết", serial=text)
        row = self._views.label(gtin, tag, counter)
        if row is None:
            return say("Địa chỉ trên tem; số tem {serial} chưa từng được cấp", serial=text)
        if row.lot_code != code:
            return say(
                "Địa chỉ trên tem; số tem {serial} được cấp cho lô khác: {lot}",
                serial=text,
                lot=row.lot_code,
            )
        state = worded(LABEL_STATES, row.state, say)
        return say("Địa chỉ trên tem; số tem {serial}: {state}", serial=text, state=state)

    def _codes(self, bare: str, found: Found) -> None:
        """What has the form of a code of ours."""
        say, digits = self._say, bare.replace("-", "")
        if digits.isascii() and digits.isdigit():
            if len(digits) == 18:
                self._carton(digits, found)
            elif len(digits) in (8, 12, 13, 14):
                self._gtin(digits, found)
        try:
            tag, counter, _ = read_serial(bare.upper())
        except DomainError:
            pass
        else:
            gtins = list(self._registry.products)[:_PRODUCTS]
            for lot in self._lookup.tags(gtins, tag, counter):
                row = self._views.label(lot[0], tag, counter)
                state = "" if row is None else worded(LABEL_STATES, row.state, say)
                why = say("Số tem {serial}: {state}", serial=bare.upper(), state=state)
                self._one_lot(lot, why, found)
        start = bare.lower()
        if 8 <= len(start) <= 64 and re.fullmatch("[0-9a-f]+", start):
            for index, _, _ in self._lookup.entries_like(start, _SHOWN):
                self._statement(index, "statement", say("Mã phiếu"), found)

    def _carton(self, sscc: str, found: Found) -> None:
        try:
            number = Sscc(sscc).text
        except DomainError:
            return
        known = self._views.container(number)
        if known is None:
            return
        lots = [(item, code) for item, code, _ in known.contents]
        detail = f"{known.party} · {moment(known.time)}"
        lines = tuple(self._lines(lots[:MOST_LOTS]))
        say = self._say
        found.add("container", Hit(f"SSCC {number}", detail, say("Mã thùng"), lines))

    def _gtin(self, text: str, found: Found) -> None:
        try:
            gtin = Gtin.parse(text).gtin14
        except DomainError:
            return
        say = self._say
        self._add("product", gtin, say("Mã GTIN"), found)

    def _lots(self, typed: str, found: Found) -> None:
        """Lot codes that begin so, and `item lot`."""
        say = self._say
        if " " in typed:
            try:
                lot = Lot.parse(typed, PartyCode(ROOT_PARTY))
            except DomainError:
                return
            self._one_lot((lot.item.text, lot.code.text), say("Mặt hàng và mã lô"), found)
            return
        for code in dict.fromkeys((typed, typed.upper())):
            for one in self._lookup.lots_like(code, _SHOWN + 1):
                exact = one[1] == code
                self._one_lot(one, say("Mã lô") if exact else say("Mã lô bắt đầu như vậy"), found)

    def _one_lot(self, lot: LotKey, why: str, found: Found) -> None:
        for line in self._lines([lot]):
            found.add("lot", Hit("", "", why, (line,)))

    def _named(self, typed: str, found: Found) -> None:
        say, words = self._say, words_of(typed)[:12]
        if not words or len("".join(words)) < 2:
            return
        named, full = self._lookup.named(words)
        if not named and len(words) > 1:
            # The dashes of a code are often typed as spaces, or elsewhere.
            named, full = self._lookup.named(["".join(words)])
        found.more |= full
        exact = "".join(words)
        for kind, ref in sorted(named):
            if kind == "order":
                rows = self._lookup.entries_like(ref, 1)
                for index, _, _ in rows:
                    self._statement(index, "order", say("Số lệnh"), found)
            else:
                self._add(kind, ref, self._why(kind, ref, exact), found)

    def _why(self, kind: str, ref: str, exact: str) -> str:
        """Which of its names or codes was typed."""
        say = self._say
        code = ref.partition(" ")[2] if kind == "certificate" else ref.rpartition("/")[2]
        if kind == "certificate":
            return say("Số chứng nhận")
        if "".join(words_of(code)).startswith(exact):
            return say("Mã")
        body = self._body(kind, ref)
        for field_name in ("growing_area_code", "packing_house_code"):
            if "".join(words_of(str(body.get(field_name, "")))).startswith(exact):
                return say("Mã số vùng trồng hoặc cơ sở đóng gói")
        return say("Tên")

    def _body(self, kind: str, ref: str) -> dict[str, Any]:
        registry = self._registry
        match kind:
            case "party":
                return registry.parties.get(ref, {})
            case "product":
                return registry.products.get(ref, ("", {}))[1]
            case "item":
                return registry.items.get(ref, {})
            case "site":
                party, _, code = ref.partition("/")
                return registry.sites.get((party, code), {})
        return {}

    def _add(self, kind: str, ref: str, why: str, found: Found) -> None:
        described = self._described(kind, ref)
        if described is None:
            return  # said, but not in force: too few root keys, or another has taken its place
        title, detail = described
        lots = self._lots_of(kind, ref, _LOTS + 1)
        more = at(ROOT, self._say.lang, cua=f"{kind}:{ref}") if len(lots) > _LOTS else ""
        found.add(kind, Hit(title, detail, why, tuple(self._lines(lots[:_LOTS])), more))

    def _described(self, kind: str, ref: str) -> tuple[str, str] | None:
        """(title, detail) of a registered thing; None when it is not registered."""
        registry, say = self._registry, self._say
        if kind == "certificate":
            subject, _, number = ref.partition(" ")
            known = registry.certificates.get((subject, number))
            if known is None:
                return None
            days = f"{day(known.valid_from)} – {day(known.valid_to)}"
            ended = say("đã thu hồi") if known.withdrawn else days
            title = f"{worded(CERTIFICATES, known.kind, say)} {number}"
            return title, f"{known.issuer} · {subject.partition(':')[2]} · {ended}"
        body = self._body(kind, ref)
        if not body:
            return None
        more = [ref]
        if kind == "product":
            more = [ref.removeprefix("0"), self._party_name(registry.products[ref][0])]
        elif kind in ("site", "item"):
            more.append(self._party_name(ref.partition("/")[0]))
        names = ("growing_area_code", "packing_house_code", "address", "province")
        more += [str(body[name]) for name in names if body.get(name)]
        return str(body["name"]), " · ".join(more)

    def _party_name(self, party: str) -> str:
        return str(self._registry.parties.get(party, {}).get("name", party))

    def _lots_of(self, kind: str, ref: str, limit: int) -> list[LotKey]:
        match kind:
            case "party":
                return self._lookup.lots_of_party(ref, limit)
            case "product" | "item":
                return self._lookup.lots_of_item(ref, limit)
            case "site":
                party, _, code = ref.partition("/")
                return self._lookup.lots_at(party, code, limit)
            case "certificate":
                subject = ref.partition(" ")[0]
                what, _, rest = subject.partition(":")
                return self._lots_of(what, rest, limit)
        return []

    def _statement(self, index: int, kind: str, why: str, found: Found) -> None:
        located, say = self._views.stories.located(index), self._say
        said = located.statement
        title = worded(STAGES, said.type, say)
        if said.body.get("order"):
            title = say("{what}, số {order}", what=title, order=said.body["order"])
        lots = tuple(self._lines(self._lookup.lots_of_entry(index, MOST_LOTS)))
        detail = f"{self._party_name(said.party)} · {moment(said.time)} · {located.id[:12]}…"
        found.add(kind, Hit(title, detail, why, lots))

    def _lines(self, lots: list[LotKey]) -> Iterator[LotLine]:
        say, standings = self._say, self._lookup.standings(lots)
        for lot in lots:
            if lot not in standings:
                continue
            party, stopped = standings[lot]
            yield LotLine(
                dossier_at(lot, say.lang),
                self._registry.item_name(lot[0]),
                lot[1],
                self._party_name(party),
                stopped,
                worded(STATUSES, stopped, say) if stopped else "",
            )
