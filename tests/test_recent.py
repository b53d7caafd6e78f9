"""The small cache behind the page that strangers open."""

from __future__ import annotations

from api.routes.recent import Recent


def test_a_value_is_made_once_while_it_is_asked_for() -> None:
    made: list[str] = []
    cache: Recent[str, str] = Recent(2)

    def asked(key: str) -> str:
        def make() -> str:
            made.append(key)
            return key.upper()

        return cache.get(key, make)

    assert [asked(key) for key in "abab"] == ["A", "B", "A", "B"]
    assert made == ["a", "b"]
    # The third pushes out the one that was not asked for longest.
    assert [asked(key) for key in "bcba"] == ["B", "C", "B", "A"]
    assert made == ["a", "b", "c", "a"]


def test_nothing_is_a_value_too() -> None:
    cache: Recent[str, None] = Recent(1)
    made: list[int] = []
    for _ in range(3):
        assert cache.get("unknown lot", lambda: made.append(1)) is None
    assert made == [1]
