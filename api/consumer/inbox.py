"""/phan-anh: the reports that came in, for the manager of a party (its own) and for inspectors (all)."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.errors import SideAway
from api.access.gate import Gate
from api.access.viewer import Viewer, viewer_of
from api.consumer.errors import ReportRefused
from api.consumer.form import ROOT
from api.consumer.phones import Phones
from api.consumer.reports import LONGEST_NOTE, Report, Reports
from api.consumer.words import KIND_WORDS, STATE_WORDS
from api.pages.addresses import at, label_path, lot_path
from api.pages.messages_catalogue import Tongue, tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.pages.words import worded
from api.routes.access_account import posix_moment
from api.routes.access_people import names_of
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, read_form

_MOST_PAGES: Final = 10_000
_CHOOSE_PHONES: Final = frozenset({"manager", "administrator"})


class ReportInbox:
    """The list in each state, and what is done with one report."""

    def __init__(self, services: Services, gate: Gate, reports: Reports, phones: Phones) -> None:
        self._services = services
        self._gate = gate
        self._reports = reports
        self._phones = phones

    async def show(self, request: Request) -> Response:
        """Reports in the state that `?loai=` names, a page of them."""
        return html(await run_in_threadpool(self._page, request, {}, ""))

    async def act(self, request: Request) -> Response:
        """Say how far a report is, erase what it says of a person, or choose a telephone number."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        viewer = viewer_of(request.scope)
        try:
            await run_in_threadpool(self._act, viewer, typed)
        except (ReportRefused, SideAway) as refusal:
            page = await run_in_threadpool(self._page, request, typed, refusal.say(lang))
            return html(page, 503 if isinstance(refusal, SideAway) else 422)
        # Back to the list that was looked at, where what was changed may have gone from.
        kept = typed.get("loai", "") if typed.get("loai", "") in STATE_WORDS else "new"
        return RedirectResponse(at(ROOT, lang, loai=kept, xong=1), 303)

    def _act(self, viewer: Viewer, typed: dict[str, str]) -> None:
        number, party = typed.get("number", ""), _own(viewer)
        match typed.get("act", ""):
            case "luu":
                state, note = typed.get("state", ""), typed.get("note", "")
                note = note.replace("\r\n", "\n")
                self._reports.change(number, party, state, note, viewer.id)
            case "xoa":
                self._reports.erase(number, party, viewer.id)
            case "so-goi":
                self._choose_phone(viewer, typed)
            case other:
                raise ReportRefused("state-unknown", found=other[:40])

    def _choose_phone(self, viewer: Viewer, typed: dict[str, str]) -> None:
        codes = [code for code, _, _ in self._phone_rows(viewer)]
        party = typed.get("party", "")
        if party not in codes:
            raise ReportRefused("report-unknown", found=party[:20])
        self._phones.choose(party, typed.get("phone", ""))

    def _page(self, request: Request, typed: dict[str, str], fault: str) -> bytes:
        lang, viewer = language(request), viewer_of(request.scope)
        say, party = tongue(lang), _own(viewer)
        asked = request.query_params.get("loai", "") or typed.get("loai", "")
        state = asked if asked in STATE_WORDS else "new"
        number = request.query_params.get("trang", "")
        at = min(int(number), _MOST_PAGES) if number.isdecimal() and len(number) < 6 else 0
        self._reports.tidy()
        found, more = self._reports.listed(party, state, at)
        counts, names = self._reports.counts(party), names_of(self._gate)
        return render(
            "consumer/reports.html",
            lang,
            **shell(request.scope, lang, ROOT),
            state=state,
            tabs=[(code, say(word), counts[code]) for code, word in STATE_WORDS.items()],
            states=[(code, say(word)) for code, word in STATE_WORDS.items()],
            reports=[self._shown(one, typed, names, say) for one in found],
            at=at,
            more=more,
            longest_note=LONGEST_NOTE,
            phones=self._phone_rows(viewer),
            typed=typed,
            fault=fault,
            done=request.query_params.get("xong") == "1" and not fault,
        )

    def _shown(
        self, one: Report, typed: dict[str, str], names: dict[str, str], say: Tongue
    ) -> dict[str, object]:
        """One report for the page; what was typed for it and refused stays typed."""
        mine = typed if typed.get("number") == one.number and typed.get("act") == "luu" else {}
        registry = self._services.views.registry
        product = registry.products.get(one.gtin)
        return {
            "report": one,
            "kind": worded(KIND_WORDS, one.kind, say),
            "at": posix_moment(one.at),
            "product": product[1]["name"] if product else "",
            "party": registry.parties.get(one.party, {}).get("name", one.party),
            "label": label_path(one.gtin, one.lot, one.serial or None),
            "dossier": f"/{lot_path(one.gtin, one.lot)}",
            "state": mine.get("state", one.state),
            "note": mine.get("note", one.note),
            "wrong": bool(mine),
            "changed": posix_moment(one.changed) if one.changed > one.at or one.note else "",
            "changed_by": names.get(one.changed_by, one.changed_by),
        }

    def _phone_rows(self, viewer: Viewer) -> list[tuple[str, str, str]]:
        """(party, name, number) that the viewer may choose for."""
        if viewer.roles.isdisjoint(_CHOOSE_PHONES):
            return []
        party = _own(viewer)
        self._phones.load()
        return [
            (str(one["code"]), str(one["name"]), self._phones.of(str(one["code"])))
            for one in self._services.views.parties()
            if party is None or one["code"] == party
        ]


def _own(viewer: Viewer) -> str | None:
    """The party whose reports somebody may see; None for all."""
    return None if viewer.sees_all else viewer.party or ""


def inbox_routes(inbox: ReportInbox) -> list[BaseRoute]:
    """GET and POST of the list."""
    return [
        Route(ROOT, inbox.show, methods=["GET"]),
        Route(ROOT, inbox.act, methods=["POST"]),
    ]
