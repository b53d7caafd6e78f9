"""What somebody with an account could send to stop the program, or to fill its disk."""

from __future__ import annotations

import json
import threading
import time
import unicodedata
from dataclasses import asdict
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from api.access.viewer import KEY, Viewer
from api.bootstrap import Services
from api.intake.folding import composed, folded
from api.tables import reading_office
from api.tables.checking import read_sheet
from api.tables.errors import TableRefused
from api.tables.kept_check import kept
from api.tables.layouts import DIARY
from api.tables.pages import TablePages
from api.tables.uploads import Upload, Uploads
from api.tables.whose import owner_of
from api.tables.work import Work
from tests.pages.cooperative import PARTY
from tests.tables.files import HARVEST, HEADINGS, PACKING, RECEIPT, checked, csv_of, xlsx_of
from tests.tables.test_pages import BAD, GOOD, hidden, send, settled

PILED = "a" + "\u0301" * 600_000 + "\u0323" * 600_000


def test_marks_piled_upon_one_letter_stop_nothing(services: Services) -> None:
    """Put in order pair by pair they would take hours, while no other thread runs."""
    began = time.monotonic()
    assert len(composed(PILED)) > 1_200_000
    assert folded(PILED) == "a"
    row = {**HARVEST, "ghi chú": PILED[:60_000] + PILED[-60_000:]}
    table = csv_of([row])
    assert read_sheet(table, "so.csv", DIARY).rows
    with pytest.raises(TableRefused) as why:
        read_sheet(table.replace(b"\xef\xbb\xbf", PILED.encode()), "so.csv", DIARY)
    assert why.value.code == "quotes"  # no cell is as long
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("text", ["Ưỡng Ở Ế Ặ Ỗ " * 9, "ư\u0303" * 40, "é" * 99, "e\u0323\u0302"])
def test_what_people_write_is_put_in_order_as_ever(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_one_long_text_in_every_cell_is_not_unpacked() -> None:
    rows = [HEADINGS, *[["x" * 1_000] * len(HEADINGS)] * 900]
    raw = xlsx_of(rows)
    assert len(raw) < 200_000
    with pytest.raises(TableRefused) as why:
        read_sheet(raw, "so.xlsx", DIARY)
    assert why.value.code == "bomb"


def test_ranges_that_overlap_a_thousand_times_cost_no_time() -> None:
    rows: list[Any] = [["x"] * 60] * 3_000
    found = {
        "name": "x",
        "rows": [[["text", "x"]] * 60 for _ in rows],
        "errors": [],
        "unsaved": [],
        "merged": [[0, 0, 9_999, 59]] * 1_000,
    }
    began = time.thread_time()
    with pytest.raises(TableRefused, match="cannot be read"):
        reading_office._rows(found)
    assert time.thread_time() - began < 5


def test_few_workbooks_are_unpacked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_office, "_TURN", 0.05)
    raw = xlsx_of([HEADINGS, list(HARVEST.values())])
    taken = [reading_office._AT_ONCE.acquire(blocking=False) for _ in range(2)]
    try:
        assert taken == [True, True]
        with pytest.raises(TableRefused) as why:
            read_sheet(raw, "so.xlsx", DIARY)
        assert why.value.code == "reading-now"
    finally:
        for _ in taken:
            reading_office._AT_ONCE.release()


def test_names_of_fields_that_no_page_has_made_mend_nothing(
    here: TestClient, services: Services
) -> None:
    where = send(here, BAD)
    huge = "9" * 5_000
    names = (f"o-{huge}-1", f"o-1-{huge}", "o-١-٢", "o--1", "o-1-1-1", f"o-3-{'9' * 7}")
    answer = here.post(f"{where}/sua", data=dict.fromkeys(names, "5"))
    assert answer.status_code == 303
    settled(here, where)
    (upload,) = Uploads(services.folder)._all()
    assert upload is not None and upload.mended == {}
    # And what is typed is kept in bounds, however often it is sent.
    assert here.post(f"{where}/sua", data={"o-3-5": "y" * 60_000}).status_code == 303
    settled(here, where)
    (upload,) = Uploads(services.folder)._all()
    assert upload is not None and len(upload.mended["3,5"]) < 2_100
    for part in range(20):
        typed = {f"o-{line}-7": "x" for line in range(part * 190 + 10, part * 190 + 200)}
        answer = here.post(f"{where}/sua", data=typed)
        settled(here, where)
        if answer.status_code == 422:
            break
    assert answer.status_code == 422 and "sửa trong chính tệp" in answer.text


def test_a_file_of_faults_alone_is_kept_in_bounds(services: Services) -> None:
    row = dict.fromkeys(HEADINGS, "\u202e")
    raw = csv_of([row] * 9_000)
    found = json.dumps(kept(checked(services, raw)))
    assert len(found) < 12 * len(raw)
    rows = json.loads(found)["rows"]
    assert len(rows) == 9_000 and all(one[1] == "bad" and one[3] for one in rows)
    assert len(rows[0][3]) == len(HEADINGS) and rows[-1][3][0]["code"] == "faults-many"


def test_two_processes_that_are_asked_at_once_record_a_file_once(
    here: TestClient, services: Services
) -> None:
    send(here, GOOD)
    store = Uploads(services.folder)
    (upload,) = store._all()
    assert upload is not None
    before = services.store.size()
    # Each has its own copy of how the file stands, as two processes have.
    copies = [Upload(**asdict(upload)) for _ in range(2)]
    refused: list[str] = []

    def record(copy: Upload) -> None:
        try:
            Work(services, Uploads(services.folder)).start_recording(copy, good_only=False).join(30)
        except TableRefused as refusal:
            refused.append(refusal.code)

    threads = [threading.Thread(target=record, args=(one,)) for one in copies]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert services.store.size() == before + len([HARVEST, RECEIPT, PACKING])
    assert refused in (["working-now"], [])
    (after,) = store._all()
    assert after is not None and not store._path(after.id, "claim").exists()


def test_a_claim_that_an_ended_process_left_does_not_hold_a_file_for_ever(
    here: TestClient, services: Services
) -> None:
    where, before = send(here, GOOD), services.store.size()
    store = Uploads(services.folder)
    (upload,) = store._all()
    assert upload is not None and store.claim(upload) and not store.claim(upload)
    assert here.post(f"{where}/lai", data={"lai": "1"}).status_code == 303
    settled(here, where)
    page = here.get(where).text
    assert here.post(f"{where}/ghi", data={"dau": hidden(page, "dau")}).status_code == 303
    settled(here, where)
    assert services.store.size() == before + len([HARVEST, RECEIPT, PACKING])


def test_whoever_no_longer_works_for_a_party_loses_its_waiting_files(services: Services) -> None:
    pages, store = TablePages(services), Uploads(services.folder)
    viewer = Viewer(frozenset({"manager"}), "HTX-KHAC", "7", "An", "session")
    kept = store.keep(GOOD, "so.csv", "nhat-ky", PARTY, owner_of(viewer))

    asked = Request({"type": "http", "path_params": {"upload": kept.id}, KEY: viewer})
    with pytest.raises(TableRefused) as why:
        pages._find(asked)
    assert why.value.code == "upload-gone"
