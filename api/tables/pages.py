"""/quan-ly/bang: a table sent in, looked at, mended, recorded; and tables taken out."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.viewer import viewer_of
from api.pages.addresses import at
from api.pages.messages_catalogue import tongue
from api.pages.rendering import render
from api.pages.shell import shell
from api.registers.whose import chosen_party, parties_for
from api.routes.replies import html, json_bytes
from api.routes.services import Services
from api.routes.station_guard import language, read_form
from api.tables.cells import LONGEST_CELL
from api.tables.errors import TableRefused
from api.tables.exporting import EVERY
from api.tables.form_upload import read_upload
from api.tables.guessing import guess
from api.tables.layouts import LAYOUTS
from api.tables.out_pages import OutPages
from api.tables.preview import good_lines, lines_in_words, links, pages_of, shown_rows
from api.tables.uploads import Upload, Uploads
from api.tables.whose import owner_of, party_asked
from api.tables.work import Work
from ledger.verify.wording import Refusal

HOME = "/quan-ly/bang"
# A small table is checked before the page is asked for; nobody waits for a page of progress then.
_PATIENCE = 1.5
_MOST_MENDED = 2_000
_LONGEST_NUMBER = 6  # digits of a line or a column in the name of a field


class TablePages:
    """Tables in."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._uploads = Uploads(services.folder)
        self._work = Work(services, self._uploads)

    async def start(self, request: Request) -> Response:
        """The form, the files that wait, and what can be taken out."""
        return html(await run_in_threadpool(self._start_page, request, None, {}))

    def _start_page(self, request: Request, fault: Refusal | None, typed: dict[str, str]) -> bytes:
        lang, viewer = language(request), viewer_of(request.scope)
        say = tongue(lang)
        parties = parties_for(self._services, viewer)
        asked = typed.get("co-so") or request.query_params.get("co-so", "")
        return render(
            "tables/start.html",
            lang,
            **shell(request.scope, lang),
            parties=parties,
            party=chosen_party(parties, asked) or chosen_party(parties, "") or "",
            tables=[(one.name, say(one.title)) for one in LAYOUTS.values()],
            every=[(one.name, say(one.title), one.name in LAYOUTS) for one in EVERY.values()],
            table=typed.get("bang", ""),
            waiting=[
                (one, say(LAYOUTS[one.table].title)) for one in self._uploads.of(owner_of(viewer))
            ],
            fault="" if fault is None else fault.say(lang),
        )

    async def send(self, request: Request) -> Response:
        """Take a file in and check it; nothing is recorded."""
        try:
            sent = await read_upload(request)
        except TableRefused as refusal:
            return await self._refused(request, refusal, {})
        try:
            upload = await run_in_threadpool(self._take, request, sent.fields, sent.name, sent.raw)
        except Refusal as refusal:
            return await self._refused(request, refusal, sent.fields)
        return self._to(request, upload)

    async def _refused(self, request: Request, refusal: Refusal, typed: dict[str, str]) -> Response:
        page = await run_in_threadpool(self._start_page, request, refusal, typed)
        return html(page, 422)

    def _take(self, request: Request, fields: dict[str, str], name: str, raw: bytes) -> Upload:
        viewer = viewer_of(request.scope)
        party = party_asked(self._services, viewer, fields.get("co-so", ""))
        if not raw:
            raise TableRefused("no-file")
        table = fields.get("bang", "") or guess(raw, name)
        if table not in LAYOUTS:
            raise TableRefused("kind-unknown", found=table, known=", ".join(LAYOUTS))
        upload = self._uploads.keep(raw, name, table, party, owner_of(viewer))
        self._work.start_check(upload).join(_PATIENCE)
        return upload

    def _to(self, request: Request, upload: Upload) -> Response:
        return RedirectResponse(at(f"{HOME}/{upload.id}", language(request)), 303)

    def _find(self, request: Request) -> Upload:
        viewer = viewer_of(request.scope)
        found = self._uploads.find(request.path_params["upload"], owner_of(viewer))
        # Whoever sent it may work for another party since, or for none.
        if found.party not in dict(parties_for(self._services, viewer)):
            raise TableRefused("upload-gone")
        return found

    async def show(self, request: Request) -> Response:
        """How far a file is: being checked, to be looked at, being recorded, done."""
        try:
            return html(await run_in_threadpool(self._page, request, None))
        except TableRefused as refusal:
            page = await run_in_threadpool(self._start_page, request, refusal, {})
            return html(page, 404)

    def _page(self, request: Request, fault: Refusal | None) -> bytes:
        upload, lang = self._find(request), language(request)
        say = tongue(lang)
        values: dict[str, Any] = {
            **shell(request.scope, lang),
            "upload": upload,
            "title": say(LAYOUTS[upload.table].title),
            "party": dict(parties_for(self._services, viewer_of(request.scope))).get(
                upload.party, upload.party
            ),
            "fault": fault.say(lang)
            if fault
            else upload.fault[0 if lang == "en" else 1]
            if upload.fault
            else "",
            "permille": upload.done * 1000 // max(upload.total, 1),
        }
        if upload.phase != "checked":
            refused = [(line, en if lang == "en" else vi) for line, en, vi in upload.refused]
            return render("tables/progress.html", lang, **values, refused=refused)
        found = self._uploads.check(upload)
        counts = found["counts"]
        faulty = bool(counts["bad"]) or any(row[3] for row in found["rows"])
        bad_only = faulty and request.query_params.get("xem", "sai") != "het"
        pages = pages_of(found, bad_only=bad_only)
        asked = request.query_params.get("trang", "1")
        page = min(int(asked), pages) if asked.isdecimal() and len(asked) < 6 and int(asked) else 1
        good = good_lines(found)
        return render(
            "tables/preview.html",
            lang,
            **values,
            found=found,
            counts=counts,
            rows=shown_rows(found, lang, page, bad_only=bad_only),
            links=links(found, lang, bad_only=bad_only),
            heads=[
                (text, [mark[lang] for mark in found["marks"] if mark["column"] == at])
                for at, text in enumerate(found["headings"])
            ],
            whole=[mark[lang] for mark in found["marks"] if mark["column"] is None],
            remarks=[one[lang] for one in found["remarks"]],
            faulty=faulty,
            bad_only=bad_only,
            page=page,
            pages=pages,
            good=len(good),
            good_lines=lines_in_words(good),
            mends=bool(counts["bad"]),
        )

    async def figures(self, request: Request) -> Response:
        """How far the work is, as JSON."""
        try:
            upload = await run_in_threadpool(self._find, request)
        except TableRefused:
            return Response(json_bytes({"gone": True}), 404, media_type="application/json")
        say = tongue(language(request))
        body = {
            "done": not upload.working,
            "said": say("Đã xong {done} trên {total} dòng", done=upload.done, total=upload.total),
            "bar": {"part": upload.done * 1000 // max(upload.total, 1)},
        }
        return Response(json_bytes(body), 200, {"cache-control": "no-store"}, "application/json")

    async def mend(self, request: Request) -> Response:
        """Put what was typed in place of bad cells, and check again."""
        return await self._acted(request, self._mend)

    def _mend(self, upload: Upload, typed: dict[str, str]) -> None:
        if upload.working:
            raise TableRefused("working-now")
        for name, text in typed.items():
            parts = name.split("-")
            if len(parts) == 3 and parts[0] == "o" and all(_is_number(p) for p in parts[1:]):
                # One more than a cell may have is enough to refuse it.
                upload.mended[f"{int(parts[1])},{int(parts[2])}"] = text[: LONGEST_CELL + 1]
        if len(upload.mended) > _MOST_MENDED:
            raise TableRefused("mended-many", most=_MOST_MENDED)
        self._work.start_check(upload).join(_PATIENCE)

    async def record(self, request: Request) -> Response:
        """Record what was looked at."""
        return await self._acted(request, self._record)

    def _record(self, upload: Upload, typed: dict[str, str]) -> None:
        # Sent twice: the first is at it, or done.
        if upload.phase in {"recording", "done"}:
            return
        if upload.phase != "checked" or typed.get("dau") != upload.seal:
            raise TableRefused("ledger-moved")
        good_only = typed.get("chon") == "dong-dung"
        self._work.start_recording(upload, good_only=good_only).join(_PATIENCE)

    async def stop(self, request: Request) -> Response:
        """Stop the work; what was recorded stays. A file that nobody works on is thrown away."""
        return await self._acted(request, self._stop)

    def _stop(self, upload: Upload, typed: dict[str, str]) -> None:
        if typed.get("bo") == "1":
            self._uploads.drop(upload)
        elif upload.working:
            self._uploads.ask_stop(upload)

    async def again(self, request: Request) -> Response:
        """Check the same file again, after an interruption."""
        return await self._acted(request, lambda upload, _: self._recheck(upload))

    def _recheck(self, upload: Upload) -> None:
        if not upload.working:
            self._work.start_check(upload).join(_PATIENCE)

    async def _acted(self, request: Request, act: Any) -> Response:
        typed = await read_form(request)
        try:
            if typed is None:
                raise TableRefused("form-broken")
            upload = await run_in_threadpool(self._find, request)
        except TableRefused as refusal:
            return await self._refused(request, refusal, {})
        try:
            await run_in_threadpool(act, upload, typed)
        except Refusal as refusal:
            return html(await run_in_threadpool(self._page, request, refusal), 422)
        if typed.get("bo") == "1":
            return RedirectResponse(at(HOME, language(request)), 303)
        return self._to(request, upload)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def table_routes(services: Services) -> list[BaseRoute]:
    """Tables in and out."""
    pages, out = TablePages(services), OutPages(services)
    one = HOME + "/{upload}"
    return [
        Route(HOME, pages.start, methods=["GET"]),
        Route(HOME, pages.send, methods=["POST"]),
        Route(HOME + "/xuat/{name}", out.give, methods=["GET"]),
        Route(one, pages.show, methods=["GET"]),
        Route(one + "/tien-do.json", pages.figures, methods=["GET"]),
        Route(one + "/sua", pages.mend, methods=["POST"]),
        Route(one + "/ghi", pages.record, methods=["POST"]),
        Route(one + "/dung", pages.stop, methods=["POST"]),
        Route(one + "/lai", pages.again, methods=["POST"]),
    ]
