"""What every act of labelling needs: the lot's facts, printers, templates, spool and ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from api.errors import DoorError
from api.labels.account import LabelAccount, job_prefix
from api.labels.fields import codes_of
from api.labels.printer_list import Printer, PrinterList
from api.labels.template_list import TemplateList
from api.settings import DEFAULT_PORT, Settings
from ledger.domain.digital_link import label_url
from ledger.errors import LedgerError
from ledger.projections.views import Views
from ledger.station import Station
from printers.errors import SpoolError
from printers.spooling.schema import SpooledJob
from printers.spooling.spool import Spool
from printers.transport.address import open_transport
from printers.transport.device import DeviceTransport

T = TypeVar("T")
DEFAULT_TEMPLATE = "goi-50x40"
MOST_AT_ONCE = 10_000
# Where labels lead until a public address is confirmed: good for trials on this machine only.
LOCAL_BASE = f"http://127.0.0.1:{DEFAULT_PORT}"
_STATE_WORDS = {"void": "đã hủy", "waiting": "chờ in", "in_doubt": "chưa rõ"}


@dataclass(frozen=True, slots=True)
class Desk:
    """The labels of one ledger folder on one machine."""

    folder: Path
    settings: Settings
    station: Station
    views: Views
    list_of_printers: PrinterList
    templates: TemplateList
    label_key: bytes
    now_text: Callable[[], str]
    account: LabelAccount

    def spool(self) -> Spool:
        """The spool, opened for the calling thread."""
        return Spool(self.folder / "spool.db", self.now_text)

    def writing(self) -> AbstractContextManager[None]:
        """One process and thread at a time chooses serials, issues and settles.

        What records as well goes through `acting`.
        """
        return self.station.ledger.store.writing()

    def acting(self, act: Callable[[], T]) -> T:
        """An act under `writing`, begun anew when the database was lost in it: `Station.acting`."""
        return self.station.acting(act)

    def facts(self, item: str, lot: str) -> dict[str, Any]:
        """The lot's story. LedgerError for an unknown lot."""
        found = self.views.lot(item, lot)
        if found is None:
            raise LedgerError("lot-unknown", lot=lot, item=item)
        return found.facts

    def url(self, facts: dict[str, Any], serial: str) -> str:
        """The address in a label's QR code; without a confirmed one it leads to this machine."""
        return label_url(self.settings.base_url or LOCAL_BASE, *codes_of(facts), serial)

    def refuse_no_address(self, printer: Printer) -> None:
        """A label whose link would lead nowhere is never printed on real paper."""
        if self.settings.base_url is None and not _on_this_machine(printer.address):
            raise DoorError("base-url-missing", path=self.folder)

    @contextmanager
    def held(self, spool: Spool, printer: str) -> Iterator[None]:
        """Hold a printer. DoorError that says how much is being printed when another does."""
        held = spool.lock(printer)
        try:
            held.__enter__()
        except SpoolError as busy:
            if busy.code != "spool.printer-busy":
                raise
            count = sum(under_way(job) for job in spool.unsettled() if job.printer == printer)
            raise DoorError("printing-now", count=count, printer=printer) from busy
        try:
            yield
        finally:
            held.__exit__(None, None, None)

    def jobs_of(self, spool: Spool, item: str, lot: str) -> list[SpooledJob]:
        """The lot's jobs that have labels queued, on their way or in doubt, oldest first."""
        ours = set(spool.job_ids(job_prefix(item, lot)))
        return [job for job in spool.unsettled() if job.job_id in ours]

    def tidy(
        self, spool: Spool, item: str, lot: str, *, give_back: bool = False, holding: str = ""
    ) -> None:
        """What a dead process left on its way becomes in doubt; `give_back`: its queue waits again.

        `holding` is the printer that the caller holds, so whoever left labels on it is dead.
        """
        for job in self.jobs_of(spool, item, lot):
            held = nullcontext() if job.printer == holding else spool.lock(job.printer)
            if job.printer != holding and spool.is_printing(job.printer):
                continue
            try:
                with held:
                    spool.doubt_unfinished(job.printer)
                    if give_back:
                        spool.cancel(job.job_id)
            except SpoolError as busy:
                if busy.code != "spool.printer-busy":
                    raise


def under_way(job: SpooledJob) -> int:
    """Labels of a job that are queued or on their way."""
    return job.counts["queued"] + job.counts["sending"] + job.counts["sent"]


def refuse_stopped(facts: dict[str, Any]) -> None:
    """A held or recalled lot prints nothing (domain.md, "Rules")."""
    stopped = facts["stopped"]
    if stopped is not None:
        words = {"recalled": "đang bị thu hồi", "held": "đang bị tạm giữ"}
        raise LedgerError(
            "lot-stopped",
            lot=facts["lot"],
            status=stopped["type"],
            status_vi=words[stopped["type"]],
        )


def require_state(states: dict[str, str], serial: str, wanted: set[str]) -> None:
    """DoorError when a serial is not of the lot, or in another state."""
    state = states.get(serial)
    if state is None:
        raise DoorError("serial-unknown", found=serial)
    if state not in wanted:
        raise DoorError(
            "serial-state", found=serial, state=state, state_vi=_STATE_WORDS.get(state, "đã in")
        )


def _on_this_machine(address: str) -> bool:
    """True for a file, or a printer simulated here: its labels reach nobody. A device is real."""
    if address.startswith("file:"):
        return not isinstance(open_transport(address), DeviceTransport)
    return address.startswith(("tcp://127.0.0.1:", "tcp://localhost:", "tcp://[::1]:"))
