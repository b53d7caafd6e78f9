"""Every bundle vector and every signature vector: Python, Chromium and the one file say the same."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from api.pages.verifier_file import verifier_file
from ledger.verify.checklist import verify_bundle
from ledger.verify.signature import PublicKey, SignatureRefused
from ledger.verify.trust import Trust
from tests.pages.verifying import BUNDLES, CASES, accepted, case_of, judged, static_server
from tests.shared_data import shared

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(chromium: Browser) -> Iterator[Page]:
    """A page that loads the verifier as the consumer page does."""
    with static_server() as address:
        made = chromium.new_page()
        made.goto(address, timeout=20_000)
        yield made
        made.close()


@pytest.fixture(scope="module")
def carried(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The one file, opened from the disk of a machine without network."""
    file = Path(tmp_path_factory.mktemp("carried")) / "verifier.html"
    file.write_bytes(verifier_file())
    context = chromium.new_context(locale="vi-VN", offline=True)
    made = context.new_page()
    made.goto(file.as_uri(), timeout=20_000)
    yield made
    context.close()


@pytest.mark.parametrize("fallback", [False, True], ids=["webcrypto", "noble"])
def test_the_pages_verifier_says_what_is_expected_of_every_vector(
    served: Page, fallback: bool
) -> None:
    cases, expected = zip(*map(case_of, CASES), strict=True)
    found = judged(served, cases, fallback=fallback)
    assert dict(zip(CASES, found, strict=True)) == dict(zip(CASES, expected, strict=True))


def test_the_noble_path_of_the_one_file_says_the_same(carried: Page) -> None:
    some = CASES[::6]
    cases, expected = zip(*map(case_of, some), strict=True)
    found = judged(carried, cases, fallback=True, served=False)
    assert dict(zip(some, found, strict=True)) == dict(zip(some, expected, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_the_report_of_the_one_file_is_that_of_the_command_to_the_letter(
    carried: Page, name: str
) -> None:
    case, expected = case_of(name)
    carried.clock.set_fixed_time(case.now)
    serial = "" if case.label is None else f"{case.label[0]}{case.label[1]:06d}QQQQ"
    carried.fill("#label", serial)
    carried.set_input_files("#trust", BUNDLES / name / "trust.json")
    carried.set_input_files("#bundle", BUNDLES / name / "bundle.json")
    shown = [hashlib.sha256(raw).hexdigest() for raw in (case.bundle, case.trust)]
    carried.wait_for_function(
        "(sums) => sums.every((sum) => document.getElementById('report').textContent"
        ".replaceAll(' ', '').includes(sum))",
        arg=shown,
        timeout=20_000,
    )
    assert carried.get_attribute("body", "data-verdict") == expected["verdict"]
    report = verify_bundle(
        case.bundle, Trust.parse(case.trust), now=_moment(case.now), label=case.label
    )
    said = json.loads(carried.locator("#json").text_content() or "")
    assert _in_order(said) == _in_order(report.as_json("vi"))


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _in_order(report: dict[str, Any]) -> dict[str, Any]:
    """The order of failures within a check means nothing."""
    for check in report["checks"]:
        check["failures"].sort(key=json.dumps)
    return report


@pytest.mark.parametrize("fallback", [False, True], ids=["webcrypto", "noble"])
@pytest.mark.parametrize("place", ["served", "carried"])
def test_exactly_the_same_43_of_the_914_cctv_vectors_are_accepted(
    request: pytest.FixtureRequest, place: str, fallback: bool
) -> None:
    path = shared("vectors", "ed25519", "cctv_ed25519vectors.json")
    vectors = json.loads(path.read_text("utf-8"))
    ours = [one["number"] for one in vectors if _python_accepts(one)]
    page = request.getfixturevalue(place)
    name, found = accepted(page, vectors, fallback=fallback, served=place == "served")
    assert name == ("noble-ed25519" if fallback else "WebCrypto")
    assert (len(vectors), len(found)) == (914, 43)
    assert found == ours


def _python_accepts(vector: dict[str, str]) -> bool:
    try:
        key = PublicKey(bytes.fromhex(vector["key"]))
        return key.accepts(bytes.fromhex(vector["sig"]), vector["msg"].encode())
    except SignatureRefused:
        return False


def test_a_browser_that_gives_no_cryptography_at_all_still_decides(served: Page) -> None:
    """Some phones open a file from their disk as a page that they do not call secure."""
    case, expected = case_of("clean")
    served.evaluate(
        "Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true })"
    )
    try:
        assert judged(served, [case], fallback=True) == [expected]
    finally:
        served.evaluate("delete crypto.subtle")
