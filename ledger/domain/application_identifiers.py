"""The GS1 application identifiers (AIs) that a link may carry here, and what their values look like.

Our own compact reading of the GS1 General Specifications (chapter 3) and of the GS1 Digital Link
standard (URI syntax, primary keys and qualifiers). All primary keys and their qualifiers are
here; of the data attributes those that food and its logistics need. Others are refused by name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from ledger.domain.check_digit import CSET82

_CLASSES: Final = {
    "N": "[0-9]",
    "X": f"[{re.escape(CSET82)}]",
    "Y": "[-#/0-9A-Z]",  # GS1 set 39
}


class Rule(Enum):
    """What a value must satisfy beyond its characters and length."""

    CHECK_DIGIT = auto()
    CHECK_PAIR = auto()
    COMPANY_PREFIX = auto()  # an alphanumeric key still starts with a company prefix: 4+ digits
    DATE = auto()  # YYMMDD; day 00 stands for the whole month
    PIECE_OF_TOTAL = auto()


@dataclass(frozen=True, slots=True)
class ApplicationIdentifier:
    """One AI: how its value looks and where in a link it may stand."""

    code: str
    title: str
    shape: str
    """Our notation: N digit, X set 82, Y set 39, with regular-expression counts."""
    rule: Rule | None
    closed_by_check: slice
    """The part of the value that ends in the check digit (Rule.CHECK_DIGIT)."""
    attribute: bool
    """Whether it may stand in the query of a link."""
    qualifiers: tuple[tuple[str, ...], ...] | None
    """For a primary key: its qualifier sequences in order, alternatives apart. None: no key."""
    pattern: re.Pattern[str]

    @property
    def predefined_length(self) -> bool:
        """Whether element strings need no separator after it (General Specifications 7.8.5)."""
        return self.code[:2] in _PREDEFINED_LENGTH


_PREDEFINED_LENGTH: Final = frozenset(
    ["00", "01", "02", "03", "04", *map(str, range(11, 21)), *map(str, range(31, 37)), "41"]
)


def _ai(
    code: str,
    title: str,
    shape: str,
    rule: Rule | None = None,
    *,
    checked: tuple[int, int] = (0, 0),
    query: bool = True,
    key: tuple[str, ...] | None = None,
) -> ApplicationIdentifier:
    qualifiers = None if key is None else tuple(tuple(sequence.split()) for sequence in key)
    pattern = re.compile(re.sub("[NXY]", lambda found: _CLASSES[found.group()], shape))
    part = slice(*checked)
    return ApplicationIdentifier(code, title, shape, rule, part, query, qualifiers, pattern)


def _keys() -> Iterable[ApplicationIdentifier]:
    check, prefix = Rule.CHECK_DIGIT, Rule.COMPANY_PREFIX
    trade = ("22 10 21", "235")
    yield _ai("00", "SSCC", "N{18}", check, checked=(0, 18), key=())
    yield _ai("01", "GTIN", "N{14}", check, checked=(0, 14), key=trade)
    yield _ai("253", "GDTI", "N{13}X{0,17}", check, checked=(0, 13), key=())
    yield _ai("255", "GCN", "N{13}N{0,12}", check, checked=(0, 13), key=())
    yield _ai("401", "GINC", "X{1,30}", prefix, key=())
    yield _ai("402", "GSIN", "N{17}", check, checked=(0, 17), key=())
    yield _ai("414", "GLN place", "N{13}", check, checked=(0, 13), key=("254", "7040"))
    yield _ai("415", "GLN pay to", "N{13}", check, checked=(0, 13), key=("8020",))
    yield _ai("417", "GLN party", "N{13}", check, checked=(0, 13), key=("7040",))
    yield _ai("8003", "GRAI", "0N{13}X{0,16}", check, checked=(1, 14), key=())
    yield _ai("8004", "GIAI", "X{1,30}", prefix, key=("7040",))
    yield _ai("8006", "ITIP", "N{18}", Rule.PIECE_OF_TOTAL, checked=(0, 14), key=("22 10 21",))
    yield _ai("8010", "CPID", "Y{1,30}", prefix, key=("8011",))
    yield _ai("8013", "GMN", "X{1,25}", Rule.CHECK_PAIR, key=())
    yield _ai("8017", "GSRN provider", "N{18}", check, checked=(0, 18), key=("8019",))
    yield _ai("8018", "GSRN recipient", "N{18}", check, checked=(0, 18), key=("8019",))


def _qualifiers() -> Iterable[ApplicationIdentifier]:
    yield _ai("10", "lot code", "X{1,20}")  # the one qualifier that may also be an attribute
    yield _ai("21", "serial", "X{1,20}", query=False)
    yield _ai("22", "consumer product variant", "X{1,20}", query=False)
    yield _ai("235", "third-party serial", "X{1,28}", query=False)
    yield _ai("254", "GLN extension", "X{1,20}", query=False)
    yield _ai("7040", "unique identification extension", "NXXX", query=False)
    yield _ai("8011", "CPID serial", "(0|[1-9]N{0,11})", query=False)
    yield _ai("8019", "service relation instance", "N{1,10}", query=False)
    yield _ai("8020", "payment reference", "X{1,25}", query=False)


def _attributes() -> Iterable[ApplicationIdentifier]:
    yield _ai("02", "content GTIN", "N{14}", Rule.CHECK_DIGIT, checked=(0, 14))
    for code, title in (
        ("11", "production date"),
        ("12", "due date"),
        ("13", "packing date"),
        ("15", "best before"),
        ("16", "sell by"),
        ("17", "expiry date"),
    ):
        yield _ai(code, title, "N{6}", Rule.DATE)
    yield _ai("20", "variant", "N{2}")
    yield _ai("30", "variable count", "N{1,8}")
    yield _ai("37", "count of content", "N{1,8}")
    yield _ai("240", "additional product identification", "X{1,30}")
    yield _ai("241", "customer part number", "X{1,30}")
    yield _ai("250", "secondary serial", "X{1,30}")
    yield _ai("251", "reference to source", "X{1,30}")
    yield _ai("400", "order number", "X{1,30}")
    yield _ai("8200", "product URL", "X{1,70}", query=False)
    # Net (31) and gross (33) measures in metric units; the last digit is the number of decimals.
    for family in (*range(310, 317), *range(330, 337)):
        for decimals in range(6):
            yield _ai(f"{family}{decimals}", "measure", "N{6}")
    for decimals in range(10):
        yield _ai(f"392{decimals}", "price", "N{1,15}")
    yield _ai("90", "internal", "X{1,30}")
    for company_internal in range(91, 100):
        yield _ai(str(company_internal), "internal", "X{1,90}")


APPLICATION_IDENTIFIERS: Final[dict[str, ApplicationIdentifier]] = {
    ai.code: ai for rows in (_keys(), _qualifiers(), _attributes()) for ai in rows
}

PRIMARY_KEYS: Final = frozenset(
    ai.code for ai in APPLICATION_IDENTIFIERS.values() if ai.qualifiers is not None
)

SHORT_NAMES: Final = {
    "sscc": "00",
    "gtin": "01",
    "gdti": "253",
    "gcn": "255",
    "ginc": "401",
    "gsin": "402",
    "gln": "414",
    "payto": "415",
    "party": "417",
    "grai": "8003",
    "giai": "8004",
    "itip": "8006",
    "cpid": "8010",
    "gmn": "8013",
    "gsrnp": "8017",
    "gsrn": "8018",
    "cpv": "22",
    "lot": "10",
    "ser": "21",
    "tpx": "235",
    "glnx": "254",
    "cpsn": "8011",
    "srin": "8019",
    "refno": "8020",
}
"""Names that links of Digital Link 1.0 and 1.1 used for keys and qualifiers; withdrawn since."""
