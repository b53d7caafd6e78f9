"""The consumer page on a slow phone: a real Chromium, a thin line, a slowed processor.

400 kbit/s, 400 ms, CPU six times slower, as Chromium's own emulation gives them; every round is a new
browser context, which has nothing of the page yet. Times are of the browser's clock.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from playwright.sync_api import Browser, CDPSession, sync_playwright

from bench.page import season, server

Row = tuple[str, str, str]
ROUNDS = 7
LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Milliseconds of a round trip; bytes a second."""
SLOWED = 6
_PATIENCE = 90.0
_VERIFIED = "Đạt:"
_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
# A browser whose Web Crypto does not know Ed25519 says so when asked to import a key.
_WITHOUT_ED25519 = """
const known = SubtleCrypto.prototype.importKey;
SubtleCrypto.prototype.importKey = function (format, key, algorithm, ...rest) {
  const name = algorithm.name ?? algorithm;
  if (name === "Ed25519") return Promise.reject(new DOMException("", "NotSupportedError"));
  return known.call(this, format, key, algorithm, ...rest);
};
"""
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
_VERDICT = """
() => new Promise((done) => {
  const started = performance.now();
  const place = document.getElementById("verdict");
  new MutationObserver(() => {
    if (place.dataset.state === "done") done([performance.now() - started, place.textContent]);
  }).observe(place, { attributes: true });
  document.getElementById("verify").click();
})
"""


def rows() -> list[Row]:
    """(what, measured, bar) for this theme."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        return [("consumer page on a slow phone", "no Chromium on this machine", "-")]
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = Path(made) / "ledger"
        path = season(folder)[0][0]
        browser = playwright.chromium.launch(executable_path=program, args=_ARGS)
        try:
            with server(folder) as (_, port):
                address = f"http://127.0.0.1:{port}{path}"
                _until_complete(port, path)
                return [
                    *_measured(browser, address, slowed=1),
                    *_measured(browser, address, slowed=SLOWED),
                ]
        finally:
            browser.close()


def _until_complete(port: int, path: str) -> None:
    """Wait for the log key's commitment: before it bundles have no index, and fail their check."""
    _, _, gtin, _, lot = path.split("/")[:5]
    address = f"http://127.0.0.1:{port}/api/v1/lots/{gtin}/{lot}/bundle"
    ends = time.monotonic() + _PATIENCE
    while True:
        with urlopen(address, timeout=10) as answer:
            if json.load(answer).get("index"):
                return
        assert time.monotonic() < ends, "the index was not committed in time"
        time.sleep(0.5)


def _measured(browser: Browser, address: str, *, slowed: int) -> list[Row]:
    painted, checked, counted = [], [], []
    fallback = []
    for _ in range(ROUNDS):
        paint, verdict, carried = _visit(browser, address, slowed)
        painted.append(paint)
        checked.append(verdict)
        counted.append(carried)
        fallback.append(_visit(browser, address, slowed, script=_WITHOUT_ED25519)[1])
    where = f"400 kbit/s, 400 ms, CPU slowed {slowed} x" if slowed > 1 else "400 kbit/s, 400 ms"
    requests, carried_bytes = counted[0]
    return [
        (f"first paint, {where}", _seconds(painted), "<= 1.2 s"),
        (f"from the press of the button to the verdict, {where}", _seconds(checked), "<= 1.5 s"),
        (f"the same without Ed25519 in the browser, {where}", _seconds(fallback), "<= 2.5 s"),
        (
            "page with all it loads before the button",
            f"{carried_bytes:,} bytes, {requests} requests",
            "<= 15,360 bytes, 4 requests",
        ),
    ]


def _visit(
    browser: Browser, address: str, slowed: int, script: str = ""
) -> tuple[float, float, tuple[int, int]]:
    """Milliseconds to the first paint, and from the button to the verdict; (requests, bytes)."""
    with browser.new_context(locale="vi-VN") as context:
        if script:
            context.add_init_script(script)
        page = context.new_page()
        line = context.new_cdp_session(page)
        carried = _counting(line)
        line.send("Network.emulateNetworkConditions", LINE)
        line.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
        page.goto(address, wait_until="load", timeout=60_000)
        page.wait_for_timeout(500)
        before = len(carried), sum(carried)
        painted = page.evaluate(_PAINTED)
        taken, said = page.evaluate(_VERDICT)
        assert said.startswith(_VERIFIED), said
        return float(painted), float(taken), before


def _counting(line: CDPSession) -> list[int]:
    """Bytes on the wire of every answer, as they come."""
    carried: list[int] = []
    line.send("Network.enable")
    line.on("Network.loadingFinished", lambda told: carried.append(int(told["encodedDataLength"])))
    return carried


def _seconds(found: list[float]) -> str:
    return f"{median(found) / 1e3:.2f} s (worst of {len(found)}: {max(found) / 1e3:.2f})"


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
