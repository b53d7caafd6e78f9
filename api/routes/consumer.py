"""GET /01/{gtin}/10/{lot}[/21/{serial}]: the page that a label opens, and its other forms.

A plain ASGI endpoint with at most two reads and a small cache, because this is the one page that
strangers open by the thousand.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from api.access.viewer import ANONYMOUS
from api.disclosure.choices import Disclosures
from api.disclosure.sight import seen as shown_of
from api.disclosure.sight import sight_of
from api.pages.consumer_page import LotPage, lot_path
from api.pages.dates import today
from api.pages.linkset import linkset
from api.pages.notices import notice
from api.routes.freshness import as_of
from api.routes.link_path import LabelPath, read_label_path
from api.routes.negotiation import HTML, JSON, LINKSET, asked_for, chosen_type
from api.routes.recent import Recent
from api.routes.replies import Headers, json_bytes, send_raw
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
_CACHE = (b"cache-control", b"public, max-age=60")
_NO_STORE = (b"cache-control", b"no-store")
_VARY = (b"vary", b"accept, accept-encoding")
_TYPES = {HTML: b"text/html; charset=utf-8", JSON: b"application/json", LINKSET: LINKSET.encode()}
# No label's address asks for a language: that is somebody who reads the page already.
_LANGUAGE_CHOSEN = b"lang="
_LINKSET_WANTED = frozenset({"all", "linkset"})


@dataclass(frozen=True, slots=True)
class _Scan:
    """A label's path with its serial taken apart; `genuine` is False for a wrong check."""

    path: LabelPath
    tag: str
    counter: int
    genuine: bool


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a scan counts for: the serial's standing, and whether its lot is recalled."""

    standing: Standing
    stopped: bool


@dataclass(frozen=True, slots=True)
class _Coded:
    """A body in one content coding, with its tag and headers."""

    body: bytes
    etag: bytes
    headers: Headers


class _Answer:
    """One rendered answer; the packed form is made when somebody first asks for it."""

    __slots__ = ("_gzipped", "_shared", "counted", "plain", "status")

    def __init__(
        self, status: int, body: bytes, shared: Headers, counted: _Counted | None = None
    ) -> None:
        """`counted` is what to note when somebody opens it; None for what is not of a known lot."""
        self.status = status
        self.counted = counted
        self._shared = shared
        self.plain = _coded(body, hashlib.sha256(body).hexdigest()[:24], shared)
        self._gzipped: _Coded | None = None

    def coded(self, *, gzipped: bool) -> _Coded:
        """The answer as this client takes it."""
        if not gzipped:
            return self.plain
        if self._gzipped is None:
            # Level 1: the stronger levels save a few hundred bytes and cost the page's budget.
            packed = gzip.compress(self.plain.body, 1, mtime=0)
            tag = self.plain.etag[1:-1].decode() + "-gz"
            self._gzipped = _coded(packed, tag, [*self._shared, (b"content-encoding", b"gzip")])
        return self._gzipped


def _coded(body: bytes, tag: str, shared: Headers) -> _Coded:
    etag = f'"{tag}"'.encode()
    length = str(len(body)).encode()
    return _Coded(body, etag, [*shared, (b"etag", etag), (b"content-length", length)])


class ConsumerEndpoint:
    """ASGI application for the addresses on labels."""

    def __init__(self, services: Services, disclosures: Disclosures) -> None:
        """`disclosures` says what parties hide: here everybody sees what the public sees."""
        self._services = services
        self._disclosures = disclosures
        self._peers = Peers(services.settings.trusted_proxies)
        self._answers: OrderedDict[tuple[object, ...], _Answer] = OrderedDict()
        self._scans: Recent[bytes, _Scan] = Recent(CACHED_PATHS)
        # A crowd scans many labels of few lots: each is read and written once for a state of the
        # views.
        self._lots: Recent[tuple[str, str, int], LotFacts | None] = Recent(CACHED_LOTS)
        self._lot_pages: Recent[tuple[object, ...], LotPage] = Recent(CACHED_LOTS)

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
            answer = _refusal("not-a-label", lang, kind, refusal.say(lang))
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
            headers = [_CACHE, _VARY, (b"etag", coded.etag)]
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
    ) -> _Answer:
        views = self._services.views
        path = scan.path
        label: LabelRow | None = None
        if path.serial is not None and scan.genuine:
            size, label = views.label_at(path.gtin14, scan.tag, scan.counter)
            if label is not None and label.lot_code != path.lot:
                lot = self._lot(path, size)
                return _refusal("other-lot", lang, kind, counted=_stray(lot, "never-issued"))
        else:
            size = views.size
        day = today(self._services.now())
        state = None if label is None else label.state
        told = as_of(self._services) if kind == HTML else ""
        hidden = self._disclosures.hidden()
        version = self._disclosures.version
        key = (raw_path, lang, kind, size, day, state, seen, told, version)
        answer = self._answers.get(key)
        if answer is not None:
            self._answers.move_to_end(key)
            return answer
        lot = self._lot(path, size)
        if lot is None:
            return _refusal("unknown-lot", lang, kind)
        if path.serial is not None and label is None:
            standing: Standing = "never-issued" if scan.genuine else "invented"
            return _refusal("unknown-serial", lang, kind, counted=_stray(lot, standing))
        facts = lot.facts
        if hidden is None or hidden:
            facts = shown_of(facts, sight_of(ANONYMOUS, facts, hidden, views), views)
        if kind == HTML:
            page = self._lot_page(facts, (size, day, lang, state, told, version))
            body = page.of(path.serial, None if seen is None else _told(seen, day))
        elif kind == JSON:
            status = {"status": Views.status(facts, day), "serial": path.serial, "label": state}
            body = json_bytes({**facts, **status})
        else:
            where = lot_path(facts["item"], facts["lot"])
            base = self._services.settings.base_url or ""
            body = json_bytes(linkset(base, raw_path.decode("ascii"), where, facts["name"]))
        counted = _Counted("void" if state == "void" else "in-force", _stopped(facts))
        answer = _made(200, body, kind, _CACHE, counted)
        self._answers[key] = answer
        if len(self._answers) > CACHED_PAGES:
            self._answers.popitem(last=False)
        return answer

    def _lot(self, path: LabelPath, size: int) -> LotFacts | None:
        views = self._services.views
        return self._lots.get(
            (path.gtin14, path.lot, size), lambda: views.lot(path.gtin14, path.lot)
        )

    def _lot_page(self, facts: Facts, told: tuple[int, str, str, str | None, str, int]) -> LotPage:
        """`told` is what the page hangs on beside its lot: size, day, language, state, age, version."""
        _, day, lang, state, as_of_then, _ = told
        return self._lot_pages.get(
            (facts["item"], facts["lot"], *told),
            lambda: LotPage(facts, day, lang, state, as_of_then),
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


def _stray(lot: LotFacts | None, standing: Standing) -> _Counted | None:
    """What an unknown serial counts for: nothing below a lot that nobody knows."""
    return None if lot is None else _Counted(standing, _stopped(lot.facts))


def _told(seen: Seen, today: str) -> tuple[int, str]:
    first = dt.date.fromordinal(seen.first_day).isoformat() if seen.first_day else today
    return seen.scans, first


def _refusal(
    code: str, lang: str, kind: str, detail: str = "", counted: _Counted | None = None
) -> _Answer:
    if kind == HTML:
        return _made(404, notice(code, lang, detail=detail), HTML, _NO_STORE, counted)
    return _made(404, json_bytes({"status": 404, "code": code, "detail": detail}), JSON, _NO_STORE)


def _made(
    status: int,
    body: bytes,
    kind: str,
    cache: tuple[bytes, bytes],
    counted: _Counted | None = None,
) -> _Answer:
    return _Answer(status, body, [(b"content-type", _TYPES[kind]), cache, _VARY], counted)
