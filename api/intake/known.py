"""What intake asks the ledger about: codes only, so that any view can answer."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Known(Protocol):
    """What is registered, from the side of the party whose diary is read.

    It is asked anew for every row, so an answer may come from a ledger that already holds the rows
    before. No method raises for text it does not know.
    """

    def site_exists(self, code: str) -> bool:
        """Whether the party has registered a site with this code."""

    def item(self, code: str) -> str | None:
        """`PARTY/code` of a registered item: `code` is bare (own item) or already `PARTY/code`."""

    def product(self, gtin14: str) -> Mapping[str, Any] | None:
        """The body of product-registered, or None."""

    def instrument_exists(self, code: str) -> bool:
        """Whether the party has registered an instrument with this code."""

    def party_called(self, text: str) -> tuple[str, str] | None:
        """(code, kind as in party-registered) of the party with exactly this code or name."""

    def item_of_lot(self, lot_code: str) -> Sequence[str]:
        """Items (GTIN-14 or PARTY/code) with a lot of this code, the newest lot first.

        Lots that the party made or received; empty when there is none.
        """
