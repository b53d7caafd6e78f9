"""Printing a carton's label through the spool.

An SSCC is its own serial: every copy of a carton's label is the same label. So a copy is no new
number but a further attempt of the spool's key `00/SSCC`, and needs a reason.
"""

from __future__ import annotations

from typing import Final

from api.labels.account import job_prefix
from api.labels.carton import (
    CARTON_TEMPLATE,
    Carton,
    CartonRefused,
    carton_label,
    refuse_stopped_contents,
)
from api.labels.desk import Desk
from api.labels.printer_list import Printer
from api.labels.run import NEVER_LEFT, Watch
from printers.bitmap import Bitmap
from printers.design.render import lay_out
from printers.design.template import Template
from printers.encoders.choose import Encoded, encode_label
from printers.label import Label
from printers.profile import Profile
from printers.spooling.outcome import JobOutcome, Progress
from printers.spooling.schema import DOUBTED, PrintItem
from printers.spooling.spool import Spool
from printers.spooling.worker import print_held
from printers.transport.address import open_transport

_AI: Final = "00"


def carton_picture(desk: Desk, carton: Carton) -> Bitmap:
    """The very bitmap that would print."""
    template = desk.templates.get(CARTON_TEMPLATE)
    return lay_out(template, carton_label(carton, desk.settings.base_url, template)).bitmap()


def print_carton(
    desk: Desk,
    carton: Carton,
    printer: str | None = None,
    reason: str | None = None,
    came_out: bool | None = None,
    watch: Watch | None = None,
) -> JobOutcome | None:
    """Print one label of a carton through the spool; None when it was only said that it came out.

    `reason` is needed for a further copy. `came_out` decides a label in doubt: True confirms it
    and prints nothing (unless a reason asks for a copy), False voids it and prints again.

    Raises:
        Refusal, PrintingError: nothing was printed.
    """
    chosen = desk.list_of_printers.get(printer)
    desk.refuse_no_address(chosen)
    template = desk.templates.get(CARTON_TEMPLATE)
    encoded = _encoded(carton_label(carton, desk.settings.base_url, template), template, chosen)
    watch = watch or Watch(patience_seconds=0)
    on_progress = watch.on_progress or (lambda _: None)
    prefix = job_prefix(_AI, carton.sscc)

    def progress(one: Progress) -> None:
        if one.state == "sending":
            refuse_stopped_contents(desk.views, carton.sscc)  # a person may have been waited for
        on_progress(one)

    with desk.spool() as spool, desk.held(spool, chosen.name):
        with desk.writing():
            desk.tidy(spool, _AI, carton.sscc, give_back=True, holding=chosen.name)
            if came_out is not None:
                _decide(spool, carton.sscc, came_out=came_out)
                if came_out and not reason:
                    return None
            job = spool.next_job_id(prefix)
            item = _item(spool, carton.sscc, encoded.payload, reason)
            spool.add_job(
                job,
                chosen.name,
                [item],
                encoded.prologue,
                (template.name, template.digest()),
            )
        try:
            return print_held(
                spool,
                job,
                open_transport(chosen.address),
                Profile.shipped(chosen.profile),
                on_progress=progress,
                on_trouble=watch.on_trouble,
                patience_seconds=watch.patience_seconds,
                stop=watch.stop,
            )
        finally:
            spool.cancel(job)  # not a byte left: the next attempt needs no reason of the operator


def _encoded(label: Label, template: Template, printer: Printer) -> Encoded:
    laid, profile = lay_out(template, label), Profile.shipped(printer.profile)
    if profile.language == "sheet":
        return Encoded(b"", laid.bitmap().png())
    # A background that is shared by labels is of no use to a single one.
    return encode_label(laid, profile)


def _decide(spool: Spool, sscc: str, *, came_out: bool) -> None:
    doubted = [
        job
        for job in spool.job_ids(job_prefix(_AI, sscc))
        if any(one.state == "in_doubt" for one in spool.labels(job))
    ]
    if not doubted:
        raise CartonRefused("carton-not-in-doubt", sscc=sscc)
    for job in doubted:
        spool.resolve(job, sscc if came_out else None)


def _item(spool: Spool, sscc: str, payload: bytes, reason: str | None) -> PrintItem:
    """The next attempt of the carton's key, if there may be one."""
    key = f"{_AI}/{sscc}"
    attempt, state = spool.attempts(key).get(key, (0, "cancelled"))
    if state in DOUBTED:
        raise CartonRefused("carton-in-doubt", sscc=sscc)
    if state == "confirmed" and not reason:
        raise CartonRefused("carton-copy", sscc=sscc)
    if attempt == 0:
        return PrintItem(key, sscc, payload)
    return PrintItem(key, sscc, payload, attempt + 1, reason or _why_again(state))


def _why_again(state: str) -> str:
    return "in-doubt" if state == "void" else NEVER_LEFT
