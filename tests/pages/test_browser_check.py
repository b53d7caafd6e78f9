"""The check in the browser, in a real Chromium: the same verdicts as the verifier in Python."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page, Route

from api.app import create_app
from api.bootstrap import Services
from api.pages.static_files import static_url
from ledger.verify.note import NoteKey, sign_note
from ledger.verify.signature import PublicKey, SignatureRefused
from tests.pages.cooperative import GTIN, LOT, found_cooperative
from tests.shared_data import shared

pytestmark = pytest.mark.browser
PAGE = f"/01/{GTIN}/10/{LOT}"
Bundle = dict[str, Any]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = found_cooperative(Path(tmp_path_factory.mktemp("browser")) / "ledger")
    yield made
    made.close()


@pytest.fixture(scope="module")
def base_url(services: Services) -> Iterator[str]:
    config = uvicorn.Config(create_app(services), host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(200):
        if server.started:
            break
        thread.join(0.05)
    assert server.started, "the test server did not start within 10 seconds"
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


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


def checked(page: Page, bundle: Bundle, trust: Any, lot: str = LOT) -> dict[str, Any]:
    """The report of `checkBundle` in the page."""
    script = """async ([module, bundle, trust, wanted]) => {
      const { checkBundle } = await import(module);
      return checkBundle(bundle, trust, wanted);
    }"""
    wanted = {"item": GTIN, "lot": lot}
    arguments = [static_url("bundle.mjs"), bundle, trust, wanted]
    report: dict[str, Any] = page.evaluate(script, arguments)
    return report


def codes(report: dict[str, Any]) -> set[str]:
    return {failure["code"] for failure in report["failures"]}


@pytest.mark.parametrize(("fallback", "engine"), [(False, "WebCrypto"), (True, "noble-ed25519")])
def test_exactly_43_of_the_914_cctv_vectors_are_accepted(
    laboratory: Page, fallback: bool, engine: str
) -> None:
    path = shared("vectors", "ed25519", "cctv_ed25519vectors.json")
    script = """async ([module, cases, fallback]) => {
      const { chooseVerifier } = await import(module);
      const verifier = await chooseVerifier({ fallback });
      const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
      const accepted = [];
      for (const { number, key, sig, msg } of cases) {
        const message = new TextEncoder().encode(msg);
        if (await verifier.accepts(bytes(key), bytes(sig), message)) accepted.push(number);
      }
      return { name: verifier.name, accepted };
    }"""
    cases = json.loads(path.read_text("utf-8"))
    found = laboratory.evaluate(script, [static_url("ed25519.mjs"), cases, fallback])
    ours = [
        case["number"]
        for case in cases
        if _python_accepts(case["key"], case["sig"], case["msg"].encode())
    ]
    assert (len(cases), len(found["accepted"])) == (914, 43)
    assert found == {"name": engine, "accepted": ours}


def _python_accepts(key: str, signature: str, message: bytes) -> bool:
    try:
        return PublicKey(bytes.fromhex(key)).accepts(bytes.fromhex(signature), message)
    except SignatureRefused:
        return False


def test_a_good_bundle_verifies(laboratory: Page, bundle: Bundle, trust: Any) -> None:
    report = checked(laboratory, bundle, trust)
    assert report["failures"] == []
    assert report["ok"] is True
    assert report["entries"] == len(bundle["entries"])
    assert {(one["party"], one["role"]) for one in report["signers"]} >= {
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


def _cut_path(bundle: Bundle) -> None:
    _entry_of(bundle, "packed")["path"].pop()


def _change_path(bundle: Bundle) -> None:
    path = _entry_of(bundle, "packed")["path"]
    path[0] = _flipped(path[0])


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


def _drop_anchors(bundle: Bundle) -> None:
    assert bundle["anchors"]
    bundle["anchors"] = bundle["anchors"][1:]


def _add_disclosure(bundle: Bundle) -> None:
    bundle["disclosures"].append({"digest": "0" * 64, "salt": "0" * 64, "text": "x"})


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (_change_payload, {"signature", "not-included"}),
        (_change_signature, {"signature", "not-included"}),
        (_make_malleable, {"signature", "not-included"}),
        (_drop_input, {"input-missing"}),
        (_drop_enrolment, {"key-unknown"}),
        (_cut_path, {"not-included"}),
        (_change_path, {"not-included"}),
        (_shift_index, {"not-included"}),
        (_swap_entries, {"order"}),
        (_repeat_entry, {"order", "journal-fork"}),
        (_add_field, {"bundle-malformed"}),
        (_add_entry_field, {"entry-malformed"}),
        (_space_payload, {"entry-malformed"}),
        (_duplicate_key, {"entry-malformed"}),
        (_change_checkpoint_size, {"checkpoint-signature"}),
        (_sign_by_stranger, {"checkpoint-unsigned"}),
        (_drop_anchors, {"anchor"}),
        (_add_disclosure, {"disclosure"}),
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
    assert report["ok"] is False
    assert expected <= codes(report)


def test_a_good_bundle_of_another_lot_is_refused(
    laboratory: Page, bundle: Bundle, trust: Any
) -> None:
    assert codes(checked(laboratory, bundle, trust, "L999")) == {"other-lot"}


def test_other_roots_or_another_log_key_are_refused(
    laboratory: Page, bundle: Bundle, trust: dict[str, Any]
) -> None:
    assert "roots-differ" in codes(checked(laboratory, bundle, {**trust, "roots": ["11" * 32]}))
    raw = Ed25519PrivateKey.from_private_bytes(bytes([8] * 32)).public_key().public_bytes_raw()
    other = NoteKey("ocop.example/log", PublicKey(raw)).format()
    assert codes(checked(laboratory, bundle, {**trust, "log_key": other})) == {
        "checkpoint-unsigned"
    }


def _verdict(page: Page) -> str:
    page.click("#verify")
    page.wait_for_selector('#verdict[data-state="done"]', timeout=20_000)
    return page.inner_text("#verdict")


def test_the_button_says_what_was_checked_and_what_that_does_not_prove(page: Page) -> None:
    verdict = _verdict(page)
    assert verdict.startswith("Đạt")
    for words in ("HTX-MD", "niêm phong", "không chứng minh", "Dấu vân tay khóa sổ", "WebCrypto"):
        assert words in verdict


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
    assert "chữ ký không khớp" in verdict


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
