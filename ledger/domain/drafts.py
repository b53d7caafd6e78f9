"""What somebody wants to say, before it is signed: a statement without its place in the journal.

Personal and free text travels beside the body, never in it. Only the writer, which owns the
erasable table of such texts, puts the keyed digest of each text into the body it signs.
"""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from ledger.domain.errors import DomainError
from ledger.verify.fields import MOMENT, PARTY, Kind
from ledger.verify.shapes import BODIES, CORRECTIONS, TYPES

LONGEST_PRIVATE: Final = 2_000  # characters; a cell of a diary

_PATH: Final = re.compile(r"(?:body\.)?(?:note|(?:from|to|by)\.digest)")
_STANDS_FOR_A_DIGEST: Final = "0" * 64

# What a draft leaves to its writer, which alone knows the station's counters and the ledger's ids.
_LATER: Final[dict[str, frozenset[str]]] = {
    "labels-issued": frozenset({"tag", "first"}),
    "corrected": frozenset({"corrects"}),
}


class DraftError(DomainError):
    """A draft that no writer could turn into a statement."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "type": (
            'The draft has type "{found}", which format v1 does not know; use one of its types.',
            'Bản nháp có loại "{found}" mà định dạng v1 không có; hãy dùng một loại đã biết.',
        ),
        "party": (
            'The draft names the party "{found}", expected a code such as HTX-MD; '
            "use the code in the registry.",
            'Bản nháp ghi cơ sở "{found}", cần mã như HTX-MD; hãy dùng mã đã đăng ký.',
        ),
        "time": (
            'The draft has the time "{found}", expected RFC 3339 with an offset such as '
            "2026-09-07T09:06:00+07:00; write date, time and offset.",
            'Bản nháp có thời gian "{found}", cần dạng RFC 3339 có múi giờ như '
            "2026-09-07T09:06:00+07:00; hãy ghi đủ ngày, giờ và múi giờ.",
        ),
        "body": (
            "The body of the draft is {found}, expected an object; give its fields by name.",
            "Phần nội dung của bản nháp là {found}, cần một đối tượng; hãy ghi các trường theo tên.",
        ),
        "private-path": (
            'The draft keeps private text for "{found}", where a statement has no digest; '
            "use note, from.digest, to.digest or by.digest.",
            'Bản nháp giữ chữ riêng tư cho "{found}", nơi phiếu không có mã băm; '
            "hãy dùng note, from.digest, to.digest hoặc by.digest.",
        ),
        "private-text": (
            "The private text for {path} has {found} characters, expected 1 to {most}; shorten it.",
            "Phần chữ riêng tư của {path} dài {found} ký tự, cần từ 1 đến {most}; hãy viết ngắn lại.",
        ),
        "private-taken": (
            "The body holds a value at {path} and private text for the same place; keep one.",
            "Phần nội dung đã có giá trị ở {path} mà lại có chữ riêng tư cho chính chỗ đó; "
            "chỉ giữ một.",
        ),
    }


@dataclass(frozen=True, slots=True)
class Draft:
    """One unsigned statement. DraftError when type, party, time or a private path cannot be.

    `type` is a type of format v1, `party` a party code, `time` RFC 3339 with offset and seconds.
    `body` has the fields of `ledger.verify.shapes`; `faults` tells whether all of them are right.
    `private` maps a dotted body path ("note", "from.digest", "to.digest", "by.digest"; in a
    correction also below "body.") to text of at most 2,000 characters.
    """

    type: str
    party: str
    time: str
    body: dict[str, Any]
    private: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise DraftError("type", found=self.type)
        if not PARTY.accepts(self.party):
            raise DraftError("party", found=self.party)
        if not MOMENT.accepts(self.time):
            raise DraftError("time", found=self.time)
        if not isinstance(self.body, dict):
            raise DraftError("body", found=type(self.body).__name__)
        for path, text in self.private.items():
            if not _PATH.fullmatch(path):
                raise DraftError("private-path", found=path)
            if not 1 <= len(text) <= LONGEST_PRIVATE:
                raise DraftError("private-text", path=path, found=len(text), most=LONGEST_PRIVATE)
        self.sealed_body(lambda _: _STANDS_FOR_A_DIGEST)

    def sealed_body(self, seal: Callable[[str], str]) -> dict[str, Any]:
        """Return a copy of the body with `seal(text)`, 64 hex digits, at every private path."""
        body = copy.deepcopy(self.body)
        for path, text in self.private.items():
            *parents, last = path.split(".")
            place: Any = body
            for name in parents:
                place = place.get(name) if isinstance(place, dict) else None
            if not isinstance(place, dict):
                raise DraftError("private-path", found=path)
            if last in place:
                raise DraftError("private-taken", path=path)
            place[last] = seal(text)
        return body

    def faults(self) -> list[tuple[str, object, Kind]]:
        """Every place where the body is not as format v1 says: (path, what was found, kind).

        Not counted as missing is what only the writer can fill in: `tag` and `first` of
        labels-issued, `corrects` of a correction.
        """
        body = self.sealed_body(lambda _: _STANDS_FOR_A_DIGEST)
        shape = BODIES.get(self.type) or CORRECTIONS.get(str(body.get("of")))
        if shape is None:
            return [("of", body.get("of"), _any_correction())]
        later = _LATER.get(self.type, frozenset())
        return [
            fault
            for fault in shape.faults(body, "")
            if not (fault[0] in later and fault[0] not in body)
        ]


def _any_correction() -> Kind:
    return next(iter(CORRECTIONS.values())).fields["of"]
