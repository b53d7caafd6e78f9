"""What was written out is taken in by a fresh ledger, which writes out the same bytes."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from importlib import resources
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.bootstrap import Services, create, enrol_party
from api.commands.record import Outcome, apply_setup, record_file
from api.settings import Settings
from api.tables.cells import Cell, meant, neutral
from api.tables.exporting import EVERY, export
from api.tables.judged import TO_RECORD
from api.tables.layouts import DIARY, LAYOUTS, REGISTERS
from api.tables.reading_csv import read_csv
from api.tables.reading_office import read_office
from api.tables.recording import record_row
from api.tables.values import Table, Value
from api.tables.writing import WRITERS, as_csv, as_xlsx
from ledger.domain.drafts import Draft
from tests.pages.cooperative import GTIN, PARTY, record
from tests.shared_data import shared
from tests.tables.files import checked, marks_of

NOW = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
DEMO = Path(str(resources.files("api.demo_data")))
SETTINGS = Settings("ocop.example/log", "https://truyxuat.example.vn")


def files(name: str) -> tuple[Path, Path]:
    if name == "demo":
        return DEMO / "demo.csv", DEMO / "demo.setup.json"
    return shared("scenarios", f"{name}.csv"), shared("scenarios", f"{name}.setup.json")


@contextmanager
def ledger(setup: bytes) -> Iterator[tuple[Services, str]]:
    """A fresh ledger of a set-up file, and its party."""
    with TemporaryDirectory() as place:
        services = create(Path(place) / "ledger", SETTINGS, lambda: NOW)
        try:
            party = apply_setup(services, setup, Outcome())
            assert party is not None
            yield services, party
        finally:
            services.close()


def take_in(services: Services, raw: bytes, table: str, party: str, name: str) -> int:
    found = checked(services, raw, table, name, party)
    assert marks_of(found) == []
    for row in found.rows:
        if row.state in TO_RECORD:
            assert record_row(services, row) == (None, None)
    return len(found.rows)


def out(services: Services, party: str, table: str) -> dict[str, bytes]:
    made, left_out = export(services, party, table)
    assert not left_out
    return {kind: write(made) for kind, write in WRITERS.items()}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("demo", "csv"),
        ("demo", "xlsx"),
        pytest.param("mien-dong", "csv", marks=pytest.mark.long),
        pytest.param("che-shan-tuyet", "xlsx", marks=pytest.mark.long),
    ],
)
def test_a_diary_comes_back_byte_for_byte(name: str, kind: str) -> None:
    diary, setup = files(name)
    with ledger(setup.read_bytes()) as (first, party):
        done = record_file(first, diary, diary.read_bytes(), None, party, "vi")
        assert done.recorded > 40 and not done.refused
        written = out(first, party, "nhat-ky")
        again = checked(first, written[kind], "nhat-ky", f"a.{kind}", party)
        assert again.counts == {
            "new": 0,
            "changed": 0,
            "known": done.recorded,
            "bad": 0,
            "empty": 0,
        }
    with ledger(setup.read_bytes()) as (second, party):
        rows = take_in(second, written[kind], "nhat-ky", party, f"a.{kind}")
        assert rows == done.recorded
        # A workbook's number has no "42,0": of the kind that was taken in it is byte for byte.
        assert out(second, party, "nhat-ky")[kind] == written[kind]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_registers_come_back_byte_for_byte_into_an_empty_ledger(kind: str) -> None:
    setup = files("demo")[1].read_bytes()
    with ledger(setup) as (first, party):
        registered = first.views.registry.parties
        withdrawn = {"number": "x/QD", "subject": f"party:{party}", "reason": "expired"}
        paper = {
            "kind": "haccp",
            "number": "x/QD",
            "issuer": "-Chi cục",
            "subject": f"party:{party}",
            "valid_from": "2026-01-02",
            "valid_to": "2027-01-02",
        }
        for kind_of, body in (
            ("certificate-recorded", paper),
            ("certificate-withdrawn", withdrawn),
        ):
            first.station.record(Draft(kind_of, party, first.station.now_text(), body))
        written = {one.name: out(first, party, one.name) for one in REGISTERS}
        others = [body for code, body in registered.items() if code != "LEDGER"]
    with TemporaryDirectory() as place:
        second = create(Path(place) / "ledger", SETTINGS, lambda: NOW)
        try:
            for body in others:
                second.station.record(
                    Draft("party-registered", "LEDGER", "2026-01-01T08:00:00+07:00", body)
                )
            enrol_party(second, party)
            for one in REGISTERS:
                rows = take_in(second, written[one.name][kind], one.name, party, f"a.{kind}")
                assert rows >= 2
                assert out(second, party, one.name) == written[one.name]
                same = checked(second, written[one.name][kind], one.name, f"a.{kind}", party)
                assert {row.state for row in same.rows} == {"known"}
        finally:
            second.close()


def test_the_same_table_gives_the_same_bytes_later(services: Services) -> None:
    for each in EVERY:
        table, _ = export(services, PARTY, each)
        assert table.rows or each == "thiet-bi"
        for write in WRITERS.values():
            assert write(table) == write(table)
    stamps = {one.date_time for one in zipfile.ZipFile(BytesIO(as_xlsx(table))).infolist()}
    assert stamps == {(1980, 1, 1, 0, 0, 0)}


def test_what_a_diary_cannot_say_is_counted_and_left_out(services: Services) -> None:
    lot = {"item": f"{PARTY}/bot-dong", "code": "BD-260915"}
    made = [{"lot": {**lot, "code": one}, "quantity": {"value": "1", "unit": "kg"}} for one in "AB"]
    body = {
        "site": "XCB-01",
        "inputs": [{"lot": lot, "quantity": {"value": "2", "unit": "kg"}}],
        "outputs": made,
    }
    record(services, "processed", "2026-09-24", body)
    record(services, "held", "2026-09-25", {"lots": [lot], "reason": "authority-order"})
    table, left_out = export(services, PARTY, "nhat-ky")
    assert dict(left_out) == {"processed": 1, "held": 1}
    assert [row[1] for row in table.rows] == ["thu hoạch", "đóng gói", "in tem"]


def test_a_declared_loss_goes_out_and_comes_back(services: Services) -> None:
    lot = {"item": f"{PARTY}/bot-dong", "code": "BD-260915"}
    made = {"lot": {"item": GTIN, "code": "LX"}, "quantity": {"value": "8", "unit": "kg"}}
    body = {
        "site": "XCB-01",
        "inputs": [{"lot": lot, "quantity": {"value": "10.5", "unit": "kg"}}],
        "outputs": [made],
        "loss": {"value": "500", "unit": "g"},
    }
    record(services, "processed", "2026-09-24", body)
    record(services, "processed", "2026-09-25", {**body, "loss": {"value": "1.5", "unit": "kg"}})
    table, left_out = export(services, PARTY, "nhat-ky")
    assert [row[11] for row in table.rows[-2:]] == ["500 g", Decimal("1.5")]
    assert not left_out
    for kind, write in WRITERS.items():
        assert checked(services, write(table), name=f"a.{kind}").counts["known"] == len(table.rows)


def test_notes_that_were_erased_still_say_what_was_done(services: Services) -> None:
    work = {"site": "VT-KV01", "activity": "spraying", "interval_days": 7}
    record(services, "field-work-recorded", "2026-08-01", work, note="phun sáng, cách ly 7 ngày")
    table, _ = export(services, PARTY, "nhat-ky")
    assert table.rows[-1][-1] == "phun sáng, cách ly 7 ngày"
    services.notes.erase([row[0] for row in services.notes.rows()])
    table, left_out = export(services, PARTY, "nhat-ky")
    assert table.rows[-1][-1] == "phun, cách ly 7 ngày" and not left_out
    assert table.rows[0][8] == "Hộ 07"


# --- any table ----------------------------------------------------------------------------------

_TEXT = st.text(
    st.characters(
        blacklist_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"), max_codepoint=0x2FFF
    )
    | st.sampled_from("=+-@';\",|\t"),
    min_size=1,
    max_size=30,
)


def _nfc(text: str) -> str:
    """As every text of the ledger is."""
    return unicodedata.normalize("NFC", text)


_FIRST = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a cell has no zone
_LAST = dt.datetime(2099, 12, 31)  # noqa: DTZ001 - the same
_VALUES = st.one_of(
    st.none(),
    _TEXT.map(_nfc).filter(lambda text: text.strip() == text),
    st.decimals(0, 10**12 - 1, places=6, allow_nan=False).map(lambda one: one.normalize()),
    st.integers(0, 10**12 - 1).map(Decimal),
    st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    st.datetimes(_FIRST, _LAST).map(lambda one: one.replace(microsecond=0)),
)
_ROWS = st.lists(st.tuples(*[_VALUES] * 4), min_size=1, max_size=6)
_SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_SOME
@given(st.text(max_size=20))
def test_neutralising_is_undone_exactly_and_leaves_nothing_a_spreadsheet_runs(text: str) -> None:
    out_text = neutral(text)
    assert meant(out_text) == text
    assert out_text[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


@_SOME
@given(_ROWS)
def test_any_table_has_the_same_cells_after_csv(rows: list[tuple[Value, ...]]) -> None:
    fields = DIARY.fields[:4]
    raw = as_csv(Table("x", "x", fields, rows))
    sheet = read_csv(raw, lambda text: True)
    again = [
        tuple(_value(cell, old) for cell, old in zip(cells, row, strict=True))
        for (_, cells), row in zip(sheet.rows[1:], rows, strict=True)
    ]
    assert as_csv(Table("x", "x", fields, again)) == raw
    assert again == rows


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_ROWS)
def test_any_table_has_the_same_cells_after_xlsx(rows: list[tuple[Value, ...]]) -> None:
    fields = DIARY.fields[:4]
    raw = as_xlsx(Table("x", "x", fields, rows))
    parts = zipfile.ZipFile(BytesIO(raw))
    for part in parts.namelist():
        assert not re.search(rb"<f[ >/]", parts.read(part)), part
    sheet = read_office(raw, "x.xlsx")
    again = [
        tuple(_value(cells[at] if at < len(cells) else Cell(""), old) for at, old in enumerate(row))
        for (_, cells), row in zip([*sheet.rows[1:], *[(0, [])] * len(rows)], rows, strict=False)
    ]
    assert again == rows
    assert as_xlsx(Table("x", "x", fields, again)) == raw


def _value(cell: Cell, old: Value) -> Value:
    """The cell's value again, of the kind that was written: a fault of reading spoils it."""
    if not cell.text:
        return None
    if isinstance(old, dt.datetime):
        pattern = {10: "%d/%m/%Y", 16: "%d/%m/%Y %H:%M", 19: "%d/%m/%Y %H:%M:%S"}[len(cell.text)]
        return dt.datetime.strptime(cell.text, pattern)  # noqa: DTZ007 - a cell has no zone
    if isinstance(old, dt.date):
        return dt.datetime.strptime(cell.text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day
    if isinstance(old, Decimal):
        return Decimal(cell.text.replace(",", "."))
    return cell.text


def test_every_table_that_goes_in_goes_out() -> None:
    assert set(LAYOUTS) < set(EVERY)
