"""/quan-ly/anh: choosing a photo, saying what it shows, the list, corrections and taking down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.viewer import viewer_of
from api.pages.addresses import at
from api.pages.dates import today
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.pages.words import REASONS as REASON_WORDS
from api.pages.words import STAGES as STAGE_WORDS
from api.pages.words import worded
from api.photos.drafts import PhotoDrafts
from api.photos.encoding import encoded
from api.photos.errors import PhotoError
from api.photos.limits import LONGEST_CAPTION
from api.photos.receiving import JPEG
from api.photos.recording import (
    REASONS,
    Said,
    add_photo,
    correct_photo,
    name_product_image,
    own_photo,
    said_of,
    signer_for,
    withdraw_photo,
)
from api.photos.shown import listed, target_words
from api.photos.targets import targets, value_of
from api.photos.upload import read_upload
from api.photos.waiting import waiting_photos
from api.registers.signing import standing
from api.registers.whose import chosen_party, parties_for
from api.routes.refusal_status import heading_of, status_of
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, read_form
from ledger.verify.photo_shape import STAGES
from ledger.verify.wording import Refusal

ROOT = "/quan-ly/anh"
_DONE = ("moi", "sua", "go")
_FIELDS = {
    "photo-unsaid": "caption",
    "photo-said-long": "caption",
    "photo-of-what": "what",
    "photo-day": "day",
}
Typed = Mapping[str, str]


class _PhotoPages:
    """The pages of photos. Whoever keeps a party's registers keeps its photos."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._drafts = PhotoDrafts(services.folder)

    def _party(self, request: Request, asked: str) -> tuple[str | None, list[tuple[str, str]]]:
        parties = parties_for(self._services, viewer_of(request.scope))
        return chosen_party(parties, asked), parties

    def _shared(
        self, request: Request, party: str, parties: list[tuple[str, str]]
    ) -> dict[str, Any]:
        lang = language(request)
        return {
            **shell(request.scope, lang),
            "party": party,
            "party_name": dict(parties).get(party, party),
            "parties": parties,
            "root": ROOT,
            "signs": signer_for(self._services, party) is not None,
        }

    # --- the list, and choosing a file ---------------------------------------------------------

    async def show(self, request: Request) -> Response:
        """The list and the form to choose a file; `lo` and `mat-hang` name the lot it is for."""
        query = request.query_params
        return await run_in_threadpool(self._list, request, query.get("co-so", ""), "")

    def _list(self, request: Request, asked: str, fault: str, status: int = 200) -> Response:
        lang, say = language(request), tongue(language(request))
        party, parties = self._party(request, asked)
        if party is None:
            return html(notice("no-page", lang), 404)
        query, link = request.query_params, self._services.link
        item, lot = query.get("mat-hang", "")[:40], query.get("lo", "")[:20]
        waiting = 0
        if link is not None:
            waiting = len(waiting_photos(self._services.album, link.state, link.joined.party))
        page = render(
            "photos/list.html",
            lang,
            **self._shared(request, party, parties),
            lines=listed(self._services, party, say),
            what=query.get("cua", "")[:100] or (f"lot|{item}|{lot}" if item and lot else ""),
            fault=fault,
            done=query.get("xong", "") if query.get("xong", "") in _DONE else "",
            waiting=waiting,
            reasons=[(one, worded(REASON_WORDS, one, say)) for one in REASONS],
        )
        return html(page, status)

    async def choose(self, request: Request) -> Response:
        """Take the file, make it small and clean, keep it for the form that follows."""
        lang = language(request)
        try:
            sent = await read_upload(request)
        except PhotoError as refused:
            return await run_in_threadpool(
                self._list, request, request.query_params.get("co-so", ""), refused.say(lang), 422
            )
        asked = sent.fields.get("co-so", "")
        if self._party(request, asked)[0] is None:
            return html(notice("no-page", lang), 404)
        try:
            photo = await run_in_threadpool(encoded, sent.file)
            digest = await run_in_threadpool(self._drafts.keep, photo)
        except PhotoError as refused:
            return await run_in_threadpool(self._list, request, asked, refused.say(lang), 422)
        fields = {"anh": digest, "co-so": asked, "cua": sent.fields.get("cua", "")[:100]}
        return RedirectResponse(at(f"{ROOT}/moi", lang, **fields), 303)

    async def draft(self, request: Request) -> Response:
        """The chosen photo as it would be kept."""
        digest = str(request.path_params["digest"])
        photo = await run_in_threadpool(self._drafts.get, digest)
        if photo is None:
            return Response("", 404, {"cache-control": "no-store"}, "text/plain")
        return Response(photo.large, 200, {"cache-control": "no-store"}, JPEG)

    # --- saying what it shows --------------------------------------------------------------------

    async def new(self, request: Request) -> Response:
        """The form about a chosen photo."""
        query = request.query_params
        typed = {"what": query.get("cua", "")[:100]}
        asked = query.get("anh", ""), query.get("co-so", "")
        return await run_in_threadpool(self._new, request, *asked, typed)

    def _new(
        self, request: Request, digest: str, asked: str, typed: Typed, wrong: Refusal | None = None
    ) -> Response:
        photo = self._drafts.get(digest)
        if photo is None:
            return self._list(request, asked, PhotoError("photo-lost").say(language(request)), 422)
        picture = {
            "address": f"{ROOT}/cho/{digest}.jpg",
            "width": photo.width,
            "height": photo.height,
            "kilobytes": round(len(photo.large) / 1000),
            "small": round(len(photo.small) / 1000),
        }
        return self._form(request, asked, typed, picture, wrong, {"anh": digest}, f"{ROOT}/moi")

    def _form(
        self,
        request: Request,
        asked: str,
        typed: Typed,
        picture: Mapping[str, Any],
        wrong: Refusal | None,
        hidden: Mapping[str, str],
        address: str,
    ) -> Response:
        lang, say = language(request), tongue(language(request))
        party, parties = self._party(request, asked)
        if party is None:
            return html(notice("no-page", lang), 404)
        what = typed.get("what", "")
        page = render(
            "photos/form.html",
            lang,
            **self._shared(request, party, parties),
            picture=picture,
            hidden={**hidden, "co-so": party},
            address=address,
            new="anh" in hidden,
            typed={name: typed.get(name, "") for name in ("caption", "what", "stage", "day")},
            groups=targets(self._services, party, say, what),
            stages=[(one, worded(STAGE_WORDS, one, say)) for one in STAGES],
            longest=LONGEST_CAPTION,
            latest=today(self._services.now()),
            registers=standing(self._services, party) == "here",
            main=typed.get("main", "") == "1" or not typed.get("caption"),
            fault="" if wrong is None else wrong.say(lang),
            heading="" if wrong is None else heading_of(wrong, lang),
            field="" if wrong is None else _FIELDS.get(wrong.code, ""),
        )
        return html(page, 200 if wrong is None else status_of(wrong))

    async def record(self, request: Request) -> Response:
        """Record a chosen photo."""
        return await self._posted(request, self._record)

    def _record(self, request: Request, typed: Typed) -> Response:
        asked, digest = typed.get("co-so", ""), typed.get("anh", "")
        party, _ = self._party(request, asked)
        if party is None:
            return self._new(request, digest, asked, typed)
        try:
            said = said_of(typed, today(self._services.now()))
            # A form that is sent twice waits here for itself.
            if not self._services.station.acting(lambda: self._added(party, digest, said)):
                return self._new(request, digest, asked, typed)
            gtin14 = said.shows.get("product")
            if gtin14 and typed.get("main") == "1" and standing(self._services, party) == "here":
                name_product_image(self._services, party, gtin14, digest)
        except Refusal as wrong:
            return self._new(request, digest, asked, typed, wrong)
        return self._back(request, party, "moi")

    def _added(self, party: str, digest: str, said: Said) -> bool:
        """Record the chosen photo, unless that is done; False when it is not here any more."""
        photo = self._drafts.get(digest)
        if photo is None:
            known = self._services.album.table.with_digest(digest)
            return any(one.party == party and not one.withdrawn for one in known)
        add_photo(self._services, party, photo, said)
        self._drafts.drop(digest)
        return True

    async def edit(self, request: Request) -> Response:
        """The form about a photo that is in the ledger already."""
        query = request.query_params
        asked = query.get("phieu", ""), query.get("co-so", "")
        return await run_in_threadpool(self._edit, request, *asked)

    def _edit(
        self,
        request: Request,
        entry: str,
        asked: str,
        typed: Typed | None = None,
        wrong: Refusal | None = None,
    ) -> Response:
        party, _ = self._party(request, asked)
        try:
            row = own_photo(self._services, party or "", entry)
        except PhotoError as refused:
            return self._list(request, asked, refused.say(language(request)), 404)
        picture = {
            "address": f"/anh/{row.photo}.jpg",
            "width": row.width,
            "height": row.height,
            "kilobytes": 0,
            "of": target_words(self._services, row, tongue(language(request))),
        }
        known = {"caption": row.caption, "what": value_of(row), "stage": row.stage or ""}
        shown = known if typed is None else typed
        hidden = {"phieu": entry}
        return self._form(request, asked, shown, picture, wrong, hidden, f"{ROOT}/sua")

    async def correct(self, request: Request) -> Response:
        """Record what a photo shows after all."""
        return await self._posted(request, self._correct)

    def _correct(self, request: Request, typed: Typed) -> Response:
        asked, entry = typed.get("co-so", ""), typed.get("phieu", "")
        party, _ = self._party(request, asked)
        try:
            row = own_photo(self._services, party or "", entry)
            said = said_of({**typed, "day": ""}, today(self._services.now()))
            correct_photo(self._services, row, said)
        except Refusal as wrong:
            return self._edit(request, entry, asked, typed, wrong)
        return self._back(request, row.party, "sua")

    async def withdraw(self, request: Request) -> Response:
        """Take a photo down: a statement says so, and its bytes are erased here."""
        return await self._posted(request, self._withdraw)

    def _withdraw(self, request: Request, typed: Typed) -> Response:
        asked = typed.get("co-so", "")
        party, _ = self._party(request, asked)
        try:
            row = own_photo(self._services, party or "", typed.get("phieu", ""))
            withdraw_photo(self._services, row, typed.get("reason", ""))
        except Refusal as wrong:
            return self._list(request, asked, wrong.say(language(request)), status_of(wrong))
        return self._back(request, row.party, "go")

    # --- what all of them share ------------------------------------------------------------------

    async def _posted(
        self, request: Request, act: Callable[[Request, Typed], Response]
    ) -> Response:
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", language(request)), 422)
        return await run_in_threadpool(act, request, typed)

    @staticmethod
    def _back(request: Request, party: str, done: str) -> Response:
        asked = {"co-so": party, "xong": done}
        return RedirectResponse(at(ROOT, language(request), **asked), 303)


def photo_routes(services: Services) -> list[BaseRoute]:
    """/quan-ly/anh and what is below it."""
    pages = _PhotoPages(services)
    return [
        Route(ROOT, pages.show, methods=["GET"]),
        Route(ROOT, pages.choose, methods=["POST"]),
        Route(f"{ROOT}/cho/{{digest}}.jpg", pages.draft, methods=["GET"]),
        Route(f"{ROOT}/moi", pages.new, methods=["GET"]),
        Route(f"{ROOT}/moi", pages.record, methods=["POST"]),
        Route(f"{ROOT}/sua", pages.edit, methods=["GET"]),
        Route(f"{ROOT}/sua", pages.correct, methods=["POST"]),
        Route(f"{ROOT}/go", pages.withdraw, methods=["POST"]),
    ]
