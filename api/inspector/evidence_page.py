"""/kiem-tra/lo/.../bien-ban.pdf and mang-theo.zip: evidence to print, and to take along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.inspector.addresses import asked_for_lot
from api.inspector.chain import Asked
from api.inspector.errors import InspectorRefused
from api.inspector.evidence import evidence_of, file_name, parcel
from api.inspector.report import ReportOf, report_pdf
from api.inspector.story import whole_story
from api.pages.dates import today
from api.pages.messages_catalogue import Tongue, tongue
from api.pages.notices import notice
from api.pages.verifier_file import verifier_file
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language
from ledger.verify.graph import Lot

REPORT: Final = "bien-ban.pdf"
PARCEL: Final = "mang-theo.zip"
_FRESH: Final = {"cache-control": "private, no-store"}


@dataclass(frozen=True, slots=True)
class _Made:
    """A signed file with its trust file and the printed report of the same moment."""

    bundle: bytes
    trust: bytes
    pdf: bytes


class EvidencePages:
    """Downloads of one lot."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def report(self, request: Request) -> Response:
        """The printed report alone."""
        return await run_in_threadpool(self._report, request)

    async def parcel(self, request: Request) -> Response:
        """The report with the signed file it belongs to, and all that is needed to check it."""
        return await run_in_threadpool(self._parcel, request)

    def _report(self, request: Request) -> Response:
        lot = asked_for_lot(request, REPORT)
        made = self._made(lot, language(request))
        if isinstance(made, Response) or lot is None:
            return made if isinstance(made, Response) else html(b"", 404)
        name = f'inline; filename="{file_name(lot, ".pdf")}"'
        return Response(made.pdf, 200, {**_FRESH, "content-disposition": name}, "application/pdf")

    def _parcel(self, request: Request) -> Response:
        lot, lang = asked_for_lot(request, PARCEL), language(request)
        made = self._made(lot, lang)
        if isinstance(made, Response) or lot is None:
            return made if isinstance(made, Response) else html(b"", 404)
        say, name = tongue(lang), file_name(lot, "")
        files = {
            say("DOC-TRUOC.txt"): _read_first(name, say),
            f"{name}.pdf": made.pdf,
            f"{name}.json": made.bundle,
            "trust.json": made.trust,
            "trinh-kiem-tra.html": verifier_file(),
        }
        disposition = f'attachment; filename="{name}.zip"'
        headers = {**_FRESH, "content-disposition": disposition}
        return Response(parcel(files), 200, headers, "application/zip")

    def _made(self, lot: Lot | None, lang: str) -> _Made | Response:
        services, say = self._services, tongue(lang)
        known = None if lot is None else services.views.lot(*lot)
        if lot is None or known is None:
            return html(notice("unknown-lot", lang), 404)
        if services.link is not None:
            away = InspectorRefused("evidence-at-hub", address=services.link.joined.address)
            return html(notice("fault", lang, detail=away.say(lang)), 409)
        try:
            evidence = evidence_of(services, lot)
        except InspectorRefused as refused:
            return html(notice("fault", lang, detail=refused.say(lang)), 503)
        if evidence is None:
            return html(notice("unknown-lot", lang), 404)
        now = services.now()
        pdf = report_pdf(
            ReportOf(
                known.facts,
                whole_story(services, known.facts, Asked(), say),
                evidence,
                now,
                today(now),
                services.settings.base_url or "",
            ),
            say,
        )
        return _Made(evidence.bundle, evidence.trust, pdf)


def _read_first(name: str, say: Tongue) -> bytes:
    told = (
        say("{name}.pdf: biên bản để đọc và in. Mã SHA-256 trên đó là của {name}.json.", name=name),
        say("{name}.json: hồ sơ lô có chữ ký. Đây là bằng chứng.", name=name),
        say(
            "trinh-kiem-tra.html: mở trong trình duyệt, tắt mạng cũng được, rồi chọn {name}.json và tệp tin cậy.",
            name=name,
        ),
        say(
            "trust.json: khóa của sổ. Tệp này đi cùng gói nên chỉ để tiện; khi cần chắc chắn hãy dùng bản "
            "nhận bằng đường khác."
        ),
    )
    return ("\r\n\r\n".join(told) + "\r\n").encode("utf-8-sig")
