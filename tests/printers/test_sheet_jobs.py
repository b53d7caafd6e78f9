"""Office printers: a job is one PDF, whole or not there, and a person says what came out."""

from __future__ import annotations

from pathlib import Path

import pytest

from printers.design.render import render
from printers.design.template import Template
from printers.profile import Profile
from printers.spooling.schema import PrintItem
from printers.spooling.spool import Spool
from printers.spooling.worker import print_job
from printers.transport import open_transport
from tests.printers.sample_labels import label, serial

SHEET = Profile.shipped("a4-50x40")


def queue(tmp_path: Path, count: int) -> Spool:
    template = Template.shipped("goi-50x40")
    spool = Spool(tmp_path / "s.db", lambda: "t")
    labels = [
        PrintItem(f"k/{n}", serial(n), render(template, label(n)).png())
        for n in range(1, count + 1)
    ]
    spool.add_job("08936012345674/PH-1/1", "van-phong", labels)
    return spool


def test_a_job_becomes_one_pdf_and_every_label_waits_for_a_persons_word(tmp_path: Path) -> None:
    folder = tmp_path / "to-in"
    folder.mkdir()
    with queue(tmp_path, 30) as spool:
        job = "08936012345674/PH-1/1"
        outcome = print_job(spool, job, open_transport(folder.as_uri()), SHEET)
        assert (outcome.ending, outcome.counts["in_doubt"]) == ("done", 30)
        (made,) = folder.iterdir()
        assert made.name == "van-phong-08936012345674-PH-1-1.pdf"
        content = made.read_bytes()
        assert content.startswith(b"%PDF")
        assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") >= 2
        assert spool.resolve(job, serial(30)).confirmed == tuple(serial(n) for n in range(1, 31))


def test_a_folder_that_is_not_there_leaves_every_label_queued(tmp_path: Path) -> None:
    with queue(tmp_path, 3) as spool:
        way = open_transport((tmp_path / "nowhere").as_uri())
        outcome = print_job(spool, "08936012345674/PH-1/1", way, SHEET)
        assert outcome.error is not None
        assert outcome.error.code == "spool.sheet-folder"
        assert outcome.counts["queued"] == 3
        assert list(tmp_path.glob("*.p*")) == []


@pytest.mark.parametrize("broken", [b"no picture"])
def test_a_sheet_that_cannot_be_composed_leaves_every_label_queued_and_no_file(
    tmp_path: Path, broken: bytes
) -> None:
    folder = tmp_path / "to-in"
    folder.mkdir()
    with Spool(tmp_path / "s.db", lambda: "t") as spool:
        spool.add_job("j", "p", [PrintItem("k", "s", broken)])
        outcome = print_job(spool, "j", open_transport(folder.as_uri()), SHEET)
        assert outcome.error is not None
        assert outcome.counts["queued"] == 1
        assert list(folder.iterdir()) == []
