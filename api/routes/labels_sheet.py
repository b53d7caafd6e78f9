"""Label sheets for office printers: where the file is that somebody must open and print."""

from __future__ import annotations

from dataclasses import dataclass

from api.labels.printer_list import sheet_folder
from api.routes.labels_choices import profile_of
from api.routes.services import PrintJob, Services
from ledger.verify.wording import Refusal
from printers.errors import PrintingError


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where the label sheets of a print are: `file` with its path, or at least the `folder`."""

    file: str = ""
    folder: str = ""


def sheet_of_job(job: PrintJob) -> Sheet | None:
    """The file that a print of this process has written; None for other printers."""
    outcome = job.outcome
    return Sheet(outcome.file) if outcome is not None and outcome.file else None


def sheet_of_lot(services: Services, item: str, lot: str) -> Sheet | None:
    """Where the sheets in doubt of a lot are. None when no office printer was asked for them.

    Prints of earlier runs of the program are known only by their printer, so by its folder.
    """
    for job in services.labelling.jobs():
        if (job.item, job.lot) == (item, lot) and job.progress.get("in_doubt"):
            return sheet_of_job(job)
    for one in services.labelling.unfinished():
        if (one.item, one.lot) == (item, lot) and one.in_doubt:
            return _folder_of(services, one.printer)
    return None


def _folder_of(services: Services, name: str) -> Sheet | None:
    try:
        printer = services.printers.get(name)
        profile = profile_of(printer)
        if profile is None or profile.language != "sheet":
            return None
        return Sheet(folder=str(sheet_folder(printer.address)))
    except (Refusal, PrintingError):
        # Taken off the list, or its folder is gone: the question is asked all the same.
        return None
