"""Outgoing HTTP with a limit for everything: whole time, bytes, no redirects, no proxies' settings."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit, urlunsplit

from api.errors import DoorError

if TYPE_CHECKING:
    import httpx

MOST_PLAIN = 64 * 1024


class FetchFailed(DoorError):
    """Another machine could not be asked, or answered in a way that is not taken."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "no-answer": (
            "{where} does not answer ({why}); look at its machine, its address and the network.",
            "{where} không trả lời ({why}); hãy kiểm tra máy, địa chỉ và mạng.",
        ),
        "certificate-refused": (
            "{where} has no certificate that this machine takes ({why}). Read the log at an address "
            "with a certificate that the world knows, or over http:// in a network of your own: what "
            "is read is checked by the log's own signatures.",
            "{where} không có chứng thư mà máy này chấp nhận ({why}). Hãy đọc sổ qua địa chỉ có chứng "
            "thư công cộng, hoặc qua http:// trong mạng riêng: nội dung được kiểm bằng chữ ký của sổ.",
        ),
        "too-slow": (
            "{where} did not answer within {seconds} s; look at its machine and the network.",
            "{where} không trả lời trong {seconds} giây; hãy kiểm tra máy đó và mạng.",
        ),
        "too-large": (
            "{where} answered with more than {limit} bytes, which is not what was asked for; look at "
            "what stands at that address.",
            "{where} trả lời hơn {limit} byte, không đúng nội dung được hỏi; hãy kiểm tra địa chỉ đó.",
        ),
        "pass-needed": (
            "{where} answered {status}: it does not show all of its log to everybody. Ask its operator "
            "for an address with a reading pass (ocop disclosure reader NAME), and run add-log again "
            "with that address as --url.",
            "{where} trả lời {status}: sổ này không công khai toàn bộ. Hãy xin người vận hành một địa "
            "chỉ có quyền đọc (ocop disclosure reader TÊN), rồi chạy lại add-log với địa chỉ đó ở "
            "--url.",
        ),
        "status": (
            "{where} answered {status}; look at what stands at that address.",
            "{where} trả lời {status}; hãy kiểm tra địa chỉ đó.",
        ),
    }


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, its body bounded. `retry` is the wish of a Retry-After header in seconds."""

    status: int
    kind: str
    body: bytes
    retry: float | None


class Fetcher:
    """Keeps its connections between requests. For one thread; close it at the end."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._client: httpx.AsyncClient | None = None

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            client, self._client = self._client, None
            self._runner.run(client.aclose())
        self._runner.close()

    def get(self, url: str, *, seconds: float, limit: int = MOST_PLAIN) -> bytes:
        """The body of a 200 answer.

        Raises:
            FetchFailed: anything else.
        """
        answer = self.ask("GET", url, seconds=seconds, limit=limit)
        if answer.status in {401, 403}:
            raise FetchFailed("pass-needed", where=host_of(url), status=answer.status)
        if answer.status != 200:
            raise FetchFailed("status", where=host_of(url), status=answer.status)
        return answer.body

    def ask(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        *,
        seconds: float,
        limit: int = MOST_PLAIN,
    ) -> Fetched:
        """One request with its whole answer within `seconds` and `limit` bytes.

        Raises:
            FetchFailed: it did not come, or was longer.
        """
        return self._runner.run(self._bounded(method, url, body, seconds, limit))

    async def _bounded(
        self, method: str, url: str, body: bytes | None, seconds: float, limit: int
    ) -> Fetched:
        # Read here, not above: most ledgers have no witnesses, and every command would wait for it.
        import httpx

        if self._client is None:
            # One module reads the environment, and this is not it: no proxy from there.
            self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False)
        try:
            # The library limits each single read; who sends a byte a second is limited only here.
            async with asyncio.timeout(seconds):
                return await self._ask(self._client, method, url, body, limit)
        except TimeoutError:
            raise FetchFailed("too-slow", where=host_of(url), seconds=math.ceil(seconds)) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as wrong:
            if "CERTIFICATE_VERIFY_FAILED" in str(wrong):
                why = str(wrong).partition("failed: ")[2].partition(" (")[0] or "?"
                raise FetchFailed("certificate-refused", where=host_of(url), why=why) from wrong
            raise FetchFailed("no-answer", where=host_of(url), why=type(wrong).__name__) from wrong

    async def _ask(
        self, client: httpx.AsyncClient, method: str, url: str, body: bytes | None, limit: int
    ) -> Fetched:
        headers: Mapping[str, str] = {"accept-encoding": "identity"}
        if body is not None:
            headers = {**headers, "content-type": "text/plain; charset=utf-8"}
        async with client.stream(
            method, url, content=body, headers=headers, timeout=None
        ) as answer:
            found = bytearray()
            # Raw: a small answer that unpacks into a large one is not unpacked.
            async for piece in answer.aiter_raw():
                found += piece
                if len(found) > limit:
                    raise FetchFailed("too-large", where=host_of(url), limit=limit)
            kind = answer.headers.get("content-type", "").partition(";")[0].strip()
            retry = answer.headers.get("retry-after", "")
            wish = float(retry) if retry.isascii() and retry.isdecimal() else None
            return Fetched(answer.status_code, kind, bytes(found), wish)


def host_of(url: str) -> str:
    """What is said of an address: scheme, host and port, never what may be secret in it."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.hostname}{port}"


def without_pass(url: str) -> str:
    """An address without the reading pass that may be in it, to be shown."""
    return urlunsplit((parts := urlsplit(url))._replace(netloc=parts.netloc.rpartition("@")[2]))


def usable(url: str) -> bool:
    """Whether it is an http or https address without query or fragment; a pass may be in it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    more = parts.query or parts.fragment
    return parts.scheme in {"http", "https"} and bool(host) and not more
