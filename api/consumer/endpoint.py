"""GET /01/{gtin}/10/{lot}[/21/{serial}]: the page that a label opens, and its other forms.

A plain ASGI endpoint with at most two reads and a small cache, because this is the one page that
strangers open by the thousand.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import OrderedDict
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from api.access.viewer import ANONYMOUS
from api.consumer.astray import Astray, why
from api.consumer.coded_answers import VARY, Answer, Counted, made
from api.consumer.label_pages import label_page
from api.consumer.lot_page import LotPage
from api.consumer.phones import Phones
from api.disclosure.choices import Disclosures
from api.disclosure.sight import seen as shown_of
from api.disclosure.sight import sight_of
from api.pages.addresses import lot_path
from api.pages.dates import today
from api.pages.linkset import linkset
from api.photos.shown import without_erased
from api.routes.freshness import as_of
from api.routes.link_path import LabelPath, read_label_path
from api.routes.negotiation import HTML, JSON, LINKSET, asked_for, chosen_type
from api.routes.recent import Recent
from api.routes.replies import json_bytes, send_raw
from api.routes.services import Facts, LabelRow, LotFacts, Services
from api.scans.counter import EXACT, Seen
from api.scans.places import Peers
from api.scans.tally import Standing
from ledger.domain.errors import DomainError
from ledger.domain.serials import read_serial
from ledger.projections.views import Views

CACHED_PAGES = 512
CACHED_PATHS = 4096
CACHED_LOTS = 64
_FRESH = 2.0
_CACHE = (b"cache-control", b"public, max-age=60")
_NO_STORE = (b"cache-control", b"no-store")
# No label's address asks for a language: that is somebody who reads the page already.
_LANGUAGE_CHOSEN = b"lang="
_LINKSET_WANTED = frozenset({"all", "linkset"})
_Told = tuple[int, str, str, str | None, str, tuple[int, int, int]]
# What a scan counts for when the label leads to no lot.
_STANDINGS: dict[str, Standing] = {
    "other-lot": "never-issued",
    "serial-not-yet": "never-issued",
    "wrong-check": "invented",
}
# Programs are told whether lot or serial is not known; people, besides, what that means.
_JSON_CODES = {
    "lot-not-yet": "unknown-lot",
    "other-ledger": "unknown-lot",
    "serial-not-yet": "unknown-serial",
    "wrong-check": "unknown-serial",
}


@dataclass(frozen=True, slots=True)
class _Scan:
    """A label's path with its serial taken apart; `genuine` is False for a wrong check."""

    path: LabelPath
    tag: str
    counter: int
    genuine: bool


class ConsumerEndpoint:
    """ASGI application for the addresses on labels."""

    def __init__(self, services: Services, disclosures: Disclosures, phones: Phones) -> None:
        """`disclosures` says what parties hide: here everybody sees what the public sees."""
        self._services = services
        self._disclosures = disclosures
        self._phones = phones
        self._astray = Astray(services, phones)
        self._peers = Peers(services.settings.trusted_proxies)
        self._answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
        self._scans: Recent[bytes, _Scan] = Recent(CACHED_PATHS)
        # A crowd scans many labels of few lots: each is read and written once for a state of the
        # views.
        self._lots: Recent[tuple[str, str, int], LotFacts | None] = Recent(CACHED_LOTS)
        self._lot_pages: Recent[tuple[object, ...], LotPage] = Recent(CACHED_LOTS)
        self._gone: frozenset[str] = frozenset()
        self._look_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; GET and HEAD only."""
        del receive
        method = scope["method"]
        if method not in ("GET", "HEAD"):
            headers = [(b"allow", b"GET, HEAD"), (b"content-length", b"0")]
            await send_raw(send, 405, headers, b"", head=True)
            return
        accept, match, gzipped = "", b"", False
        for name, value in scope["headers"]:
            if name == b"accept":
                accept = value.decode("latin-1")
            elif name == b"if-none-match":
                match = value
            elif name == b"accept-encoding":
                gzipped = b"gzip" in value
        lang, link_type = asked_for(scope["query_string"])
        kind = LINKSET if link_type in _LINKSET_WANTED else chosen_type(accept)
        raw_path = scope.get("raw_path") or scope["path"].encode()
        head = method == "HEAD"
        try:
            scan = self._scans.get(raw_path, lambda: self._scan(raw_path))
        except DomainError as refusal:
            body = label_page("not-a-label", lang, detail=refusal.say(lang))
            answer = _refusal("not-a-label", kind, body, refusal.say(lang))
        else:
            counts = kind == HTML and not head and _LANGUAGE_CHOSEN not in scope["query_string"]
            seen = await self._seen(scan, counts) if kind == HTML and scan.tag else None
            answer = self._answer(scan, raw_path, lang, kind, seen)
            if counts and answer.counted is not None:
                path, what = scan.path, answer.counted
                self._services.scans.note(
                    path.gtin14,
                    path.lot,
                    scan.tag,
                    scan.counter,
                    self._peers.sender(scope),
                    what.standing,
                    stopped=what.stopped,
                )
        coded = answer.coded(gzipped=gzipped)
        if match and answer.status == 200 and (coded.etag in match or match.strip() == b"*"):
            headers = [_CACHE, VARY, (b"etag", coded.etag)]
            await send_raw(send, 304, headers, b"", head=True)
            return
        await send_raw(send, answer.status, coded.headers, coded.body, head=head)

    async def _seen(self, scan: _Scan, counts: bool) -> Seen | None:
        """How often the serial was scanned, this time included; beyond EXACT it is one more."""
        scans = self._services.scans
        serial = scan.path.gtin14, scan.tag, scan.counter
        seen = scans.known(serial)
        if seen is None:
            seen = await scans.ask(serial)
        if seen is None:
            return None
        # Capped, so that the page of a label that everybody opens is rendered once.
        return Seen(min(seen.scans + counts, EXACT + 1), seen.first_day)

    def _answer(
        self, scan: _Scan, raw_path: bytes, lang: str, kind: str, seen: Seen | None
    ) -> Answer:
        views = self._services.views
        path = scan.path
        label: LabelRow | None = None
        if path.serial is not None and scan.genuine:
            size, label = views.label_at(path.gtin14, scan.tag, scan.counter)
            if label is not None and label.lot_code != path.lot:
                return self._strange("other-lot", scan, lang, kind, self._lot(path, size))
        else:
            size = views.size
        day = today(self._services.now())
        state = None if label is None else label.state
        told = as_of(self._services) if kind == HTML else ""
        hidden = self._disclosures.hidden()
        erased = self._erased()
        version = self._disclosures.version, self._phones.look(), len(erased)
        key = (raw_path, lang, kind, size, day, state, seen, told, version)
        answer = self._answers.get(key)
        if answer is not None:
            self._answers.move_to_end(key)
            return answer
        lot = self._lot(path, size)
        if lot is None or (path.serial is not None and label is None):
            known = lot is not None or views.owner_of(path.gtin14) is not None
            code = why(scan.genuine, scan.tag != "", lot=lot is not None, product=known)
            return self._strange(code, scan, lang, kind, lot)
        facts = lot.facts
        if hidden is None or hidden:
            facts = shown_of(facts, sight_of(ANONYMOUS, facts, hidden, views), views)
        facts = without_erased(facts, erased)
        status, opening = 200, b""
        if kind == HTML and state == "void":
            status, body = 410, self._astray.page("void", path, lang, facts)
        elif kind == HTML:
            page = self._lot_page(facts, (size, day, lang, state, told, version))
            body = page.of(path.serial, None if seen is None else _told(seen, day))
            opening = page.opening
        elif kind == JSON:
            standing = {"status": Views.status(facts, day), "serial": path.serial, "label": state}
            body = json_bytes({**facts, **standing})
        else:
            where = lot_path(facts["item"], facts["lot"])
            base = self._services.settings.base_url or ""
            body = json_bytes(linkset(base, raw_path.decode("ascii"), where, facts["name"]))
        counted = Counted("void" if state == "void" else "in-force", _stopped(facts))
        answer = made(status, body, kind, _CACHE, counted, opening)
        self._answers[key] = answer
        if len(self._answers) > CACHED_PAGES:
            self._answers.popitem(last=False)
        return answer

    def _erased(self) -> frozenset[str]:
        """Digests of photos and texts that were erased here, as of two seconds ago at most."""
        now = time.monotonic()
        if now >= self._look_at:
            self._gone, self._look_at = self._services.album.shelf.erased(), now + _FRESH
        return self._gone

    def _strange(
        self, code: str, scan: _Scan, lang: str, kind: str, lot: LotFacts | None
    ) -> Answer:
        """The answer to a label that leads to no lot; nothing of it is kept by anybody."""
        counted = None
        if lot is not None:
            # Nothing is counted below a lot that nobody knows.
            counted = Counted(_STANDINGS[code], _stopped(lot.facts))
        if kind != HTML:
            return _refusal(_JSON_CODES.get(code, code), kind, b"")
        facts = None if lot is None else lot.facts
        body = self._astray.page(code, scan.path, lang, facts, genuine=scan.tag != "")
        return _refusal(code, kind, body, counted=counted)

    def _lot(self, path: LabelPath, size: int) -> LotFacts | None:
        views = self._services.views
        return self._lots.get(
            (path.gtin14, path.lot, size), lambda: views.lot(path.gtin14, path.lot)
        )

    def _lot_page(self, facts: Facts, told: _Told) -> LotPage:
        """`told` is what the page hangs on beside its lot: size, day, language, state, age, versions."""
        _, day, lang, state, as_of_then, _ = told
        return self._lot_pages.get(
            (facts["item"], facts["lot"], *told),
            lambda: LotPage(
                *(facts, day, lang, state, as_of_then),
                phone=self._phones.of(facts["party"]),
                base=self._services.settings.base_url or "",
            ),
        )

    def _scan(self, raw_path: bytes) -> _Scan:
        path = read_label_path(raw_path)
        tag, counter, genuine = "", 0, True
        if path.serial is not None:
            genuine = self._services.labelling.serial_is_genuine(path.gtin14, path.serial)
            if genuine:
                tag, counter, _ = read_serial(path.serial)
        return _Scan(path, tag, counter, genuine)


def _stopped(facts: Facts) -> bool:
    return facts["stopped"] is not None and facts["stopped"]["type"] == "recalled"


def _told(seen: Seen, today: str) -> tuple[int, str]:
    first = dt.date.fromordinal(seen.first_day).isoformat() if seen.first_day else today
    return seen.scans, first


def _refusal(
    code: str, kind: str, page: bytes, detail: str = "", counted: Counted | None = None
) -> Answer:
    if kind == HTML:
        return made(404, page, HTML, _NO_STORE, counted)
    return made(404, json_bytes({"status": 404, "code": code, "detail": detail}), JSON, _NO_STORE)
