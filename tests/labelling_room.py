"""A small cooperative with a virtual printer beside it, for tests of the whole way of a label."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.bootstrap import Services, open_folder
from api.labels.run import Watch
from printers.virtual import Faults, VirtualPrinter
from tests.pages.cooperative import GTIN, LOT, NOW, found_cooperative
from tests.printers.paper import serials_on_paper

AT_ONCE = Watch(patience_seconds=0)


@contextmanager
def station(
    tmp_path: Path, faults: Faults | None = None
) -> Iterator[tuple[Services, VirtualPrinter]]:
    """100 packs, 10 labels issued, one printer named "may"."""
    services = found_cooperative(tmp_path / "so")
    try:
        with VirtualPrinter(tmp_path / "paper", faults=faults) as printer:
            services.printers.add("may", "virtual", printer.address)
            yield services, printer
    finally:
        services.close()


def reopened(services: Services) -> Services:
    """The same folder as another process sees it."""
    return open_folder(services.folder, lambda: NOW + dt.timedelta(minutes=1))


def kinds(services: Services) -> list[str]:
    """Types of all statements about labels, in ledger order."""
    return [
        services.projector.located(index).statement.type
        for index in range(services.log.size)
        if services.projector.located(index).statement.type.startswith("labels-")
    ]


def account(services: Services) -> dict[str, int]:
    """The lot's account; it adds up, or the test fails."""
    found = services.labelling.status(GTIN, LOT)
    parts = ("confirmed", "in_doubt", "void", "waiting")
    assert found["issued"] == sum(found[name] for name in parts), found
    return found


def on_paper(tmp_path: Path) -> Counter[str]:
    """Serials on whole labels."""
    found = serials_on_paper(tmp_path / "paper", "??????.png")
    assert max(found.values(), default=1) == 1, found
    return found
