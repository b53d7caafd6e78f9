"""The check in the browser, in a real Chromium: the same verdicts as the verifier in Python."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page, Route, expect

from api.bootstrap import Services
from api.pages.static_files import static_url
from ledger.verify.note import COSIGNATURE, NoteKey, sign_note
from ledger.verify.signature import PublicKey
from tests.pages.cooperative import GTIN, LOT, RAW, found_cooperative
from tests.pages.watched_page import served

pytestmark = pytest.mark.browser
PAGE = f"/01/{GTIN}/10/{LOT}"
Bundle = dict[str, Any]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = found_cooperative(Path(tmp_path_factory.mktemp("browser")) / "ledger")
    made.committer.commit()  # as the sequencer does: what is served is complete as of now
    made.station.catch_up()
    yield made
    made.close()


@pytest.fixture(scope="module")
def base_url(services: Services) -> Iterator[str]:
    with served(services) as base:
        yield base


@pytest.fixture
def page(chromium: Browser, base_url: str) -> Iterator[Page]:
    made = chromium.new_page()
    made.goto(base_url + PAGE, timeout=20_000)
    yield made
    made.close()


@pytest.fixture(scope="module")
def laboratory(chromium: Browser, base_url: str) -> Iterator[Page]:
    """One page for what is called with arguments and answers: it leaves nothing in the page."""
    made = chromium.new_page()
    made.goto(base_url + PAGE, timeout=20_000)
    yield made
    made.close()


@pytest.fixture(scope="module")
def visitor(chromium: Browser) -> Iterator[Page]:
    """One page that goes from address to address."""
    made = chromium.new_page()
    yield made
    made.close()


@pytest.fixture
def bundle(services: Services) -> Bundle:
    raw = services.bundle(GTIN, LOT)
    assert raw is not None
    found: Bundle = json.loads(raw)
    return found


@pytest.fixture
def trust(services: Services) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(services.trust())
    return found


def checked(page: Page, bundle: Bundle, trust: Any) -> dict[str, Any]:
    """The report of the page's verifier."""
    script = """async ([module, bundle, trust]) => {
      const { check } = await import(module);
      const bytes = (text) => new TextEncoder().encode(text);
      const report = await check(bytes(bundle), bytes(trust), { now: new Date() });
      return { verdict: report.verdict, failures: report.failures, entries: report.entries,
        keys: report.keys, product: report.product };
    }"""
    arguments = [static_url("check.vi.mjs"), json.dumps(bundle), json.dumps(trust)]
    report: dict[str, Any] = page.evaluate(script, arguments)
    return report


def codes(report: dict[str, Any]) -> set[str]:
    return {failure["code"] for failure in report["failures"]}


def test_a_good_bundle_verifies(laboratory: Page, bundle: Bundle, trust: Any) -> None:
    report = checked(laboratory, bundle, trust)
    assert report["failures"] == []
    assert (report["verdict"], report["product"]) == ("verified", "Miến dong Đồng Tâm")
    assert report["entries"] == len(bundle["entries"])
    assert {(one["party"], one["role"]) for one in report["keys"]} >= {
        ("LEDGER", "root"),
        ("HTX-MD", "admin"),
        ("HTX-MD", "station"),
    }


def _entry_of(bundle: Bundle, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        entry for entry in bundle["entries"] if f'"type":"{kind}"' in entry["payload"]
    )
    return found


def _flipped(hex_text: str, at: int = 0) -> str:
    digit = "0" if hex_text[at] != "0" else "1"
    return hex_text[:at] + digit + hex_text[at + 1 :]


def _change_payload(bundle: Bundle) -> None:
    entry = _entry_of(bundle, "packed")
    entry["payload"] = entry["payload"].replace('"packs":100', '"packs":900')


def _change_signature(bundle: Bundle) -> None:
    entry = _entry_of(bundle, "packed")
    entry["signature"] = _flipped(entry["signature"])


def _make_malleable(bundle: Bundle) -> None:
    entry = _entry_of(bundle, "packed")
    order = 2**252 + 27742317777372353535851937790883648493
    raw = bytes.fromhex(entry["signature"])
    moved = (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    entry["signature"] = (raw[:32] + moved).hex()


def _drop_input(bundle: Bundle) -> None:
    bundle["entries"].remove(_entry_of(bundle, "harvested"))


def _drop_enrolment(bundle: Bundle) -> None:
    bundle["entries"].remove(
        next(e for e in bundle["entries"] if '"role":"station"' in e["payload"])
    )


def _lengthen_proof(bundle: Bundle) -> None:
    longer = base64.b64decode(bundle["nodes"]) + b"\xab" * 32
    bundle["nodes"] = base64.b64encode(longer).decode()


def _change_row(bundle: Bundle) -> None:
    row = next(row for row in bundle["index"]["rows"] if row["row"][0] == "lot")
    row["value"]["count"] += 1


def _shift_index(bundle: Bundle) -> None:
    bundle["entries"][-1]["index"] += 1


def _swap_entries(bundle: Bundle) -> None:
    entries = bundle["entries"]
    entries[-1], entries[-2] = entries[-2], entries[-1]


def _repeat_entry(bundle: Bundle) -> None:
    bundle["entries"].append(copy.deepcopy(bundle["entries"][-1]))


def _add_field(bundle: Bundle) -> None:
    bundle["comment"] = "trust me"


def _add_entry_field(bundle: Bundle) -> None:
    bundle["entries"][0]["comment"] = "trust me"


def _space_payload(bundle: Bundle) -> None:
    entry = bundle["entries"][-1]
    entry["payload"] = entry["payload"].replace('":', '": ', 1)


def _duplicate_key(bundle: Bundle) -> None:
    entry = _entry_of(bundle, "packed")
    entry["payload"] = entry["payload"].replace('"packs":', '"packs":1,"packs":')


def _change_checkpoint_size(bundle: Bundle) -> None:
    origin, size, rest = bundle["checkpoint"].split("\n", 2)
    bundle["checkpoint"] = f"{origin}\n{int(size) + 1}\n{rest}"


def _sign_by_stranger(bundle: Bundle) -> None:
    text = bundle["checkpoint"].split("\n\n")[0] + "\n"
    stranger = Ed25519PrivateKey.from_private_bytes(bytes([9] * 32))
    bundle["checkpoint"] = sign_note(text, "ocop.example/log", stranger)


def _add_disclosure(bundle: Bundle) -> None:
    bundle["disclosures"].append({"digest": "0" * 64, "salt": "0" * 64, "text": "x"})


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (_change_payload, {"wrong", "entries-unproved"}),
        (_change_signature, {"wrong", "entries-unproved"}),
        (_make_malleable, {"s_too_large", "entries-unproved"}),
        (_drop_input, {"input-unknown", "proof_length"}),
        (_drop_enrolment, {"key-unknown"}),
        (_lengthen_proof, {"proof_length"}),
        (_change_row, {"index-unproved"}),
        (_shift_index, {"beyond-tree"}),
        (_swap_entries, {"value-wrong"}),
        (_repeat_entry, {"value-wrong"}),
        (_add_field, {"fields-differ"}),
        (_add_entry_field, {"fields-differ"}),
        (_space_payload, {"not_canonical"}),
        (_duplicate_key, {"duplicate_key"}),
        (_change_checkpoint_size, {"bad_signature"}),
        (_sign_by_stranger, {"no_known_key"}),
        (_add_disclosure, {"disclosure-wrong"}),
    ],
)
def test_a_tampered_bundle_is_refused_and_the_fault_is_named(
    laboratory: Page,
    bundle: Bundle,
    trust: Any,
    tamper: Callable[[Bundle], None],
    expected: set[str],
) -> None:
    tamper(bundle)
    report = checked(laboratory, bundle, trust)
    assert report["verdict"] == "refused"
    assert expected <= codes(report)


def test_a_bundle_without_one_of_its_index_rows_is_refused(
    laboratory: Page, bundle: Bundle, trust: Any
) -> None:
    bundle["index"]["rows"].pop(0)
    report = checked(laboratory, bundle, trust)
    assert report["verdict"] == "refused"
    # Where the row stood in the map decides whether the hashes still fit what is left.
    assert codes(report) & {"rows-count", "index-row-missing"}


def test_a_good_bundle_of_another_lot_is_refused(page: Page, services: Services) -> None:
    lie = services.bundle(RAW, "BD-260915")
    assert lie is not None
    page.route("**/bundle", lambda route: route.fulfill(body=lie, content_type="application/json"))
    verdict = _verdict(page)
    assert verdict.startswith("Không đạt")
    assert "không phải của lô trên trang" in verdict


def test_other_roots_or_another_log_key_are_refused(
    laboratory: Page, bundle: Bundle, trust: dict[str, Any]
) -> None:
    assert "roots-differ" in codes(checked(laboratory, bundle, {**trust, "roots": ["11" * 32]}))
    raw = Ed25519PrivateKey.from_private_bytes(bytes([8] * 32)).public_key().public_bytes_raw()
    other = NoteKey("ocop.example/log", PublicKey(raw)).format()
    assert {"no_known_key", "log-key-differs"} <= codes(
        checked(laboratory, bundle, {**trust, "log_key": other})
    )


def _verdict(page: Page) -> str:
    page.click("#verify")
    page.wait_for_selector('#verdict[data-state="done"]', timeout=20_000)
    return page.inner_text("#verdict")


def test_the_button_says_what_was_checked_and_what_that_does_not_prove(page: Page) -> None:
    held: list[Route] = []
    page.route("**/check.vi.mjs", lambda route: held.append(route))  # noqa: PLW0108 - it is inspected
    page.click("#verify")
    # The script may be a second away: until it comes, the page has the words.
    expect(page.locator("#verdict")).to_have_text("Đang kiểm tra trên máy của bạn…")
    expect(page.locator("#verify")).to_be_disabled()
    held[0].continue_()
    page.wait_for_selector('#verdict[data-state="done"]', timeout=20_000)
    verdict = page.inner_text("#verdict")
    assert verdict.startswith("Đạt")
    for words in ("HTX-MD", "niêm phong", "không chứng minh", "Dấu vân tay khóa sổ", "WebCrypto"):
        assert words in verdict
    assert "Đầy đủ tính đến mốc" in verdict


def test_a_browser_without_ed25519_uses_the_vendored_arithmetic(
    chromium: Browser, base_url: str
) -> None:
    page = chromium.new_page()
    page.add_init_script(
        "const real = crypto.subtle.importKey.bind(crypto.subtle);"
        "crypto.subtle.importKey = (form, key, how, ...rest) =>"
        " (how.name ?? how) === 'Ed25519' ? Promise.reject(new Error('no'))"
        " : real(form, key, how, ...rest);"
    )
    page.goto(base_url + PAGE, timeout=20_000)
    verdict = _verdict(page)
    page.close()
    assert verdict.startswith("Đạt")
    assert "noble-ed25519" in verdict


def test_a_lying_server_is_told_in_plain_words(page: Page, bundle: Bundle) -> None:
    _change_payload(bundle)
    lie = json.dumps(bundle)

    def answer(route: Route) -> None:
        route.fulfill(body=lie, content_type="application/json")

    page.route("**/bundle", answer)
    verdict = _verdict(page)
    assert verdict.startswith("Không đạt")
    assert "Chữ ký không phải do khóa" in verdict


def test_too_few_witnesses_accuse_nobody(page: Page, trust: dict[str, Any]) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
    named = NoteKey(
        "witness.example/w", PublicKey(key.public_key().public_bytes_raw()), COSIGNATURE
    ).format()
    asked = json.dumps({**trust, "witnesses": [named], "quorum": 1})
    page.route("**/api/v1/trust", lambda route: route.fulfill(body=asked))
    verdict = _verdict(page)
    assert verdict.startswith("Chưa kết luận được")
    assert "cần 1 bên chứng kiến" in verdict and "Không đạt" not in verdict


@pytest.mark.parametrize(
    ("status", "says"), [(403, "Cán bộ kiểm tra vẫn kiểm tra được"), (503, "Hãy kiểm tra mạng")]
)
def test_a_bundle_that_is_not_given_is_told_from_a_lost_network(
    page: Page, status: int, says: str
) -> None:
    page.route("**/bundle", lambda route: route.fulfill(status=status, body="{}"))
    assert says in _verdict(page)


def test_the_page_breaks_no_rule_of_its_own_policy_and_asks_no_stranger(
    chromium: Browser, base_url: str
) -> None:
    page = chromium.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(base_url + PAGE, timeout=20_000)
    first = [url for url in asked if not url.startswith("data:")]
    _verdict(page)
    page.close()
    assert len(first) <= 4
    assert all(url.startswith((base_url, "data:")) for url in asked)
    assert said == []


@pytest.mark.parametrize(
    "path",
    [
        PAGE,
        f"/lo/{GTIN}/{LOT}",
        "/tram",
        "/tram/che-bien",
        "/tram/in-tem",
        f"/tram/in-tem?item={GTIN}&lot={LOT}",
        "/no-such-page",
    ],
)
def test_no_page_has_a_serious_accessibility_fault(visitor: Page, base_url: str, path: str) -> None:
    visitor.goto(base_url + path, timeout=20_000)
    found = Axe().run(visitor).response["violations"]
    assert [v["id"] for v in found if v["impact"] in {"serious", "critical"}] == []
