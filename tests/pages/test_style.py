"""The stylesheet: contrast of its colours, the consumer's share of it, and the bar above pages."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from starlette.testclient import TestClient

from api.access.table import TABLE
from api.access.viewer import KEY, Viewer
from api.pages.icons import ICONS, icon
from api.pages.rendering import FOLDER as TEMPLATES
from api.pages.shell import Top, shell
from api.pages.short_scripts import ShorteningFailed, shortened_script
from api.pages.style_sheets import FOLDER, consumer_style, made_styles, shortened
from tests.pages.cooperative import GTIN, LOT

# (letters, ground) of text; and of what is not text but must be seen (WCAG 2.2, 1.4.3 and 1.4.11).
TEXT = [
    *[
        (ink, ground)
        for ink in ("ink", "soft", "leaf", "bad", "warn")
        for ground in ("paper", "ground")
    ],
    *[("on-act", "act"), ("on-bad", "bad"), ("good-ink", "wash"), ("leaf", "wash")],
    *[("bad-ink", "bad-wash"), ("warn-ink", "warn-wash"), ("note", "note-wash"), ("gold", "paper")],
    *[("ink", "field"), ("ink", "bad-wash"), ("soft", "field"), ("bad", "bad-wash")],
]
SEEN = [
    *[(line, "paper") for line in ("edge", "focus", "act", "warn-line", "series-1", "series-3")],
    *[("edge", "field"), ("focus", "ground"), ("series-4", "paper"), ("series-5", "paper")],
]


def colours(dark: bool) -> dict[str, str]:
    """Token -> #rrggbb, the dark ones over the light ones."""
    light, night = (FOLDER / "10-tokens.css").read_text("utf-8").split("@media", 1)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", light))
    if dark:
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", night))
    return found


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(share * one for share, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_and_every_line_can_be_read(dark: bool) -> None:
    known = colours(dark)
    short = {
        pair: round(contrast(known[pair[0]], known[pair[1]]), 2)
        for pairs, least in ((TEXT, 4.5), (SEEN, 3.0))
        for pair in pairs
        if contrast(known[pair[0]], known[pair[1]]) < least
    }
    assert short == {}
    assert contrast("#000", "#ffffff") == 21.0


def test_series_of_a_chart_differ_in_lightness_or_pattern() -> None:
    style = (FOLDER / "30-parts.css").read_text("utf-8")
    for number in (2, 3, 4):
        assert f"url(#hatch-{number})" in style
        assert re.search(rf"polyline\.series-{number}[^{{]*{{ stroke-dasharray", style)


def test_every_colour_comes_from_the_tokens() -> None:
    known = colours(dark=True) | {"touch": ""}
    for path in FOLDER.glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        for name in re.findall(r"var\(--([\w-]+)", text):
            assert f"--{name}:" in (FOLDER / "10-tokens.css").read_text("utf-8"), (path.name, name)
    assert len(known) > 30


def test_the_label_page_carries_its_style_and_its_policy_allows_no_other(
    public: TestClient,
) -> None:
    answer = public.get(f"/01/{GTIN}/10/{LOT}", headers={"accept": "text/html"})
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'self' 'sha256-{digest}';" in policy
    assert policy.count("sha256-") == 1 and "unsafe" not in policy
    assert "style.css" not in answer.text
    other = public.get("/vao", headers={"accept": "text/html"})
    assert "sha256-" not in other.headers["content-security-policy"]
    assert "style.css" in other.text


def test_shortening_a_style_changes_no_text_and_no_value() -> None:
    long = '/* why */ a > b , c { margin : 0 auto ;\n content: "a  ;  b" }\n@media (min-width: 1rem) { d { top: calc(1px + 2px) } }'
    assert shortened(long) == (
        'a>b,c{margin :0 auto;content:"a  ;  b"}@media (min-width:1rem){d{top:calc(1px + 2px)}}'
    )
    whole = made_styles()["style.css"].decode()
    assert whole.count("{") == whole.count("}")
    assert consumer_style().count("{") == consumer_style().count("}")
    assert "</" not in whole


def test_a_script_keeps_its_meaning_when_it_is_shortened() -> None:
    long = """
const counted = new Map();
// A comment with "quotes" and a / slash.
function visited(someName, { kept, other = 1 }) {
  const pattern = /[/"]+\\d/g; /* why */
  const told = `${someName} of ${`${kept}`} {}`;
  counted.set(someName, other / 2 / 1);
  return { kept, told, length: someName.length - -1 };
}
class Thing { #inner = 1; visited() { return this.#inner + +"2"; } }
const asked = (someName) => typeof someName in counted;
export { visited };
"""
    short = shortened_script(long)
    assert "why" not in short and "comment" not in short
    assert "\n" not in short.strip().replace("}\n", "}")
    for kept in ('/[/"]+\\d/g', "`${someName} of ${`${kept}`} {}`", "length:", "- -1", '+ +"2"'):
        assert kept in short, kept
    assert "kept,told," in short and "export{visited}" in short
    assert "counted" not in short and "asked" not in short
    assert len(short) < len(long) * 0.8
    with pytest.raises(ShorteningFailed):
        shortened_script("const a = `never ends;")


def test_icons_are_drawings_that_screen_readers_pass_over() -> None:
    used = set()
    for path in TEMPLATES.rglob("*.html"):
        used |= set(re.findall(r'icon\("(\w+)"\)', path.read_text("utf-8")))
    assert used <= set(ICONS)
    for name in ICONS:
        drawn = icon(name)
        assert 'aria-hidden="true"' in drawn and "style=" not in drawn and "http" not in drawn


def bar(path: str, *roles: str, own: bool = False, query: bytes = b"", method: str = "GET") -> Top:
    viewer = Viewer(frozenset(roles), id="7" if "anonymous" not in roles else "", own_machine=own)
    scope = {"path": path, "raw_path": path.encode(), "method": method, "query_string": query}
    top = shell({**scope, KEY: viewer}, "vi")["top"]
    assert isinstance(top, Top)
    return top


def test_the_bar_leads_nobody_to_a_page_that_refuses_them() -> None:
    for role in ("anonymous", "operator", "manager", "inspector", "officer", "administrator"):
        for own in (False, True):
            for page in bar("/toi", role, own=own).pages:
                assert role in TABLE[page.address, "GET"]
                assert own or not page.address.startswith("/tram")
    assert bar("/toi", "operator", own=True).pages[0].address == "/tram"
    assert bar("/toi", "anonymous").enter == "/vao"
    assert bar("/toi", "operator").enter == ""


def test_the_bar_knows_where_one_is() -> None:
    marks = {p.address: p.current for p in bar("/nguoi/nhat-ky", "administrator").pages}
    assert marks["/nguoi"] == "true" and set(marks.values()) == {"true", ""}
    marks = {p.address: p.current for p in bar("/nguoi", "administrator").pages}
    assert marks["/nguoi"] == "page"


def test_the_language_link_keeps_what_was_asked_and_is_left_out_where_it_leads_nowhere() -> None:
    link = bar("/nguoi", "administrator", query=b"q=%3Cb%3E&lang=vi&trang=2").other
    assert link == "/nguoi?q=%3Cb%3E&trang=2&lang=en"
    assert bar("/tram/in-tem/in-not", "operator", own=True, method="POST").other == ""
    assert bar("/nguoi", "administrator", method="POST").other == "/nguoi?lang=en"
    assert bar("/nguoi", "administrator", query=b"a=" + b"&a=" * 200).other == "/nguoi?lang=en"
