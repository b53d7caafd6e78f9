"""The verifier in one file: what it may do, how it is made, and how it behaves for a person."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from api.commands.main import main as ocop
from api.pages.joined_modules import JoinFailed, joined
from api.pages.static_files import static_files
from api.pages.verifier_file import verifier_file
from api.pages.verifier_modules import source_of
from ledger.domain.drafts import Draft
from ledger.verify.checklist import verify_bundle
from ledger.verify.trust import Trust
from tests.pages.cooperative import GTIN, LOT, PARTY, found_cooperative
from tests.pages.verifying import BUNDLES

NOW = "2026-11-20T03:00:00Z"
CLEAN = BUNDLES / "clean_complete"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "verifier.html"
    made.write_bytes(verifier_file())
    return made


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A phone without network; whatever it says or asks for fails the test."""
    context = chromium.new_context(
        locale="vi-VN", offline=True, viewport={"width": 360, "height": 740}
    )
    made = context.new_page()
    said: list[str] = []
    made.on("console", lambda message: said.append(message.text))
    made.on("pageerror", lambda wrong: said.append(str(wrong)))
    made.on("request", lambda request: said.append(request.url))
    made.clock.set_fixed_time(NOW)
    yield made
    context.close()
    assert [one for one in said if not one.startswith("file:///")] == []


def judge(page: Page, folder: Path) -> str:
    """Give both files; the text of the report."""
    page.set_input_files("#trust", folder / "trust.json")
    page.set_input_files("#bundle", folder / "bundle.json")
    page.wait_for_selector("#report:not([hidden])", timeout=20_000)
    return page.inner_text("#report")


@pytest.mark.browser
def test_it_opens_from_the_disk_and_says_what_it_found_in_both_languages(
    page: Page, file: Path
) -> None:
    page.goto(file.as_uri(), timeout=20_000)
    assert page.title() == "Kiểm tra hồ sơ lô – OCOP Ledger"
    report = judge(page, CLEAN)
    for words in ("ĐẠT", "đang lưu hành", "11. kết luận về lô", "mốc 35", "Chưa chứng minh"):
        assert words in report
    page.click("#language")
    english = page.inner_text("#report")
    for words in ("VERIFIED", "in circulation", "11. what it adds up to", "mark 35", "Not shown"):
        assert words in english
    assert page.get_attribute("html", "lang") == "en"


@pytest.mark.browser
def test_a_changed_bundle_is_refused_at_the_check_and_the_place_concerned(
    page: Page, file: Path
) -> None:
    page.goto(file.as_uri(), timeout=20_000)
    report = judge(page, BUNDLES / "payload_changed_fail")
    assert "KHÔNG ĐẠT" in report
    assert "[21] Chữ ký không phải do khóa" in report
    assert "Diễn biến đã ký" not in report  # nothing is told that does not stand


@pytest.mark.browser
def test_of_a_recalled_lot_the_standing_gives_the_colour(page: Page, file: Path) -> None:
    page.goto(file.as_uri(), timeout=20_000)
    assert "ĐANG THU HỒI" in judge(page, BUNDLES / "recalled")
    assert page.locator(".verdict.recalled").count() == 1
    assert page.locator(".verdict.verified").count() == 0


@pytest.mark.browser
def test_what_was_corrected_is_told_as_it_counts_today(page: Page, file: Path) -> None:
    page.goto(file.as_uri(), timeout=20_000)
    told = judge(page, BUNDLES / "corrected")
    assert told.count("đã đính chính)") == 1


@pytest.mark.browser
def test_with_a_trust_file_built_in_a_bundle_is_enough(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "tỉnh.html"
    arguments = ["verifier", "-o", str(file), "--trust", str(CLEAN / "trust.json")]
    assert ocop(arguments) == 0
    page.goto(file.as_uri(), timeout=20_000)
    assert "Có sẵn trong tệp này" in page.inner_text("#trust-card")
    page.set_input_files("#bundle", CLEAN / "bundle.json")
    page.wait_for_selector("#report:not([hidden])", timeout=20_000)
    assert page.get_attribute("body", "data-verdict") == "verified"


@pytest.mark.browser
def test_files_may_be_dropped_anywhere_and_in_any_order(page: Page, file: Path) -> None:
    page.goto(file.as_uri(), timeout=20_000)
    texts = [(CLEAN / name).read_text("utf-8") for name in ("bundle.json", "trust.json")]
    page.evaluate(
        """(texts) => {
          const given = new DataTransfer();
          texts.forEach((text, at) => given.items.add(new File([text], `${at}.json`)));
          dispatchEvent(new DragEvent("drop", { dataTransfer: given, cancelable: true }));
        }""",
        texts,
    )
    page.wait_for_selector("#report:not([hidden])", timeout=20_000)
    assert page.get_attribute("body", "data-verdict") == "verified"


@pytest.mark.browser
def test_what_cannot_be_decided_is_said_with_the_way_out(page: Page, file: Path) -> None:
    page.goto(file.as_uri(), timeout=20_000)
    page.set_input_files("#bundle", CLEAN / "bundle.json")
    page.wait_for_selector("#message:not(:empty)")
    assert "Hãy chọn thêm tệp tin cậy" in page.inner_text("#message")
    broken = page.locator("#trust")
    broken.set_input_files({"name": "trust.json", "mimeType": "", "buffer": b"{}"})
    page.wait_for_selector('body[data-verdict="undecided"]', timeout=20_000)
    assert "các trường" in page.inner_text("#message")
    page.set_input_files("#trust", CLEAN / "trust.json")
    page.wait_for_selector('body[data-verdict="verified"]', timeout=20_000)
    page.fill("#label", "A1")
    page.locator("#label").blur()
    page.wait_for_selector("#report[hidden]", state="attached")
    assert "không đúng dạng" in page.inner_text("#message")


@pytest.mark.browser
def test_hostile_text_stays_text(page: Page, file: Path) -> None:
    page.goto(file.as_uri(), timeout=20_000)
    raw = (CLEAN / "bundle.json").read_text("utf-8")
    hostile = raw.replace('"lot":"P1"', '"lot":"<img src=x>\\u202e"', 1)
    page.set_input_files("#trust", CLEAN / "trust.json")
    page.locator("#bundle").set_input_files(
        {"name": "<b>.json", "mimeType": "", "buffer": hostile.encode()}
    )
    page.wait_for_selector("#report:not([hidden])", timeout=20_000)
    assert page.locator("#report img, #choose b b").count() == 0
    assert "\u202e" not in page.inner_text("#report")


@pytest.mark.browser
@pytest.mark.parametrize("case", ["clean_complete", "payload_changed_fail"])
def test_it_fits_a_phone_and_has_no_serious_accessibility_fault(
    page: Page, file: Path, case: str
) -> None:
    page.goto(file.as_uri(), timeout=20_000)
    judge(page, BUNDLES / case)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    for box in page.locator("button, summary, input").all():
        found = box.bounding_box()
        assert found is None or found["height"] >= 44
    violations = Axe().run(page).response["violations"]
    assert [v["id"] for v in violations if v["impact"] in {"serious", "critical"}] == []


@pytest.mark.browser
def test_on_paper_the_report_stands_without_the_choosing(page: Page, file: Path) -> None:
    page.goto(file.as_uri(), timeout=20_000)
    judge(page, CLEAN)
    page.emulate_media(media="print")
    assert not page.is_visible("#choose")
    assert not page.is_visible("#language")
    assert page.is_visible(".verdict")
    assert page.is_visible(".checks")


def test_its_policy_names_its_script_and_style_and_allows_no_address() -> None:
    text = verifier_file().decode()
    found = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert found
    policy = found[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy and "http" not in policy
    assert len(re.findall("<script", text)) == len(re.findall("<style", text)) == 1
    assert not re.search(r"<[^>]+ (?:on[a-z]+|style|src)=", text[: text.index("<script>")])


def test_the_same_program_makes_the_same_file_and_says_its_digest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "verifier.html"
    assert ocop(["verifier", "-o", str(file)]) == 0
    assert file.read_bytes() == verifier_file()
    digest = hashlib.sha256(verifier_file()).hexdigest()
    assert capsys.readouterr().out.startswith(f"{digest}  ")
    assert len(file.read_bytes()) < 300_000


def test_a_file_that_is_no_trust_file_is_not_built_in(tmp_path: Path) -> None:
    file = tmp_path / "verifier.html"
    arguments = ["verifier", "-o", str(file), "--trust", str(CLEAN / "bundle.json")]
    assert ocop(arguments) == 2
    assert not file.exists()


def test_what_the_consumer_page_fetches_to_verify_stays_small() -> None:
    files = static_files()
    for lang in ("vi", "en"):
        assert len(files[f"check.{lang}.mjs"].gzipped) <= 36 * 1024
    assert not {"verifier/main.mjs", "report.mjs", "words.mjs"} & set(files)
    fallback = files["arithmetic.mjs"]
    assert len(fallback.gzipped) <= 8 * 1024
    assert b"MIT License (c) 2019 Paul Miller" in fallback.body.splitlines()[0]


def test_modules_that_go_round_in_a_circle_or_export_oddly_are_not_joined() -> None:
    round_about = {
        "a.mjs": 'import { b } from "./b.mjs";\nexport const a = 1;\n',
        "b.mjs": 'import { a } from "./a.mjs";\nexport const b = 1;\n',
    }
    with pytest.raises(JoinFailed, match="imports itself"):
        joined("a.mjs", round_about.__getitem__, later=str)
    with pytest.raises(JoinFailed, match="not joined"):
        joined("c.mjs", {"c.mjs": "export default 1;\n"}.__getitem__, later=str)


def test_every_module_of_the_verifier_is_in_the_file_and_none_is_left_over() -> None:
    text = verifier_file().decode()
    folder = Path(__file__).resolve().parents[2] / "api/static/verifier"
    for path in folder.glob("*.mjs"):
        assert source_of(f"verifier/{path.name}").splitlines()[0] in text, path.name


@pytest.mark.browser
def test_what_was_sealed_after_an_old_index_is_told_as_not_covered(
    page: Page, file: Path, tmp_path: Path
) -> None:
    services = found_cooperative(tmp_path / "ledger")
    try:
        services.committer.commit()
        services.station.catch_up()
        site = {"code": "KHO", "kind": "processing", "name": "Kho"}
        now = services.station.now_text()
        services.station.record(Draft("site-registered", PARTY, now, site))
        services.station.catch_up()
        raw = services.bundle(GTIN, LOT)
        assert raw is not None
        (tmp_path / "bundle.json").write_bytes(raw)
        (tmp_path / "trust.json").write_bytes(services.trust())
        report = verify_bundle(raw, Trust.parse(services.trust()))
    finally:
        services.close()
    assert "not covered: 1;" in report.as_text("en")
    page.goto(file.as_uri(), timeout=20_000)
    assert "mục lục chưa bao gồm: 1;" in judge(page, tmp_path)
    page.set_input_files("#bundle", CLEAN / "bundle.json")
    assert "chưa bao gồm" not in judge(page, CLEAN)
