"""Printing labels in a real Chromium, on a real TCP printer that is simulated behind its socket."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from api.bootstrap import Services
from printers.virtual.faults import Faults
from tests.pages.cooperative import GTIN, LOT, found_cooperative, record, serial
from tests.pages.packing_table import (
    TEMPLATE,
    finished,
    on_paper,
    pack,
    printed,
    printer_named,
    silent_printer,
    until,
)
from tests.pages.watched_page import served

pytestmark = pytest.mark.browser
WHERE = f"item={GTIN}&lot={LOT}"
_WAIT_MS = 15_000

Open = Callable[..., Page]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found_cooperative(tmp_path / "ledger")
    yield made
    made.close()


@pytest.fixture
def opened(services: Services, chromium: Browser) -> Iterator[Open]:
    """Opens a path of the station in a new window: `opened(path, width=..., scripts=...)`."""
    with served(services) as base:
        contexts = []

        def open_page(path: str, *, width: int = 1100, scripts: bool = True) -> Page:
            context = chromium.new_context(
                base_url=base, viewport={"width": width, "height": 800}, java_script_enabled=scripts
            )
            contexts.append(context)
            page = context.new_page()
            page.set_default_timeout(_WAIT_MS)
            page.goto(path)
            return page

        yield open_page
        for context in contexts:
            context.close()


def states(services: Services) -> dict[str, str]:
    return services.labelling.states(GTIN, LOT)


def settled(services: Services) -> None:
    """Every serial issued is in one state, and none is in doubt."""
    counts = services.labelling.status(GTIN, LOT)
    assert counts["in_doubt"] == 0
    assert counts["issued"] == counts["confirmed"] + counts["void"] + counts["waiting"]


def scan(page: Page, text: str) -> None:
    """What a wedge scanner does: it types where the cursor is, then presses Enter."""
    expect(page.locator("[autofocus]")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def lying_still(services: Services) -> list[str]:
    """What has come out of the printer once it moves no more: on a busy machine paper lags."""
    seen: list[str] = []
    deadline = time.monotonic() + 20
    while (now := on_paper(services, "kho")) != seen:
        assert time.monotonic() < deadline, "the paper never stops"
        seen = now
        time.sleep(0.7)
    return seen


def scanned(number: str) -> str:
    """What the code on a label with this serial says."""
    return f"HTTPS://TRUYXUAT.EXAMPLE.VN/01/{GTIN}/10/{LOT}/21/{number}"


def test_from_the_start_page_to_printed_labels_in_three_screens(
    services: Services, opened: Open
) -> None:
    with printer_named(services, "kho", speed_mm_s=400):
        page = opened("/tram")
        page.get_by_role("link", name="In tem").click()
        page.get_by_role("link", name=f"Miến dong Đồng Tâm – {LOT}").click()
        expect(page.locator(".state.good")).to_contain_text("còn giấy, nắp đóng")
        picture = page.locator("img.label").first
        assert (
            picture.evaluate("async image => { await image.decode(); return image.naturalWidth }")
            == 384
        )
        # The number is there already and the cursor is in it: it may be typed over.
        expect(page.get_by_label("Số tem")).to_be_focused()
        page.keyboard.press("Control+A")
        scan(page, "20")
        expect(page.locator("h1")).to_have_text("Đang in tem")
        expect(page.locator(".pace")).to_contain_text("tem mỗi giây")
        expect(page.locator("h1")).to_have_text("Đã in xong lượt này")
        expect(page.locator(".ending")).to_have_text("Lượt này: 20 tem đã in ra.")
    paper = on_paper(services, "kho")
    assert len(paper) == len(set(paper)) == 20
    assert {states(services)[one] for one in paper} == {"confirmed"}


@pytest.mark.parametrize("scripts", [True, False])
def test_paper_out_is_seen_within_two_seconds_and_a_refill_goes_on(
    services: Services, opened: Open, scripts: bool
) -> None:
    with printer_named(services, "kho", Faults(paper_out_after=4), 200) as printer:
        page = opened(f"/tram/in-tem/lo?{WHERE}", scripts=scripts)
        page.get_by_label("Số tem").fill("10")
        page.get_by_role("button", name="In tem").click()
        until(lambda: printer.printed >= 4)
        ran_out = time.monotonic()
        trouble = page.locator(".trouble h2")
        expect(trouble).to_contain_text("hết giấy", timeout=5_000)
        seen = time.monotonic() - ran_out
        # Without scripts the page loads itself again once a second on top of it.
        assert seen < (2.0 if scripts else 3.0), f"{seen:.2f} s"
        assert trouble.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 24
        printer.refill()
        expect(page.locator(".ending")).to_have_text("Lượt này: 10 tem đã in ra.")
    assert len(set(on_paper(services, "kho"))) == len(on_paper(services, "kho")) == 10
    settled(services)


def test_a_lost_connection_is_settled_by_scanning_what_really_came_out(
    services: Services, opened: Open
) -> None:
    with printer_named(services, "kho", Faults(drop_at_byte=60_000), 300):
        page = opened(f"/tram/in-tem/lo?{WHERE}&count=12")
        page.get_by_role("button", name="In tem").click()
        expect(page.locator("h1")).to_have_text("Đã dừng: có tem chưa rõ")
        doubted = services.labelling.doubted(GTIN, LOT)
        assert 1 <= len(doubted) <= 2
        came_out = lying_still(services)
        # The cursor is in the field already: the operator picks up the last label and scans it.
        scan(page, scanned(came_out[-1]))
        expect(page.locator("h1")).to_have_text("Đã ghi kết quả in")
        missing = 12 - len(came_out)
        page.get_by_role("button", name=f"In {missing} tem còn thiếu ngay").click()
        expect(page.locator(".ending")).to_have_text(f"Lượt này: {missing} tem đã in ra.")
    paper = on_paper(services, "kho")
    assert len(paper) == len(set(paper)) == 12
    assert {one for one, state in states(services).items() if state == "confirmed"} == set(paper)
    settled(services)


def test_labels_are_ticked_by_keyboard_alone(services: Services, opened: Open) -> None:
    silent_printer(services, "kho")
    job = printed(services, 4, "kho")
    page = opened(f"/tram/in-tem/{job}", width=360)
    page.get_by_role("link", name="Tích từng tem").click()
    expect(page.locator(".ticks li")).to_have_count(4)
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h2").first).to_have_text("2 tem tính là đã in, 2 tem bị hủy.")
    found = states(services)
    assert [found[serial(services, number)] for number in (1, 2, 3, 4)] == [
        "confirmed",
        "void",
        "confirmed",
        "void",
    ]


def test_a_print_is_stopped_and_says_what_came_out(services: Services, opened: Open) -> None:
    with printer_named(services, "kho", speed_mm_s=120):
        page = opened(f"/tram/in-tem/lo?{WHERE}&count=80")
        page.get_by_role("button", name="In tem").click()
        expect(page.locator("[data-count=printed]")).not_to_have_text("0")
        page.get_by_role("button", name="Dừng in").click()
        expect(page.locator("h1")).to_have_text("Đã dừng in")
        ending = page.locator(".ending").inner_text()
    came_out = len(on_paper(services, "kho"))
    assert 0 < came_out < 80
    assert (
        ending == f"Lượt này: {came_out} tem đã in ra, {80 - came_out} tem chưa in, trở lại chờ in."
    )
    settled(services)


def test_none_came_out_asks_once_more_before_it_voids(services: Services, opened: Open) -> None:
    silent_printer(services, "kho")
    job = printed(services, 3, "kho")
    page = opened(f"/tram/in-tem/{job}")
    sure = page.get_by_role("button", name="Đúng, không tem nào ra: hủy 3 tem")
    expect(sure).to_be_hidden()
    page.get_by_text("Không có tem nào ra", exact=True).click()
    sure.click()
    expect(page.locator("h2").first).to_have_text("0 tem tính là đã in, 3 tem bị hủy.")


def test_everything_works_without_scripts(services: Services, opened: Open) -> None:
    silent_printer(services, "tep")
    with printer_named(services, "kho", speed_mm_s=300):
        page = opened("/tram/in-tem", scripts=False, width=360)
        scan(page, scanned(serial(services, 1)))
        page.get_by_label("Số tem").fill("12")
        page.get_by_label("kho").check()
        page.get_by_role("button", name="In tem").click()
        expect(page.locator(".ending")).to_have_text("Lượt này: 12 tem đã in ra.")
    job = printed(services, 2, "tep")
    page.goto(f"/tram/in-tem/{job}")
    scan(page, services.labelling.doubted(GTIN, LOT)[-1])
    expect(page.locator("h2").first).to_have_text("2 tem tính là đã in, 0 tem bị hủy.")
    page.goto("/tram/in-tem/mot-tem")
    scan(page, scanned(serial(services, 3)))
    page.get_by_label("Lý do hủy").select_option("damaged")
    page.get_by_role("button", name="Hủy tem này").click()
    expect(page.locator(".banner h2")).to_contain_text(f"Đã hủy tem {serial(services, 3)}")
    settled(services)


def test_no_page_has_a_serious_fault_of_access_or_overflows_a_phone(
    services: Services, opened: Open
) -> None:
    silent_printer(services, "tep")
    services.printers.add("xa", "escpos-58", "tcp://127.0.0.1:9")
    job = printed(services, 6, "tep")
    pack(services, "GIU", "2026-09-24", 4)
    held = {"lots": [{"item": GTIN, "code": "GIU"}], "reason": "contamination"}
    record(services, "held", "2026-09-25", held)
    pack(services, "TO", "2026-09-24", 4)
    services.printers.add("vp", "a4-50x40", services.folder.absolute().as_uri())
    sheet = services.labelling.start_printing(GTIN, "TO", 4, "vp", TEMPLATE)
    until(lambda: finished(services, sheet))
    with printer_named(services, "kho"):
        paths = (
            "/tram/in-tem",
            f"/tram/in-tem/lo?{WHERE}",
            f"/tram/in-tem/{job}",
            f"/tram/in-tem/{job}?lang=en",
            f"/tram/in-tem/chua-ro?{WHERE}&cach=tich",
            f"/tram/in-tem/so-tem?{WHERE}",
            f"/tram/in-tem/mot-tem?scan={serial(services, 8)}",
            "/tram/may-in",
            f"/tram/in-tem/{sheet}",
            f"/tram/in-tem/lo?item={GTIN}&lot=GIU",
            "/tram/in-tem/lo?item=x&lot=y",
            "/tram/dong-goi",
        )
        page = opened("/tram", width=360)
        for path in paths:
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            serious = [
                (one["id"], [node["html"] for node in one["nodes"]])
                for one in Axe().run(page).response["violations"]
                if one["impact"] in ("serious", "critical")
            ]
            assert serious == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
            assert page.evaluate(_SMALL_TARGETS) == [], path


# Links, buttons and fields lower than 44 px; a tick or a radio counts with its label.
_SMALL_TARGETS = """() => [...document.querySelectorAll(
  'a, button, input:not([type=hidden]), select, summary')].map(one =>
    ['radio', 'checkbox'].includes(one.type) ? one.closest('label') : one).filter(one => {
  const box = one.getBoundingClientRect();
  return box.width > 0 && box.height < 44;
}).map(one => one.outerHTML.slice(0, 100))"""
