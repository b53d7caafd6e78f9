"""What stands on the packing table: simulated printers, and a person who reads what came out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import zxingcpp
from PIL import Image

from api.bootstrap import Services
from printers.virtual.faults import Faults
from printers.virtual.server import VirtualPrinter
from tests.pages.cooperative import GTIN, LOT, RAW, kg, record, serial

TEMPLATE = "goi-50x40"
HERE = {"item": GTIN, "lot": LOT}


@contextmanager
def printer_named(
    services: Services,
    name: str,
    faults: Faults | None = None,
    speed_mm_s: float | None = None,
) -> Iterator[VirtualPrinter]:
    """A virtual printer that answers everything, in the station's list under a name."""
    out = services.folder / f"paper-{name}"
    out.mkdir()
    with VirtualPrinter(out, 0, faults, speed_mm_s) as printer:
        services.printers.add(name, "virtual", printer.address)
        yield printer


def silent_printer(services: Services, name: str) -> Path:
    """A printer that confirms nothing: a file that takes the bytes. Returns the file."""
    paper = services.folder / f"{name}.bin"
    services.printers.add(name, "virtual", paper.absolute().as_uri())
    return paper


def on_paper(services: Services, name: str) -> list[str]:
    """Serials of the labels that really came out of a virtual printer, in their order."""
    papers = sorted((services.folder / f"paper-{name}").glob("*.png"))
    codes = (code for path in papers for code in zxingcpp.read_barcodes(Image.open(path)))
    return [code.text.rpartition("/")[2] for code in codes]


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something to become true; fail when it does not."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, f"not true within {seconds:g} s"
        time.sleep(0.02)


def printed(services: Services, count: int, printer: str) -> str:
    """Print labels of the cooperative's lot and wait for the end; the job's name."""
    name = services.labelling.start_printing(GTIN, LOT, count, printer, TEMPLATE)
    until(lambda: finished(services, name))
    return name


def finished(services: Services, name: str) -> bool:
    """Whether a job has ended."""
    job = services.labelling.job(name)
    assert job is not None
    return job.done


def link(services: Services, counter: int, lot: str = LOT) -> str:
    """What a scanner types for a label."""
    return f"HTTPS://TRUYXUAT.EXAMPLE.VN/01/{GTIN}/10/{lot}/21/{serial(services, counter)}"


def account(services: Services) -> tuple[int, int, int, int]:
    """(confirmed, in doubt, void, waiting); every serial issued is one of them."""
    counts = services.labelling.status(GTIN, LOT)
    found = counts["confirmed"], counts["in_doubt"], counts["void"], counts["waiting"]
    assert sum(found) == counts["issued"]
    return found


def pack(services: Services, lot: str, day: str, packs: int, gtin: str = GTIN) -> None:
    """Pack a further lot on a day from a harvest of that day."""
    raw = {"item": RAW, "code": f"BD-{lot}"}
    harvest = {"lot": raw, "quantity": kg("400"), "site": "VT-KV01"}
    record(services, "harvested", day, harvest)
    body = {
        "lot": {"item": gtin, "code": lot},
        "site": "XCB-01",
        "inputs": [{"lot": raw, "quantity": kg("320")}],
        "packs": packs,
        "expiry": f"{int(day[:4]) + 1}{day[4:]}",
    }
    record(services, "packed", day, body)
