"""Several printers at once, in threads and processes: no serial twice, the account exact."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from printers.virtual import VirtualPrinter
from tests.labelling_room import account, station
from tests.pages.cooperative import GTIN, LOT, RAW, RAW_LOT, kg, record
from tests.printers.paper import serials_on_paper

SECOND_LOT = "L260924B"


def test_three_processes_and_two_lots_print_every_serial_once(tmp_path: Path) -> None:
    with ExitStack() as stack:
        services, _ = stack.enter_context(station(tmp_path))
        packing = {
            "lot": {"item": GTIN, "code": SECOND_LOT},
            "site": "XCB-01",
            "inputs": [{"lot": {"item": RAW, "code": RAW_LOT}, "quantity": kg("11")}],
            "packs": 20,
            "expiry": "2027-09-24",
        }
        record(services, "packed", "2026-09-24", packing)
        papers = [tmp_path / f"paper{n}" for n in range(3)]
        for n, paper in enumerate(papers):
            printer = stack.enter_context(VirtualPrinter(paper, speed_mm_s=400))
            services.printers.add(f"may{n}", "virtual", printer.address)
        counts = ((LOT, 8), (LOT, 9), (SECOND_LOT, 7))
        running = [
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "api.commands.main", "labels", "print", GTIN, lot),
                    *("--count", str(count), "--printer", f"may{n}"),
                    *("--dir", str(services.folder), "--lang", "en"),
                ],
                cwd=Path(__file__).resolve().parents[1],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for n, (lot, count) in enumerate(counts)
        ]
        told = [one.communicate(timeout=60)[1] for one in running]
        assert [one.returncode for one in running] == [0, 0, 0], told
        services.station.catch_up()
        assert account(services)["confirmed"] == 17
        assert services.labelling.status(GTIN, SECOND_LOT)["confirmed"] == 7
        found = sum((serials_on_paper(paper) for paper in papers), Counter())
        assert set(found.values()) == {1}
        expected = {
            serial
            for lot in (LOT, SECOND_LOT)
            for serial, state in services.labelling.states(GTIN, lot).items()
            if state == "confirmed"
        }
        assert set(found) == expected


def test_threads_on_two_printers_share_a_lot(tmp_path: Path) -> None:
    with station(tmp_path) as (services, _), VirtualPrinter(tmp_path / "hai") as second:
        services.printers.add("hai", "virtual", second.address)
        printed: list[list[str]] = []

        def work(printer: str) -> None:
            printed.extend(
                services.labelling.print_labels(GTIN, LOT, count, printer)[0] for count in (3, 5, 2)
            )

        threads = [threading.Thread(target=work, args=(name,)) for name in ("may", "hai")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        serials = [serial for job in printed for serial in job]
        assert len(serials) == len(set(serials)) == 20
        assert account(services)["confirmed"] == 20
