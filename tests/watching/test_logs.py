"""What is in the log after a day's work, and above all what is not."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.background.telling import Teller
from api.watching.logging_setup import PlainLines, scrubbed, set_up_logs
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.store.postgres.store import PostgresStore
from ledger.verify.wording import Refusal
from tests.postgres.cluster import PASSWORD, Cluster
from tests.store.small_ledger import FARM, FRUIT, day, found, kg, lot, story_drafts

ADDRESS, FORWARDED, SIX = "203.0.113.77", "198.51.100.9", "2001:db8::77:1"
NOTE = "Bà Nguyễn Thị Lụa, xóm Khe Vằn, 0912345678"
NEVER = (ADDRESS, FORWARDED, SIX, "Nguyễn", "Lụa", "0912345678", "Hộ 07", PASSWORD, "p%3Aa", "Q0")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """A log set up as a serving process has it; everything as it was afterwards."""
    names = ("", "ocop", "api", "ledger", "printers", "uvicorn", "uvicorn.error", "uvicorn.access")
    loggers = [logging.getLogger(name) for name in names]
    before = [(one, one.handlers[:], one.level, one.disabled, one.propagate) for one in loggers]
    hooks = sys.excepthook, threading.excepthook
    stream = io.StringIO()
    set_up_logs(stream)
    try:
        yield stream
    finally:
        sys.excepthook, threading.excepthook = hooks
        for one, handlers, level, disabled, propagate in before:
            one.handlers[:] = handlers
            one.setLevel(level)
            one.disabled, one.propagate = disabled, propagate


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """The log's lines; each must be one JSON object."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_time_level_room_event_and_chosen_fields_only(log: io.StringIO) -> None:
    extra = {"entries": 3, "code": "fork", "note": NOTE, "party": FARM}
    logging.getLogger("ocop.background").warning("%s waits", "sequencer", extra=extra)
    (line,) = lines(log)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert isinstance(line.pop("process"), int)
    assert line == {
        "level": "warning",
        "room": "background",
        "event": "sequencer waits",
        "code": "fork",
        "entries": 3,
    }


def test_a_whole_days_work_leaves_no_person_and_no_password_in_the_log(
    log: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = found(tmp_path / "ledger")
    headers = {"x-forwarded-for": FORWARDED, "user-agent": NOTE.encode().hex(), "forwarded": SIX}
    try:
        for draft in story_drafts():
            services.station.record(draft)
        body = {"lot": lot(FRUIT, "Q77"), "quantity": kg("5"), "site": "VT-01"}
        services.station.record(Draft("harvested", FARM, day(14), body, {"note": NOTE}))
        body["site"] = "NOWHERE"
        with pytest.raises(Refusal, match="NOWHERE"):
            services.station.record(Draft("harvested", FARM, day(14), body, {"note": NOTE}))
        app = create_app(services)
        with TestClient(app, client=(ADDRESS, 40000), raise_server_exceptions=False) as client:
            client.get("/01/08938503000420/10/L01", headers=headers)
            client.get(f"/lo/{NOTE}/x", headers=headers)
            client.post("/api/v1/entries", content=NOTE.encode(), headers=headers)
            client.post("/api/v1/entries", json={"entries": [NOTE]}, headers=headers)

            def fails(*_: object) -> None:
                raise ValueError(f"{NOTE} {ADDRESS}")

            monkeypatch.setattr(type(services.views), "lot", fails)
            answer = client.get("/api/v1/lots/HTX-A%2Fqua/Q01", headers=headers)
            html = {**headers, "accept": "text/html"}
            page = client.get("/lo/HTX-A%2Fqua/Q01?lang=vi", headers=html)
    finally:
        services.close()
    assert answer.status_code == 500
    number = answer.json()["id"]
    assert number in answer.json()["detail"]
    assert page.status_code == 500 and NOTE not in answer.text + page.text
    ids = [line["id"] for line in lines(log) if "id" in line]
    assert ids[0] == number and f"mã số: {ids[1]}" in page.text
    (fault,) = [line for line in lines(log) if line.get("id") == number]
    assert (fault["level"], fault["error"]) == ("error", "ValueError")
    assert fault["route"] == "/api/v1/lots/{item:path}/{lot}"
    assert any("test_logs.py" in place and place.endswith(" fails") for place in fault["at"])
    for word in NEVER:
        assert word not in log.getvalue()


def test_errors_of_the_database_are_logged_without_its_password(
    log: io.StringIO, server: Cluster
) -> None:
    dsn = server.owner_dsn("no_such_database")
    teller = Teller("sequencer")
    with pytest.raises(LedgerError) as refused:
        PostgresStore((dsn,))
    teller.trouble(refused.value)
    teller.trouble(RuntimeError(f"cannot reach {dsn}"))
    with pytest.raises(psycopg.Error) as wrong:
        psycopg.connect(f"{dsn}?no_such_option={PASSWORD.replace(' ', '')}")
    logging.getLogger("ocop.background").error("cannot connect to %s", dsn, exc_info=wrong.value)
    said = lines(log)
    assert len(said) == 3
    assert "no_such_database" in said[0]["event"]
    for word in (PASSWORD, "p%3Aa%5Css", "ss word", "%20word"):
        assert word not in log.getvalue()


def test_loggers_of_other_people_give_their_words_and_never_their_values(log: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("Bad request from %s", ADDRESS)
    logging.getLogger("asyncio").error(
        f"Task exception was never retrieved\nfuture: <Task exception=ValueError('{NOTE}')>"
    )
    logging.getLogger("uvicorn.access").info('%s - "GET /lo/Q01"', ADDRESS)
    said = lines(log)
    assert [(one["room"], one["event"]) for one in said] == [
        ("uvicorn", "Bad request from %s"),
        ("asyncio", "Task exception was never retrieved"),
    ]


def test_a_thread_that_dies_is_one_line_without_the_words_of_its_error(log: io.StringIO) -> None:
    def dies() -> None:
        raise KeyError(NOTE)

    thread = threading.Thread(target=dies)
    thread.start()
    thread.join(10)
    (line,) = lines(log)
    assert (line["room"], line["error"]) == ("process", "KeyError")
    assert line["at"][-1].endswith(" dies")
    assert "Nguyễn" not in log.getvalue()


def test_a_terminal_gets_plain_lines_of_the_same_words(log: io.StringIO) -> None:
    record = logging.LogRecord("ocop.scans", logging.WARNING, "x", 1, "%d given up", (3,), None)
    assert re.fullmatch(r"\d\d:\d\d:\d\d warning scans: 3 given up", PlainLines().format(record))


def test_what_cannot_be_logged_stops_nothing(log: io.StringIO) -> None:
    ours = next(one for one in logging.getLogger().handlers if one.formatter is not None)
    for text in ("%d of %d", "%s"):
        ours.handle(logging.LogRecord("ocop.x", logging.ERROR, "x", 1, text, (NOTE,), None))
        log.close()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("postgresql://app:s3cret@db1:5432/so", "postgresql://app:…@db1:5432/so"),
        ("postgresql://app:p@ss@db1/so", "postgresql://app:…@db1/so"),
        ("host=db1 password='a b' user=app", "host=db1 password=… user=app"),
        ("host=db1 PASSWORD=ab user=app", "host=db1 PASSWORD=… user=app"),
        ('server at "10.1.2.3", port 5432', 'server at "[address]", port 5432'),
        ("from 203.0.113.77:40000", "from [address]:40000"),
        ("from [2001:db8::77:1]:40000", "from [[address]]:40000"),
        ("from 2001:db8:0:0:1:2:3:4 at 12:30:05", "from [address] at 12:30:05"),
        ("version 1.2.3 on 127.0.0.1", "version 1.2.3 on 127.0.0.1"),
        ("two\nlines\x1b[31m", "two lines [31m"),
        ("x" * 5000, "x" * 600),
    ],
)
def test_what_looks_like_a_secret_or_an_address_is_blotted_out(text: str, kept: str) -> None:
    assert scrubbed(text) == kept
