"""The verifier in a real Chromium: as the pages load it, and as the one file from the disk."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.pages.static_files import static_routes, static_url
from ledger.verify.checklist import verify_bundle
from ledger.verify.trust import Trust

BUNDLES = Path(__file__).resolve().parents[1] / "vectors" / "bundles"
CASES = sorted(path.name for path in BUNDLES.iterdir() if (path / "expected.json").is_file())
Judgement = dict[str, Any]
"""verdict, status, size as of which it is complete (or None), failures [[check, log index or None,
code]] and finding codes, both sorted."""


@dataclass(frozen=True, slots=True)
class Case:
    """One bundle to be judged: the files' bytes, the reader's clock, a scanned label."""

    bundle: bytes
    trust: bytes
    now: str
    label: tuple[str, int] | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "bundle": base64.b64encode(self.bundle).decode(),
            "trust": base64.b64encode(self.trust).decode(),
            "now": self.now,
            "label": None
            if self.label is None
            else {"tag": self.label[0], "counter": self.label[1]},
        }

    def in_python(self) -> Judgement:
        """What the verifier in Python says."""
        report = verify_bundle(
            self.bundle,
            Trust.parse(self.trust),
            now=dt.datetime.fromisoformat(self.now),
            label=self.label,
        )
        return judgement(
            report.verdict,
            report.status,
            (report.as_json("en")["complete_as_of"] or {}).get("size"),
            [[one.check, one.index, one.refusal.code] for one in report.failures],
            {one.code for one in report.findings},
        )


def judgement(
    verdict: str, status: str, complete: int | None, failures: list[Any], findings: Any
) -> Judgement:
    """In a form that can be compared: order means nothing."""
    return {
        "verdict": verdict,
        "status": status,
        "complete": complete,
        "failures": sorted(failures, key=json.dumps),
        "findings": sorted(findings),
    }


def case_of(name: str) -> tuple[Case, Judgement]:
    """A vector and what its expected.json says."""
    folder = BUNDLES / name
    expected = json.loads((folder / "expected.json").read_bytes())
    case = Case(
        (folder / "bundle.json").read_bytes(),
        (folder / "trust.json").read_bytes(),
        expected["now"],
        tuple(expected["label"]) if "label" in expected else None,
    )
    complete = (expected.get("complete_as_of") or {}).get("size")
    verdict, status = expected["verdict"], expected["status"]
    return case, judgement(verdict, status, complete, expected["failures"], expected["findings"])


@contextmanager
def static_server() -> Iterator[str]:
    """Serves the static files and one empty page; gives its address."""

    async def empty(_request: object) -> Response:
        policy = "default-src 'none'; script-src 'self'; connect-src 'self'"
        page = '<!doctype html><html lang="vi"><title>.</title></html>'
        return HTMLResponse(page, headers={"content-security-policy": policy})

    app = Starlette(routes=[Route("/", empty), *static_routes()])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        for _ in range(200):
            if server.started:
                break
            thread.join(0.05)
        assert server.started, "the test server did not start within 10 seconds"
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(10)


_JUDGE = """async ([module, cases, fallback]) => {
  const { check } = module ? await import(module) : globalThis.ocopVerifier;
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const found = [];
  for (const { bundle, trust, now, label } of cases) {
    const options = { now: new Date(now), label, fallback };
    const report = await check(bytes(bundle), bytes(trust), options);
    found.push({
      engine: report.engine,
      verdict: report.verdict,
      status: report.status,
      complete: report.failures.length ? null : (report.completeAsOf?.size ?? null),
      failures: report.failures.map(({ check, index, code }) => [check, index, code]),
      findings: [...new Set(report.findings.map(({ code }) => code))],
    });
  }
  return found;
}"""


def judged(
    page: Page, cases: Sequence[Case], *, fallback: bool = False, served: bool = True
) -> list[Judgement]:
    """What the browser says of each; from the `served` module, or the file that the page shows."""
    module = static_url("check.vi.mjs") if served else None
    told = page.evaluate(_JUDGE, [module, [case.as_json() for case in cases], fallback])
    engines = {one.pop("engine") for one in told}
    assert engines <= {"noble-ed25519" if fallback else "WebCrypto"}
    return [judgement(**one) for one in told]


_ACCEPTED = """async ([module, cases, fallback]) => {
  const { signatures } = module ? await import(module) : globalThis.ocopVerifier;
  const verifier = await signatures({ fallback });
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
  const accepted = [];
  for (const { number, key, sig, msg } of cases) {
    const message = new TextEncoder().encode(msg);
    if (await verifier.accepts(bytes(key), bytes(sig), message)) accepted.push(number);
  }
  return [verifier.name, accepted];
}"""


def accepted(
    page: Page, vectors: list[dict[str, Any]], *, fallback: bool, served: bool
) -> tuple[str, list[int]]:
    """Name of the signature check used, and numbers of the vectors that it accepts."""
    module = static_url("check.vi.mjs") if served else None
    name, numbers = page.evaluate(_ACCEPTED, [module, vectors, fallback])
    return name, numbers
