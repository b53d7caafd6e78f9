"""The verifier as one HTML file that opens from a disk: every part inside, no network, no server.

Its policy names its script and its style by their digests, so that a browser runs nothing else, and
allows no address at all. The same version of the program makes the same bytes anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import html
from importlib.metadata import version

from api.pages.joined_modules import JoinFailed
from api.pages.verifier_modules import STATIC, one_script


def verifier_file(trust: bytes | None = None) -> bytes:
    """The file; with `trust` (a trust file's bytes, checked before) it needs only a bundle."""
    folder = STATIC / "verifier"
    script = one_script("verifier/file.mjs")
    style = (folder / "file.css").read_text("utf-8")
    if "</" in style or "</script" in script.lower() or "<!--" in script:
        raise JoinFailed("the script or style would end before its end")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    licence = (STATIC / "vendor/noble-ed25519.LICENSE.txt").read_text("utf-8")
    parts = {
        "{policy}": policy,
        "{trust}": base64.b64encode(trust or b"").decode(),
        "{version}": html.escape(version("ocop-ledger")),
        "{licence}": html.escape(licence.strip()),
        "{style}": style,
        "{script}": script,  # last: nothing that it holds may be taken for a place
    }
    page = (folder / "file.html").read_text("utf-8")
    for place, part in parts.items():
        before, _, after = page.partition(place)
        page = before + part + after
    return page.encode()


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
