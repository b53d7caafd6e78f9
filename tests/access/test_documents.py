"""The pages on access say what the program does: the table, the checklist, the commands."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from api.access.table import ROLES, TABLE
from api.disclosure.choices import GROUPS
from tests.access.rows import rows_of_the_table

ROOT = Path(__file__).resolve().parents[2]
# Level 1 of OWASP ASVS 5.0.0: 70 requirements.
LEVEL_1 = {
    *(f"1.2.{n}" for n in range(1, 6)),
    *("1.3.1", "1.3.2", "1.5.1", "2.1.1", "2.2.1", "2.2.2", "2.3.1"),
    *("3.2.1", "3.2.2", "3.3.1", "3.4.1", "3.4.2", "3.5.1", "3.5.2", "3.5.3", "4.1.1", "4.4.1"),
    *("5.2.1", "5.2.2", "5.3.1", "5.3.2", "6.1.1"),
    *(f"6.2.{n}" for n in range(1, 9)),
    *("6.3.1", "6.3.2", "6.4.1", "6.4.2"),
    *(f"7.2.{n}" for n in range(1, 5)),
    *("7.4.1", "7.4.2", "8.1.1", "8.2.1", "8.2.2", "8.3.1"),
    *("9.1.1", "9.1.2", "9.1.3", "9.2.1"),
    *(f"10.4.{n}" for n in range(1, 6)),
    *("11.3.1", "11.3.2", "11.4.1", "12.1.1", "12.2.1", "12.2.2", "13.4.1"),
    *("14.2.1", "14.3.1", "15.1.1", "15.2.1", "15.3.1"),
}


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def names_of_tests() -> frozenset[str]:
    found = set()
    for path in (ROOT / "tests").rglob("*.py"):
        found |= set(re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8")))
    return frozenset(found)


def test_the_documented_table_is_the_enforced_one() -> None:
    told = text_of("docs/access.md")
    for row in rows_of_the_table():
        assert row in told, row
    documented = set(re.findall(r"^\| `(/[^`]*)` \|", told, re.MULTILINE))
    assert documented == {template for template, _ in TABLE}


def test_every_role_and_every_group_is_explained() -> None:
    told = text_of("docs/access.md")
    assert [one for one in (*ROLES, *GROUPS) if f"`{one}`" not in told] == []


def test_every_requirement_of_level_1_has_its_row_with_a_test_or_an_argument() -> None:
    assert len(LEVEL_1) == 70
    rows = dict(re.findall(r"^\| ([\d.]+) \| (.*) \|$", text_of("docs/asvs.md"), re.MULTILINE))
    assert set(rows) == LEVEL_1
    for number, row in rows.items():
        verdict = row.split(" | ")[1]
        assert verdict in {"met", "in part", "not met", "not applicable"}, number
        named = re.findall(r"`(test_\w+)`", row)
        assert set(named) <= names_of_tests(), (number, named)
        assert named or len(row.split(" | ")[2]) > 25, number
