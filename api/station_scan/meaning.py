"""A scanned or typed text to what this ledger knows by it. Nothing here is shown or recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from api.routes.services import Facts, Services
from ledger.domain.codes import PartyCode
from ledger.domain.errors import DomainError
from ledger.domain.scanned_codes import Reading, Scan, read_scan
from ledger.domain.serials import read_serial

Kind = Literal["lot", "label", "product", "carton", "several", "unknown"]
Note = Literal["other-host", "other-case", "serial-false", "serial-nowhere", "serial-other-lot"]
MOST_LOTS: Final = 20
_RECENT: Final = 200  # newest lots of the ledger that are looked through for those of one product


@dataclass(frozen=True, slots=True)
class KnownLot:
    """A lot that may be meant."""

    item: str
    code: str
    name: str

    @property
    def text(self) -> str:
        """As forms take it: item, a space, lot code."""
        return f"{self.item} {self.code}"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a scan means here.

    kind      "label" is a lot with a serial of it; "several" lots have the code
    reading   what was read, as far as it could be
    lot       of "lot" and "label"; `facts` its facts, `state` the label's
    lots      of "several", of a "product" (its newest) and a "carton" (what is in it)
    name      of a product, also of one whose lot is unknown
    host      the address of a link that is not ours
    """

    kind: Kind
    scan: Scan
    reading: Reading
    lot: KnownLot | None = None
    facts: Facts | None = None
    state: str = ""
    lots: tuple[KnownLot, ...] = ()
    name: str = ""
    notes: tuple[Note, ...] = ()
    host: str = ""


class Meanings:
    """Looks scans up on behalf of one party. Indexed reads only; it may wait for the disk."""

    def __init__(self, services: Services, party: str) -> None:
        """`party` is "" on a machine that records for nobody."""
        self._services = services
        self._views = services.views
        self._party = party

    def of(self, text: str) -> Meaning:
        """What the text means.

        Raises:
            DomainError: it is no code at all, in one sentence.
        """
        scan = read_scan(text, PartyCode(self._party) if self._party else None)
        found = self._known(scan) or self._product(scan) or self._nothing(scan)
        return self._with_host(found)

    def _known(self, scan: Scan) -> Meaning | None:
        for reading in scan.readings:
            if reading.sscc is not None:
                found = self._carton(scan, reading)
            elif reading.lot is not None:
                found = self._lot(scan, reading)
            elif reading.serial is not None:
                found = self._serial(scan, reading)
            else:
                found = None
            if found is not None:
                return found
        return None

    def _carton(self, scan: Scan, reading: Reading) -> Meaning | None:
        found = self._views.container(reading.sscc or "")
        if found is None:
            return None
        lots = tuple(
            KnownLot(item, code, self._name(item, code))
            for item, code, _ in found.contents[:MOST_LOTS]
        )
        return Meaning("carton", scan, reading, lots=lots)

    def _lot(self, scan: Scan, reading: Reading) -> Meaning | None:
        code = reading.lot or ""
        for tried in dict.fromkeys((code, code.swapcase(), code.upper())):
            lots = self._lots_called(reading.item, tried)
            if not lots:
                continue
            notes: tuple[Note, ...] = () if tried == code else ("other-case",)
            if len(lots) > 1:
                return Meaning("several", scan, reading, lots=tuple(lots), notes=notes)
            serial = reading.serial if tried == code else _in_capitals(reading.serial)
            return self._of_lot(scan, reading, lots[0], serial, notes)
        return None

    def _lots_called(self, item: str | None, code: str) -> list[KnownLot]:
        if item is not None:
            found = self._views.lot(item, code)
            return [] if found is None else [KnownLot(item, code, found.facts["name"])]
        items = dict.fromkeys(self._views.known_for(self._party).item_of_lot(code))
        return [KnownLot(one, code, self._name(one, code)) for one in [*items][:MOST_LOTS]]

    def _of_lot(
        self,
        scan: Scan,
        reading: Reading,
        lot: KnownLot,
        serial: str | None,
        notes: tuple[Note, ...] = (),
    ) -> Meaning:
        facts = self._facts(lot)
        if serial is None:
            return Meaning("lot", scan, reading, lot, facts, notes=notes)
        state, note = self._label(lot, serial)
        told = notes if note is None else (*notes, note)
        return Meaning("label", scan, reading, lot, facts, state, notes=told)

    def _label(self, lot: KnownLot, serial: str) -> tuple[str, Note | None]:
        if not self._genuine(lot.item, serial):
            return "", "serial-false"
        tag, counter, _ = read_serial(serial)
        row = self._views.label(lot.item, tag, counter)
        if row is None:
            return "", "serial-nowhere"
        if row.lot_code != lot.code:
            return row.state, "serial-other-lot"
        return row.state, None

    def _serial(self, scan: Scan, reading: Reading) -> Meaning | None:
        """The label with this serial. Of its product the check letters tell, if the code does not."""
        serial = reading.serial or ""
        products: Iterable[str] = (
            (reading.item,)
            if reading.item
            else (str(one["gtin"]) for one in self._views.products())
        )
        for gtin in products:
            if self._genuine(gtin, serial):
                tag, counter, _ = read_serial(serial)
                row = self._views.label(gtin, tag, counter)
                if row is not None:
                    name = self._name(gtin, row.lot_code)
                    lot = KnownLot(gtin, row.lot_code, name)
                    return Meaning("label", scan, reading, lot, self._facts(lot), row.state)
        return None

    def _product(self, scan: Scan) -> Meaning | None:
        for reading in scan.readings:
            if reading.item and reading.lot is None and reading.serial is None:
                name = self._product_name(reading.item)
                if name:
                    return Meaning(
                        "product", scan, reading, lots=self._newest(reading.item), name=name
                    )
        return None

    def _newest(self, item: str) -> tuple[KnownLot, ...]:
        rows = self._views.lots(self._views.owner_of(item), _RECENT)
        found = [KnownLot(row.item, row.code, row.name) for row in rows if row.item == item]
        return tuple(found[:MOST_LOTS])

    def _nothing(self, scan: Scan) -> Meaning:
        reading = scan.readings[0]
        return Meaning("unknown", scan, reading, name=self._product_name(reading.item or ""))

    def _with_host(self, found: Meaning) -> Meaning:
        base, own = found.scan.base, self._services.settings.base_url
        if base is None or (own is not None and base == own.rstrip("/").lower()):
            return found
        host = base.partition("://")[2]
        return Meaning(
            found.kind,
            found.scan,
            found.reading,
            found.lot,
            found.facts,
            found.state,
            found.lots,
            found.name,
            (*found.notes, "other-host"),
            host,
        )

    def _facts(self, lot: KnownLot) -> dict[str, Any] | None:
        found = self._views.lot(lot.item, lot.code)
        return None if found is None else found.facts

    def _name(self, item: str, code: str) -> str:
        found = self._views.lot(item, code)
        return item if found is None else str(found.facts["name"])

    def _product_name(self, item: str) -> str:
        body = self._views.known_for(self._party).product(item) if item else None
        return "" if body is None else str(body["name"])

    def _genuine(self, gtin14: str, serial: str) -> bool:
        try:
            return self._services.labelling.serial_is_genuine(gtin14, serial)
        except DomainError:  # an item that is no product has no labels
            return False


def _in_capitals(serial: str | None) -> str | None:
    return None if serial is None else serial.upper()
