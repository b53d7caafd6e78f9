"""Values of a set-up file as people write them, turned into what the ledger writes."""

import re
from dataclasses import dataclass
from typing import Final

from api.intake.problems import IntakeProblem
from api.intake.times import read_day
from ledger.domain.codes import Gtin
from ledger.domain.errors import DomainError
from ledger.domain.quantities import parse_net_content

_SPELT_OUT: Final = re.compile(r"(?:party|site):.+|product:[0-9]{14}")


@dataclass(frozen=True, slots=True)
class Names:
    """What a file names, for the subjects of its certificates; products as GTIN-14."""

    party: str
    parties: frozenset[str]
    sites: frozenset[str]
    products: frozenset[str]


def gtin(text: str) -> str:
    """GTIN-14 of a GTIN of any length; IdentifierError when it is none."""
    return Gtin.parse(text).gtin14


def net_content(text: str) -> dict[str, str]:
    """Quantity object of "500 g" or "0,5 kg"; QuantityError when it is none."""
    found = parse_net_content(text)
    return {"value": found.text, "unit": found.unit.value}


def day(text: str) -> str:
    """ISO text of yyyy-mm-dd or dd/mm/yyyy; anything else is left for the shape to refuse."""
    found = read_day(text.strip(), "")
    return text if isinstance(found, IntakeProblem) else found.isoformat()


def subject(text: str, names: Names) -> str | None:
    """Subject of a certificate: `product:GTIN14`, `site:PARTY/CODE` or `party:CODE`.

    Site and party codes come first: a code of 13 digits is a site where the file says so.
    """
    if _SPELT_OUT.fullmatch(text):
        return text
    if text in names.sites:
        return f"site:{names.party}/{text}"
    if text in names.parties:
        return f"party:{text}"
    try:
        number = gtin(text)
    except DomainError:
        return None
    return f"product:{number}" if number in names.products else None
