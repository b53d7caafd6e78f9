"""Serials become bytes for one printer: words, picture, the printer's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from api.labels.desk import Desk
from api.labels.fields import label_of
from api.labels.printer_list import Printer
from api.labels.sealing import address, seal_for_print, seal_for_show
from ledger.label_seals import Seal
from printers.design.render import lay_out, render
from printers.design.template import Template
from printers.encoders.choose import Encoded, encode_label
from printers.profile import Profile


@dataclass(slots=True)
class Drawer:
    """Draws the labels of one lot for one printer; facts are read once, at its making."""

    desk: Desk
    facts: dict[str, Any]
    template: Template
    printer: Printer
    profile: Profile = field(init=False)
    seal: Seal | None = field(init=False)

    def __post_init__(self) -> None:
        """Refuses as `seal_for_print` does, before anything is issued or queued."""
        self.seal = seal_for_print(self.desk, self.facts, self.template)
        self.profile = Profile.shipped(self.printer.profile)

    def encoded(self, serial: str) -> Encoded:
        """One label's bytes: a PNG for sheets, else the printer's language."""
        url = address(self.desk, self.facts, serial, self.seal)
        laid = lay_out(self.template, label_of(self.facts, serial, url, self.template))
        if self.profile.language == "sheet":
            return Encoded(b"", laid.bitmap().png())
        return encode_label(laid, self.profile, self.printer.send)

    def __call__(self, serials: Sequence[str]) -> list[bytes]:
        """For `print_job`."""
        return [self.encoded(serial).payload for serial in serials]


def picture(desk: Desk, facts: dict[str, Any], serial: str, template: Template) -> bytes:
    """PNG of the very bitmap that a printer gets, but for the station's seal."""
    url = address(desk, facts, serial, seal_for_show(template))
    label = label_of(facts, serial, url, template)
    return render(template, label).png()
