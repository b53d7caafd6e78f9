"""What each party does not show to the public: kept in the side tables, known in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from api.access.record import Record
from api.access.side_memory import SideMemory
from api.access.side_tables import SideTables
from api.errors import DoorError

GROUPS: Final = ("amounts", "suppliers", "buyers", "sites", "field-work", "tests", "labels")
"""Groups of fields that a party may hide. What the law asks for is in none of them."""
NOTHING: Final[frozenset[str]] = frozenset()
EVERYTHING: Final = frozenset(GROUPS)


class DisclosureRefused(DoorError):
    """A choice that cannot be made."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "group-unknown": (
            "There is no group of fields {found}; choose among: {known}. What the law asks for, "
            "recalls, holds, expiry and findings are always shown.",
            "Không có nhóm thông tin {found}; hãy chọn trong: {known}. Thông tin bắt buộc, thu hồi, "
            "tạm giữ, hạn dùng và điểm cần xem lại luôn được hiện.",
        ),
        "hidden-bundle": (
            "The cooperative does not show everything of this lot, and a signed file cannot be shown "
            "in part; inspectors and those to whom the lot was shipped or sold can get it. Sign in, "
            "or ask the cooperative.",
            "Cơ sở không công khai toàn bộ lô này, mà hồ sơ đã ký thì không thể cắt bớt; cán bộ kiểm "
            "tra và bên được xuất hoặc bán lô này vẫn lấy được. Hãy đăng nhập hoặc hỏi cơ sở.",
        ),
        "hidden-entries": (
            "A cooperative of this ledger does not show everything, so whole entries are for "
            "inspectors and for auditors with a reading pass; hashes and checkpoints are for "
            "everybody.",
            "Có cơ sở trong sổ không công khai toàn bộ nên phiếu đầy đủ chỉ dành cho cán bộ kiểm tra "
            "và bên giám sát có quyền đọc; mã băm và mốc niêm phong vẫn công khai.",
        ),
    }


def checked_groups(wanted: Collection[str]) -> frozenset[str]:
    """The groups as a set. Raises DisclosureRefused (`group-unknown`)."""
    for one in wanted:
        if one not in GROUPS:
            raise DisclosureRefused("group-unknown", found=one, known=", ".join(GROUPS))
    return frozenset(wanted)


class Disclosures:
    """Who hides what, as of five seconds ago at most (at once in the process that changed it).

    Reading never waits for a network. Until the tables were read once everything is hidden.
    """

    def __init__(self, side: SideTables) -> None:
        side.found(
            "disclosure",
            1,
            [
                "CREATE TABLE hidden (party TEXT NOT NULL, fields TEXT NOT NULL,"
                " PRIMARY KEY (party, fields))"
            ],
        )
        self._side = side
        self._memory: SideMemory[Mapping[str, frozenset[str]] | None] = SideMemory(
            side, "SELECT party, fields FROM hidden", _by_party, None, "what parties hide"
        )

    @property
    def version(self) -> int:
        """Changes whenever the answers do."""
        return self._memory.version

    def load(self) -> None:
        """Read the tables now. Raises SideAway, except for a hub whose tables were never made."""
        self._memory.load()

    def hidden(self) -> Mapping[str, frozenset[str]] | None:
        """Party -> groups it hides; empty when nobody hides anything, None while it is unknown."""
        return self._memory.known()

    def of(self, party: str) -> frozenset[str]:
        """What a party hides; everything while that is unknown."""
        found = self.hidden()
        return EVERYTHING if found is None else found.get(party, NOTHING)

    def choose(self, party: str, groups: Collection[str], record: Record, by: str = "") -> None:
        """Hide these groups of a party's fields and no other. Raises DisclosureRefused, SideAway."""
        wanted = checked_groups(groups)
        with self._side.write() as write:
            write.execute("DELETE FROM hidden WHERE party = ?", party)
            for one in sorted(wanted):
                write.execute("INSERT INTO hidden (party, fields) VALUES (?, ?)", party, one)
            record.add_to(write, "disclosure-changed", by, party)
        self.load()


def _by_party(rows: Iterable[Sequence[Any]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for party, fields in rows:
        if fields in EVERYTHING:
            found[party] = found.get(party, NOTHING) | {fields}
    return found
