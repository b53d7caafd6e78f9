"""Forms of the registers: filled in, looked at again, signed; and certificates withdrawn."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.access.gate import Gate
from api.pages.addresses import at
from api.pages.notices import notice
from api.pages.rendering import render
from api.registers.errors import RegisterRefused
from api.registers.form_page import cautions, entries, typed_values, withdrawal
from api.registers.listing import query_of
from api.registers.reading import Desk, Reading
from api.registers.reading_pages import ReadingPages
from api.registers.room import LISTS, SIGNING, Room, Typed, answered, key_of
from api.registers.signing import record, request_file
from api.registers.things import Key
from api.registers.versions import differences, facts
from api.routes.refusal_status import heading_of, status_of
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, read_form
from ledger.domain.drafts import Draft
from ledger.verify.wording import Refusal

log = logging.getLogger(__name__)


class WritingPages(Room):
    """What is signed. Nothing is kept from page to page but what the browser sends again."""

    def __init__(self, services: Services, gate: Gate, reading: ReadingPages) -> None:
        super().__init__(services)
        self._gate = gate
        self._reading = reading

    async def form(self, request: Request) -> Response:
        """The form for something new, or filled in with what stands."""
        return await answered(request, self._form, request)

    def _form(self, request: Request) -> Response:
        asked = dict(request.query_params)
        desk, parties = self.desk(request, asked.get("co-so", ""))
        typed: dict[str, str] = {}
        if "ma" in asked:
            found = desk.thing(key_of(desk, asked))
            if not found.said:
                raise HTTPException(404)
            typed = typed_values(desk, found.values(desk.register))
            if desk.register.type == "product-registered":
                typed["gtin"] = found.key[0]
            typed |= {"base": found.newest, "co-so": desk.party}
        return self._form_page(request, desk, parties, typed, Reading())

    def _form_page(
        self,
        request: Request,
        desk: Desk,
        parties: list[tuple[str, str]],
        typed: Typed,
        found: Reading,
        refusal: Refusal | None = None,
    ) -> Response:
        lang, new = language(request), not typed.get("base")
        faulty = bool(found.faults) or refusal is not None
        form = entries(desk, typed, found.faults, new=new)
        page = render(
            "registers/form.html",
            lang,
            **self.shown(request, desk, parties),
            new=new,
            base=typed.get("base", ""),
            entries=form,
            problems=[(one.name, one.label, one.problem) for one in form if one.problem],
            general="" if refusal is None else refusal.say(lang),
            heading=heading_of(refusal, lang) if refusal is not None else "",
            focus=next((one.name for one in form if one.problem), ""),
        )
        status = 200 if not faulty else 422 if refusal is None else status_of(refusal)
        return html(page, status)

    def _preview(
        self,
        request: Request,
        desk: Desk,
        parties: list[tuple[str, str]],
        typed: Typed,
        found: Reading,
        refusal: Refusal | None = None,
    ) -> Response:
        lang = language(request)
        old = desk.thing(found.key).values(desk.register)
        names = [one.name for one in desk.fields()]
        page = render(
            "registers/preview.html",
            lang,
            **self.shown(request, desk, parties),
            new=not typed.get("base"),
            base=typed.get("base", ""),
            facts=facts(desk, found.values),
            changes=differences(desk, old, found.values) if old else [],
            cautions=cautions(desk, found),
            kept=[(name, typed.get(name, "")) for name in names],
            fault="" if refusal is None else refusal.say(lang),
            heading="" if refusal is None else heading_of(refusal, lang),
            signing=refusal is not None and refusal.code in SIGNING,
        )
        return html(page, 200 if refusal is None else status_of(refusal))

    async def write(self, request: Request) -> Response:
        """Look at what was typed, sign it, or go back to it: the field `act` says which."""
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", language(request)), 422)
        return await answered(request, self._write, request, typed)

    def _write(self, request: Request, typed: dict[str, str]) -> Response:
        desk, parties = self.desk(request, typed.get("co-so", ""))
        found = desk.read(typed, new=not typed.get("base"))
        act = typed.get("act", "xem")
        if found.faults or act == "sua":
            return self._form_page(
                *(request, desk, parties, typed),
                found if act != "sua" else Reading(),
            )
        if not found.drafts:
            if act == "ghi":  # sent twice: it is in the ledger
                return self._done(request, desk, found.key)
            unchanged = RegisterRefused("register-unchanged")
            return self._form_page(request, desk, parties, typed, found, unchanged)
        if act == "tep":
            return self._request(request, desk, parties, found.drafts)
        if act != "ghi":
            return self._preview(request, desk, parties, typed, found)
        base = typed.get("base", "")
        try:
            self._signed(desk, found.drafts, found.key, base, typed.get("passphrase", ""))
        except Refusal as refusal:
            log.info("register %s refused: %s", desk.register.slug, refusal.code)
            if refusal.code in {"register-changed", "register-taken"}:
                newest = desk.thing(found.key).newest
                return self._form_page(
                    *(request, desk, parties, {**typed, "base": newest}),
                    *(Reading(), refusal),
                )
            return self._preview(request, desk, parties, typed, found, refusal)
        return self._done(request, desk, found.key)

    def _signed(
        self, desk: Desk, drafts: list[Draft], key: Key, base: str, passphrase: str
    ) -> None:
        if passphrase:
            # Each try costs a guesser a hash, and everybody else the processor.
            wait = self._gate.limits.take("pin", f"admin-key {desk.party}")
            if wait is not None:
                raise RegisterRefused("register-tries", seconds=int(wait) + 1)
        record(desk, drafts, key, base, passphrase)

    def _done(self, request: Request, desk: Desk, key: Key) -> Response:
        asked = {**query_of(desk, key), "xong": "1"}
        where = at(f"{LISTS}/{desk.register.slug}/muc", language(request), **asked)
        return RedirectResponse(where, 303)

    def _request(
        self, request: Request, desk: Desk, parties: list[tuple[str, str]], drafts: list[Draft]
    ) -> Response:
        try:
            body = request_file(self.services, desk.party, drafts)
        except Refusal as refusal:
            detail = refusal.say(language(request))
            return html(notice("fault", language(request), detail=detail), 422)
        del parties
        name = f"{desk.party}.request.json"
        headers = {
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
        }
        return Response(body, 200, headers, "application/json")

    async def withdraw(self, request: Request) -> Response:
        """Withdraw a certificate, with a reason."""
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", language(request)), 422)
        return await answered(request, self._withdraw, request, typed)

    def _withdraw(self, request: Request, typed: dict[str, str]) -> Response:
        desk, parties = self.desk(request, typed.get("co-so", ""))
        found = desk.thing(key_of(desk, typed))
        if desk.register.type != "certificate-recorded" or not found.said:
            raise HTTPException(404)
        number, subject = found.key
        reason = typed.get("reason", "")
        body = {"number": number, "subject": subject, "reason": reason}
        try:
            if found.withdrawn:
                if typed.get("base"):  # sent twice
                    return self._done(request, desk, found.key)
                raise RegisterRefused("register-withdrawn")
            if found.vouched_by != desk.party:
                raise RegisterRefused("register-vouched", owner=found.vouched_by, party=desk.party)
            if reason not in dict(withdrawal(desk, found)):
                raise RegisterRefused("register-missing", label=desk.say("Lý do"))
            draft = Draft(
                "certificate-withdrawn", desk.party, self.services.station.now_text(), body
            )
            if typed.get("act") == "tep":
                return self._request(request, desk, parties, [draft])
            passphrase = typed.get("passphrase", "")
            self._signed(desk, [draft], found.key, typed.get("base", ""), passphrase)
        except Refusal as refusal:
            return self._reading.thing_page(request, typed, refusal)
        return self._done(request, desk, found.key)
