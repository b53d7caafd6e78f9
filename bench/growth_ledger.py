"""Large ledgers, made once and kept in a folder: `LEDGERS/10000`, `LEDGERS/1000000` and so on."""

from __future__ import annotations

import multiprocessing
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path

from api.bootstrap import Services, open_folder
from bench import probes
from bench.ledgers import small_cooperative
from bench.season import EACH_LOT, Body, Member, Scribe, enrol, year
from ledger.domain.drafts import Draft
from ledger.recorded import stored_event
from ledger.verify.entry import parse_entry
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.statement import read_statement

LOTS_A_PARTY = 400
_TOGETHER = 20  # parties whose statements come in turn
_TURN = 120  # statements of one party at a time
_BATCH = 400
_SIGNING = 2


def ledger_of(folder: Path, size: int) -> Path:
    """A ledger of about `size` statements below `folder`; made there when it is missing."""
    made = folder / f"{size}"
    if (made / "complete").exists():
        return made
    if not (made / "filled").exists():
        shutil.rmtree(made, ignore_errors=True)
        _tell(f"making a ledger of {size:,} statements in {made}")
        with closing(small_cooperative(made)) as services:
            _fill(services, size)
        (made / "filled").touch()
    with closing(open_folder(made, settle=False)) as services:
        _project(services)
    (made / "complete").touch()
    return made


def _fill(services: Services, size: int) -> None:
    members = [Member.new(number) for number in range(max(1, size // (LOTS_A_PARTY * EACH_LOT)))]
    lots = max(1, (size - 2000) // len(members) // EACH_LOT)
    for raw in _in_batches(_registrations(services, members)):
        services.ledger.submit(raw)
    half = len(members) // 2
    _bulk(services, members[:half], lots)
    _probe(services)
    _bulk(services, members[half:], lots)


def _registrations(services: Services, members: Sequence[Member]) -> Iterator[bytes]:
    signer = services.station.signers[ROOT_PARTY, "root"]
    head = services.ledger.history.journals[signer.keyid]
    root = Scribe(signer, ROOT_PARTY, head.seq, head.id)
    for member in members:
        yield from enrol(root, member, services.settings.origin)


def _probe(services: Services) -> None:
    services.station.catch_up()
    time_text = services.station.now_text()
    goods: tuple[tuple[str, Body], ...] = (
        ("item-registered", {"code": "bot-dong", "name": "Bột dong"}),
        ("product-registered", probes.PRODUCT),
        ("certificate-recorded", probes.CERTIFICATE),
    )
    for kind, body in goods:
        services.station.record(Draft(kind, probes.PARTY, time_text, body))
    signer = services.station.signers[probes.PARTY, "station"]
    head = services.ledger.history.journals.get(signer.keyid)
    seq, prev = (0, None) if head is None else (head.seq, head.id)
    scribe = Scribe(signer, probes.PARTY, seq, prev)
    probes.trace(scribe)
    probes.bundle_lot(scribe)
    for raw in _in_batches(scribe.raw):
        services.ledger.submit(raw)
    services.station.catch_up()
    kilos = {"value": "500", "unit": "kg"}
    lot = {"item": f"{probes.PARTY}/cu-dong", "code": "P-1"}
    packing = {
        "lot": {"item": probes.GTIN, "code": probes.PAGE_LOT},
        "site": "VT-01",
        "inputs": [{"lot": lot, "quantity": kilos}],
        "packs": probes.PAGE_PACKS,
        "expiry": "2027-12-01",
    }
    story: tuple[tuple[str, Body], ...] = (
        ("harvested", {"lot": lot, "quantity": kilos, "site": "VT-01"}),
        ("received", {"lot": lot, "quantity": kilos, "site": "VT-01"}),
        ("packed", packing),
    )
    for kind, body in story:
        services.station.record(Draft(kind, probes.PARTY, time_text, body))
    serials = services.labelling.issue(probes.GTIN, probes.PAGE_LOT, probes.PAGE_PACKS)
    (services.folder / "serials.txt").write_text("\n".join(serials), encoding="utf-8")


def _bulk(services: Services, members: Sequence[Member], lots: int) -> None:
    """Signed in several processes, put straight into the store, sealed. Every audit verifies them."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_SIGNING, spawn) as signing:
        made = signing.map(year, members, [lots] * len(members))
        while group := list(islice(made, _TOGETHER)):
            for raw in _in_batches(_in_turn(group)):
                services.store.recorder.insert_events(
                    [
                        stored_event(entry.keyid.hex(), read_statement(entry.payload).seq, one)
                        for one in raw
                        for entry in [parse_entry(one)]
                    ]
                )
            _tell(f"  {services.station.log.seal():,} sealed")


def _in_turn(journals: list[list[bytes]]) -> Iterator[bytes]:
    for first in range(0, max(map(len, journals)), _TURN):
        for journal in journals:
            yield from journal[first : first + _TURN]


def _in_batches(raw: Iterator[bytes] | Sequence[bytes]) -> Iterator[list[bytes]]:
    source = iter(raw)
    while batch := list(islice(source, _BATCH)):
        yield batch


def _project(services: Services) -> None:
    began, told = time.monotonic(), 0

    def progress(size: int) -> None:
        nonlocal told
        if size - told >= 50_000:
            told = size
            _tell(
                f"  {size:,} projected, {size / (time.monotonic() - began):.0f}/s since the probes"
            )

    services.projector.catch_up(progress)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def reopened(folder: Path) -> tuple[Services, float]:
    """The services over a kept ledger, and the seconds that opening took."""
    began = time.perf_counter()
    services = open_folder(folder)
    return services, time.perf_counter() - began
