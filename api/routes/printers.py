"""Máy in: which printers there are, how they are, adding, finding, trying and removing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.labels.printer_list import sheet_folder
from api.pages.addresses import at
from api.pages.messages_catalogue import N_, tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.routes.labels_refusals import LabelFormRefused
from api.routes.printer_kinds import Group, groups
from api.routes.printer_states import PrinterStates
from api.routes.replies import html
from api.routes.services import Printer, Services
from api.routes.station_guard import language, read_form, station_only
from ledger.verify.wording import Refusal
from printers.errors import PrintingError
from printers.profile import SHIPPED, Profile, Send
from printers.testing import draw_test_label, encode_test_label, stock_of
from printers.transport.address import open_transport
from printers.transport.lan_finder import PORT, Found, find

_DONE = ("them", "bo", "thu")
# As the form calls its fields.
_NEEDED = {"name": N_("Tên gọi"), "address": N_("Địa chỉ"), "profile": N_("Loại máy")}


class _PrinterPages:
    """The list of printers and the acts on it."""

    def __init__(self, services: Services, states: PrinterStates) -> None:
        self._services = services
        self._states = states

    async def show(self, request: Request) -> Response:
        """The list with states; a name typed before and what was just done come in the query."""
        query = request.query_params
        done = query.get("xong", "")
        typed = {"address": query.get("dia-chi", "")[:400]}
        page = await self._page(typed, language(request), "", done if done in _DONE else "")
        return html(page)

    async def _page(
        self,
        typed: Mapping[str, str],
        lang: str,
        fault: str,
        done: str = "",
        found: Sequence[Found] | None = None,
    ) -> bytes:
        states = await self._states.all(lang)
        known = await run_in_threadpool(self._services.printers.all)
        offered: Sequence[Group] = await run_in_threadpool(groups, lang)
        return render(
            "printers.html",
            lang,
            printers=[(one, states[one.name]) for one in known if one.name in states],
            groups=offered,
            typed={
                name: typed.get(name, "")
                for name in ("name", "profile", "address", "where", "port", "send")
            },
            found=found,
            fault=fault,
            done=done,
        )

    async def act(self, request: Request) -> Response:
        """Add, try or remove a printer: the field `act` says which."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        if typed.get("act") == "tim":
            return await self._find(typed, lang)
        acts = {"them": self._add, "thu": self._try, "bo": self._remove}
        act = typed.get("act", "")
        if act not in acts:
            return html(notice("no-page", lang), 404)
        try:
            await run_in_threadpool(acts[act], typed)
        except (Refusal, PrintingError) as refusal:
            return html(await self._page(typed, lang, refusal.say(lang)), 422)
        return RedirectResponse(at("/tram/may-in", lang, xong=act), 303)

    def _add(self, typed: Mapping[str, str]) -> None:
        missing = [words for name, words in _NEEDED.items() if not typed.get(name)]
        if missing:
            raise LabelFormRefused(
                "printer-incomplete",
                en=", ".join(tongue("en")(words) for words in missing),
                vi=", ".join(missing),
            )
        if typed["profile"] not in SHIPPED:
            raise LabelFormRefused("no-profile", found=typed["profile"])
        send: Send = "changes" if typed.get("send") == "changes" else "whole"
        self._services.printers.add(typed.get("name", ""), typed["profile"], typed["address"], send)

    async def _find(self, typed: Mapping[str, str], lang: str) -> Response:
        """What answers on the address or small network that was typed; nowhere else."""
        try:
            port = typed.get("port") or str(PORT)
            right = port.isascii() and port.isdigit() and len(port) < 6
            if not right:
                raise LabelFormRefused("port", found=port)
            found = await run_in_threadpool(find, typed.get("where", ""), int(port))
        except (Refusal, PrintingError) as refusal:
            return html(await self._page(typed, lang, refusal.say(lang)), 422)
        return html(await self._page(typed, lang, "", found=found))

    def _try(self, typed: Mapping[str, str]) -> None:
        """Send a test label; it has no serial and is no job."""
        printer = self._services.printers.get(typed.get("name", ""))
        self._require_idle(printer.name)
        profile = Profile.shipped(printer.profile)
        stock = stock_of(profile)
        payload = encode_test_label(draw_test_label(printer.name, profile, stock), profile, stock)
        desk = self._services.labelling.desk
        with desk.spool() as spool, desk.held(spool, printer.name):
            if profile.language == "sheet":
                save_test_sheet(printer, payload)
                return
            transport = open_transport(printer.address)
            transport.open()
            try:
                transport.send(payload)
            except BaseException:
                transport.abort()
                raise
            transport.close()

    def _remove(self, typed: Mapping[str, str]) -> None:
        self._require_idle(typed.get("name", ""))
        self._services.printers.remove(typed.get("name", ""))

    def _require_idle(self, name: str) -> None:
        for job in self._services.labelling.jobs():
            if not job.done and job.printer == name:
                raise LabelFormRefused("printer-busy", found=name)


def save_test_sheet(printer: Printer, pdf: bytes) -> Path:
    """Write the test sheet into the folder that an office printer's address names.

    Raises:
        AddressError, LabelFormRefused: there is no such folder, or it takes no file.
    """
    path = sheet_folder(printer.address) / f"{printer.name}-test.pdf"
    draft = path.with_suffix(".new")
    try:
        draft.write_bytes(pdf)
        draft.replace(path)
    except OSError as why:
        raise LabelFormRefused("no-folder", found=path.parent, why=why.strerror) from why
    return path


def printer_routes(services: Services, states: PrinterStates) -> list[BaseRoute]:
    """/tram/may-in."""
    pages = _PrinterPages(services, states)
    return [
        Route("/tram/may-in", station_only(pages.show), methods=["GET"]),
        Route("/tram/may-in", station_only(pages.act), methods=["POST"]),
    ]
