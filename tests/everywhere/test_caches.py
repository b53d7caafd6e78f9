"""What caches between may keep: nothing that names a reader, or that a cookie changes unsaid."""

from __future__ import annotations

from tests.everywhere.addresses import MACHINE, PAGES, STRANGER
from tests.everywhere.village import ROLES, Village


def test_a_page_with_somebodys_bar_is_kept_by_no_cache(village: Village) -> None:
    seen = 0
    for states in PAGES.values():
        for role in (STRANGER, MACHINE, *ROLES):
            address = village.filled(states[0][1])
            answer = village.client(role).get(address)
            if 'class="top"' not in answer.text:
                continue
            kept = answer.headers["cache-control"]
            if role == STRANGER and "public" in kept:
                assert answer.headers["vary"] == "cookie", address
                continue
            assert "no-store" in kept, (address, role, kept)
            seen += 1
    assert seen > 200


def test_only_the_page_of_a_label_carries_a_style_in_itself(village: Village) -> None:
    for template, states in PAGES.items():
        for role, address in states:
            answer = village.client(role).get(village.filled(address))
            policy = answer.headers["content-security-policy"]
            assert ("sha256-" in policy) == template.startswith("/01/"), address
            assert "unsafe" not in policy and "style-src 'self'" in policy
            if not template.startswith("/01/"):
                assert "<style" not in answer.text, address
