"""What can be chosen before printing: templates with their pictures and faults, printers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from api.routes.labels_refusals import LabelFormRefused
from api.routes.printer_states import PrinterState
from api.routes.services import Printer, Services
from ledger.verify.wording import Refusal
from printers.bitmap import DOTS_PER_MM
from printers.design.template import Template
from printers.encoders.sheet_layout import SheetLayout
from printers.errors import EncodingError, PrintingError, ProfileError
from printers.profile import Profile


@dataclass(frozen=True, slots=True)
class Fault:
    """One sentence of the label law check, with the clause it rests on."""

    clause: str
    sentence: str


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """One template as drawn for this lot. Sizes in dots; `why` says why it cannot be used."""

    name: str
    wide: int = 0
    high: int = 0
    printers: tuple[str, ...] = ()
    rules: str = ""
    errors: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    why: str = ""

    @property
    def usable(self) -> bool:
        """Drawn, lawful, and fit for some printer here."""
        return not self.why and not self.errors and bool(self.printers)

    @property
    def size(self) -> str:
        """Millimetres, for example 50 × 40 mm."""
        return f"{self.wide // DOTS_PER_MM} × {self.high // DOTS_PER_MM} mm"


@dataclass(frozen=True, slots=True)
class PrinterChoice:
    """One printer with its state; `most_mm` is how wide it prints."""

    name: str
    most_mm: int
    state: PrinterState


def profile_of(printer: Printer) -> Profile | None:
    """A printer's profile; None for one that this version does not have."""
    try:
        return Profile.shipped(printer.profile)
    except ProfileError:
        return None


def dots_wide(printer: Printer) -> int:
    """How wide a printer prints, or a place of its label sheet is, in dots; 0 when not known."""
    profile = profile_of(printer)
    if profile is None:
        return 0
    if profile.language == "sheet":
        return SheetLayout.shipped(profile.sheet).label_dots[0]
    return profile.dots_wide


def require_fit(printer: Printer, template: Template) -> None:
    """Refuse a template that the printer's line, stock or sheet cannot take, before any issue.

    Raises:
        LabelFormRefused, EncodingError, ProfileError: what was found, what would fit.
    """
    profile = Profile.shipped(printer.profile)
    most = dots_wide(printer)
    if template.width > most:
        raise LabelFormRefused(
            "too-wide",
            template=template.name,
            wide=template.width // DOTS_PER_MM,
            printer=printer.name,
            most=most // DOTS_PER_MM,
        )
    if profile.language == "sheet":
        high = SheetLayout.shipped(profile.sheet).label_dots[1]
        if template.height > high:
            raise EncodingError(
                "sheet.too-large",
                found=f"{template.width / DOTS_PER_MM:g} x {template.height / DOTS_PER_MM:g}",
                most=f"{most / DOTS_PER_MM:g} x {high / DOTS_PER_MM:g}",
                sheet=profile.sheet,
            )
    elif profile.media is not None and template.media.kind not in profile.media:
        raise EncodingError(
            "encoding.media",
            found=template.media.kind,
            profile=profile.name,
            expected=", ".join(profile.media),
        )


def _fits(printer: Printer, template: Template) -> bool:
    try:
        require_fit(printer, template)
    except (Refusal, PrintingError):
        return False
    return True


def templates_for(services: Services, item: str, lot: str, lang: str) -> list[TemplateChoice]:
    """Every template, drawn and checked for one lot; usable ones first. Takes some 10 ms each."""
    printers = list(services.printers.all())
    names = services.labelling.templates()
    choices = [_choice(services, item, lot, name, printers, lang) for name in names]
    return sorted(choices, key=lambda one: not one.usable)


def _choice(
    services: Services, item: str, lot: str, name: str, printers: list[Printer], lang: str
) -> TemplateChoice:
    made = TemplateChoice(name)
    try:
        # The law first: a missing item is better said with its clause than as an empty field.
        found = services.labelling.check(item, lot, name)
        made = replace(
            made,
            rules=found.rules,
            errors=tuple(Fault(one.cite(lang), one.say(lang)) for one in found.errors),
            warnings=tuple(Fault(one.cite(lang), one.say(lang)) for one in found.warnings),
        )
        wide, high = png_size(services.labelling.preview_png(item, lot, name))
        shape = services.labelling.desk.templates.get(name)
    except (Refusal, PrintingError) as refusal:
        return replace(made, why=refusal.say(lang))
    fitting = tuple(one.name for one in printers if _fits(one, shape))
    return replace(made, wide=wide, high=high, printers=fitting)


def shared_faults(choices: list[TemplateChoice]) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """(errors, warnings) that every template for this lot has, so that they are said once."""
    checked = [one for one in choices if one.rules and not one.why]
    checked = checked or [one for one in choices if one.rules]
    if not checked:
        return (), ()
    return (
        tuple(one for one in checked[0].errors if all(one in other.errors for other in checked)),
        tuple(
            one for one in checked[0].warnings if all(one in other.warnings for other in checked)
        ),
    )


def png_size(png: bytes) -> tuple[int, int]:
    """Width and height in the header of a PNG (ISO/IEC 15948, 11.2.2)."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
