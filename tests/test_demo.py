"""`make demo ONCE=1`, as a person runs it: one process, real sockets, a decoder that is not ours."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("demo") / "season"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "api.commands.main",
            "demo",
            "--once",
            "--dir",
            folder,
            "--port",
            "0",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return summary


@pytest.fixture(scope="module")
def server(demo: dict[str, Any]) -> Iterator[str]:
    port = demo["base_url"].rpartition(":")[2]
    running = subprocess.Popen(
        [sys.executable, "-m", "api.commands.main", "serve", "--dir", demo["dir"], "--port", port],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    assert demo["base_url"] in running.stderr.readline()
    yield demo["base_url"]
    running.terminate()
    running.wait(10)
    running.stderr.close()


def test_the_summary_has_the_promised_fields(demo: dict[str, Any]) -> None:
    assert set(demo) == {
        "dir", "ledger", "base_url", "item", "lot", "entries", "tree_size", "checkpoint", "bundle",
        "trust", "labels", "findings", "verified",
    }  # fmt: skip
    assert demo["verified"] is True
    assert demo["entries"] == demo["tree_size"] > 60
    for name in ("ledger", "checkpoint", "bundle", "trust"):
        assert (Path(demo["dir"]) / demo[name]).is_file()


def test_at_least_twelve_printed_labels_read_as_their_own_address(demo: dict[str, Any]) -> None:
    assert len(demo["labels"]) >= 12
    for label in demo["labels"]:
        with Image.open(Path(demo["dir"]) / label["png"]) as picture:
            texts = [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]
        assert texts == [label["url"]]
    assert len({label["serial"] for label in demo["labels"]}) > 12


def test_every_label_leads_to_a_page_of_its_own_lot(demo: dict[str, Any], server: str) -> None:
    assert server == demo["base_url"]
    for label in demo["labels"]:
        lot = label["url"].split("/10/")[1].split("/")[0]
        with urllib.request.urlopen(label["url"], timeout=10) as answer:
            assert answer.status == 200
            assert lot in answer.read().decode()


def test_a_label_whose_check_letters_are_wrong_leads_nowhere(
    demo: dict[str, Any], server: str
) -> None:
    url = demo["labels"][0]["url"]
    forged = url[:-1] + ("2" if url[-1] != "2" else "3")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(forged, timeout=10)
    assert refused.value.code == 404
    refused.value.close()
    assert server


def test_the_bundle_verifies_offline_and_a_changed_one_does_not(
    demo: dict[str, Any], tmp_path: Path
) -> None:
    folder = Path(demo["dir"])
    good = _verify(folder / demo["bundle"], folder / demo["trust"])
    assert good.returncode == 0, good.stdout
    changed = tmp_path / "changed.json"
    raw = (folder / demo["bundle"]).read_bytes()
    changed.write_bytes(raw.replace(b'packs\\":22', b'packs\\":23'))
    assert changed.read_bytes() != raw
    bad = _verify(changed, folder / demo["trust"])
    assert bad.returncode == 1
    assert "every signature" in bad.stdout


def test_the_demo_shows_a_recall_a_correction_and_an_expired_certificate(
    demo: dict[str, Any],
) -> None:
    codes = {one["code"] for one in demo["findings"]}
    assert {"lot-recalled", "corrected", "certificate-expired"} <= codes


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "important.txt").write_text("keep", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "api.commands.main", "demo", "--once", "--dir", tmp_path, "--port", "0"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert (tmp_path / "important.txt").read_text(encoding="utf-8") == "keep"


def _verify(bundle: Path, trust: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ledger.offline", bundle, "--trust", trust, "--lang", "en"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
