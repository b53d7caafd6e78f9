"""Every label vector: Python, Chromium and the one file without a network say the same, word for word."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from api.pages.verifier_file import verifier_file
from ledger.verify.label_check import verify_label
from ledger.verify.label_outcomes import LabelReport
from ledger.verify.trust import Trust

pytestmark = pytest.mark.browser
LABELS = Path(__file__).resolve().parents[1] / "vectors" / "labels"
CASES: list[dict[str, Any]] = json.loads((LABELS / "cases.json").read_bytes())
TRUST = (LABELS / "trust.json").read_bytes()


def content(name: str | None) -> bytes | None:
    return None if name is None else (LABELS / name).read_bytes()


def in_python(case: dict[str, Any]) -> LabelReport:
    return verify_label(
        case["text"],
        Trust.parse(TRUST),
        stations=content(case["stations"]),
        bundle=content(case["bundle"]),
    )


@pytest.fixture(scope="module")
def page(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The one file, opened from the disk of a machine without network."""
    file = Path(tmp_path_factory.mktemp("labels")) / "verifier.html"
    file.write_bytes(verifier_file())
    context = chromium.new_context(
        locale="vi-VN", offline=True, viewport={"width": 390, "height": 800}
    )
    made = context.new_page()
    made.goto(file.as_uri(), timeout=20_000)
    yield made
    context.close()


_JUDGE = """async ([cases, trust, fallback]) => {
  const { checkLabel, parseTrust, readStations } = globalThis.ocopVerifier;
  const trusted = () => parseTrust(bytes(trust));
  const bytes = (text) => text && Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const found = [];
  for (const { text, stations, bundle } of cases) {
    const list = stations && (await readStations(bytes(stations), trusted(), { fallback }));
    const given = { stations: list, bundle: bytes(bundle), fallback };
    const one = await checkLabel(text, trusted(), given);
    const broken = one.evidence.flatMap(({ failures }) =>
      failures.map(({ check, index, code }) => [check, index, code]));
    found.push([one.code, one.verdict, broken]);
  }
  return found;
}"""


_SCAN = """async ([texts, stations, trust]) => {
  const { checkLabel, parseTrust, readStations } = globalThis.ocopVerifier;
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const known = parseTrust(bytes(trust));
  const list = await readStations(bytes(stations), known);
  const found = [];
  for (const text of texts) {
    const { code, verdict, address } = await checkLabel(text, known, { stations: list });
    found.push([code, verdict, ...["item", "lot", "serial"].map((one) => address?.[one] ?? null)]);
  }
  return found;
}"""


@pytest.mark.parametrize("fallback", [False, True], ids=["webcrypto", "noble"])
def test_chromium_judges_every_label_as_python_does(page: Page, fallback: bool) -> None:
    def b64(name: str | None) -> str | None:
        raw = content(name)
        return None if raw is None else base64.b64encode(raw).decode()

    given = [
        {"text": one["text"], "stations": b64(one["stations"]), "bundle": b64(one["bundle"])}
        for one in CASES
    ]
    found = page.evaluate(_JUDGE, [given, base64.b64encode(TRUST).decode(), fallback])
    for case, (code, verdict, broken) in zip(CASES, found, strict=True):
        expected = in_python(case)
        assert (code, verdict) == (expected.code, expected.verdict), case["name"]
        listed = expected.as_json("en")["evidence"]
        assert sorted(broken, key=json.dumps) == sorted(listed, key=json.dumps), case["name"]


def _changed(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    new = rng.choice("0123456789ABCxyz/?=&#%S .é\u00a0\u0661")
    return rng.choice(
        (text[:at] + new + text[at + 1 :], text[:at] + text[at + 1 :], text[:at] + new + text[at:])
    )


def test_hundreds_of_changed_codes_are_judged_alike(page: Page) -> None:
    rng = random.Random(20261121)
    names = ("good", "good-spelled-otherwise", "good-lot-escaped", "seal-twice")
    texts = [one["text"] for one in CASES if one["name"] in names]
    changed = [_changed(rng.choice(texts), rng) for _ in range(400)]
    stations = content("stations.json")
    assert stations is not None
    found = page.evaluate(
        _SCAN,
        [changed, base64.b64encode(stations).decode(), base64.b64encode(TRUST).decode()],
    )
    trust = Trust.parse(TRUST)
    codes = set()
    for text, (code, verdict, item, lot, serial) in zip(changed, found, strict=True):
        report = verify_label(text, trust, stations=stations)
        one = report.address
        read = (None,) * 3 if one is None else (one.gtin14, one.lot_code, one.serial)
        assert (code, verdict, (item, lot, serial)) == (report.code, report.verdict, read), text
        codes.add(code)
    assert codes >= {"seal-good", "seal-changed", "seal-length", "address-wrong"}


def scanned(page: Page, text: str) -> str:
    """What the page says once a scanner has typed the code into the field and pressed Enter."""
    page.focus("#label")
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    page.wait_for_function("document.body.dataset.label !== undefined", timeout=20_000)
    return page.inner_text("#label-report")


def test_scan_after_scan_is_judged_by_a_list_dropped_once(page: Page) -> None:
    page.reload()
    page.set_input_files("#trust", LABELS / "trust.json")
    page.set_input_files("#stations", LABELS / "stations.json")
    page.wait_for_function("document.getElementById('message').textContent.includes('quét')")
    cases = {case["name"]: case for case in CASES}
    for name in ("good", "serial-changed", "key-unknown", "good-lot-escaped", "seal-cut"):
        case = cases[name]
        page.evaluate("delete document.body.dataset.label")
        told = scanned(page, case["text"])
        expected = in_python(case)
        assert expected.say("vi") in told, name
        assert page.get_attribute("body", "data-label") == expected.verdict
        assert ("không phải bản sao" in told) == (expected.verdict == "verified")
    assert page.input_value("#label").count("http") + page.input_value("#label").count("HTTP") == 1


def test_in_english_and_with_the_lots_bundle_at_hand(page: Page) -> None:
    page.reload()
    page.click("#language")
    page.set_input_files("#trust", LABELS / "trust.json")
    page.set_input_files("#bundle", LABELS / "../bundles/clean_complete/bundle.json")
    page.wait_for_selector("#report:not([hidden])", timeout=20_000)
    case = next(one for one in CASES if one["name"] == "plain-with-bundle")
    assert in_python(case).say("en") in scanned(page, case["text"])
    page.wait_for_selector("#report:not([hidden])", timeout=20_000)
    assert page.get_attribute("body", "data-verdict") == "verified"


def test_a_serial_alone_is_not_judged_by_a_station_list(page: Page) -> None:
    page.reload()
    page.set_input_files("#trust", LABELS / "trust.json")
    page.set_input_files("#stations", LABELS / "stations.json")
    page.fill("#label", "A2000003K7QM")
    page.locator("#label").blur()
    page.wait_for_function(
        "document.getElementById('message').textContent.includes('hồ sơ của lô')"
    )
    assert not page.is_visible("#label-report")


def test_the_verdict_on_a_label_fits_a_phone_and_has_no_serious_accessibility_fault(
    page: Page,
) -> None:
    page.reload()
    page.set_input_files("#trust", LABELS / "trust.json")
    page.set_input_files("#stations", LABELS / "stations-retired.json")
    scanned(page, next(one["text"] for one in CASES if one["name"] == "key-retired"))
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    violations = Axe().run(page).response["violations"]
    assert [v["id"] for v in violations if v["impact"] in {"serious", "critical"}] == []


def test_a_list_that_does_not_stand_is_told_as_soon_as_it_is_chosen(page: Page) -> None:
    page.reload()
    page.set_input_files("#trust", LABELS / "trust.json")
    page.set_input_files("#stations", LABELS / "stations-end-hidden.json")
    page.wait_for_function("document.getElementById('message').textContent.includes('không đạt')")
    good = next(one["text"] for one in CASES if one["name"] == "good")
    told = scanned(page, good)
    assert page.get_attribute("body", "data-label") == "refused"
    assert "KHÔNG ĐẠT" in told
