"""A carton's label after a dead process, and when its lot is stopped at the last moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.bootstrap import Services
from api.labels.carton import CartonRefused, find_carton
from api.labels.carton_printing import print_carton
from api.labels.run import Watch
from printers.errors import AttentionError
from printers.spooling.schema import PrintItem
from printers.spooling.spool import Spool
from tests.test_carton import SSCC, ocop, printer, services, trouble, wide_printer

__all__ = ["printer", "services"]


def dead_carton(services: Services, *states: str) -> None:
    """What a process leaves that died while a carton's label was queued or on its way."""
    with services.labelling.desk.spool() as spool:
        labels = [PrintItem(f"00/{SSCC}", SSCC, b"drawn")]
        spool.add_job(f"00/{SSCC}/1", "may-in-thung", labels)
        if "sending" in states:
            assert spool.claim(f"00/{SSCC}/1", lambda _, drawn: drawn)


def test_a_carton_label_that_a_dead_process_left_queued_is_printed(
    services: Services, printer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dead_carton(services)
    assert ocop(services, SSCC) == 0
    assert len(list(printer.glob("*.png"))) == 1
    capsys.readouterr()


def test_a_carton_whose_lot_is_held_while_paper_is_fetched_gets_no_label(
    services: Services, tmp_path: Path
) -> None:
    out = tmp_path / "paper"
    out.mkdir()
    with wide_printer(out) as one:
        services.printers.add("may-in-thung", "virtual-tspl", one.address)
        one.trouble(paper_out_after=0)

        def stop_the_lot(found: AttentionError | None) -> None:
            if found is not None:
                trouble(services, "held")
                one.refill()

        desk, found = services.labelling.desk, find_carton(services.views, SSCC)
        watch = Watch(on_trouble=stop_the_lot, patience_seconds=30)
        with pytest.raises(CartonRefused) as refused:
            print_carton(desk, found, watch=watch)
        assert refused.value.code == "carton-stopped"
        assert one.printed == 0
    with Spool(services.folder / "spool.db", lambda: "now") as spool:
        assert spool.attempts(f"00/{SSCC}")[f"00/{SSCC}"][1] == "cancelled"


def test_a_carton_label_that_a_dead_process_was_sending_can_be_decided(
    services: Services, printer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dead_carton(services, "sending")
    assert ocop(services, SSCC, "--lang", "vi") == 2
    assert "--came-out" in capsys.readouterr().err
    assert ocop(services, SSCC, "--came-out", "yes") == 0
    assert list(printer.iterdir()) == []
