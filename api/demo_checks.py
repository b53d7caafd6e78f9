"""What the demo checks about itself: with decoders, sockets and a verifier process, not by belief."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import zxingcpp
from PIL import Image


def decoded(png: Path) -> list[str]:
    """Every QR text that a decoder which is not ours reads from a printed label."""
    with Image.open(png) as picture:
        return [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]


def pictures_by_url(pictures: Iterable[Path]) -> dict[str, Path]:
    """QR text -> picture, for every label that can be read."""
    return {text: png for png in pictures for text in decoded(png)}


def fetch(url: str, timeout: float = 5.0) -> tuple[int, bytes]:
    """Status and body of a GET on this machine."""
    parts = urlsplit(url.lower() if "://127.0.0.1" in url.lower()[:20] else url)
    path = urlsplit(url).path
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def verdict(bundle: Path, trust: Path) -> int:
    """Exit status of the offline verifier, run as its own process."""
    done = subprocess.run(  # noqa: S603  # our own interpreter and module, no shell
        [
            sys.executable,
            "-m",
            "ledger.offline",
            str(bundle),
            "--trust",
            str(trust),
            "--lang",
            "en",
        ],
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode
