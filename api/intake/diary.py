"""A diary kept as CSV becomes drafts, row by row.

Columns (in any order; only the first two are needed in the file):

* `thời gian` when it happened, dd/mm/yyyy [HH:MM] in Vietnam; 00:00 when no hour is given;
* `loại` what happened (`api.intake.kinds.KINDS`), with or without marks;
* `địa điểm` site, `mặt hàng` item code or GTIN, `lô` the lot made or handled;
* `số lượng`, `đơn vị` with decimal comma and dots between thousands;
* `từ lô` input lots as `lot=quantity + lot=quantity`, kilograms unless a unit follows. Lot codes
  that hold `+` or `=` themselves cannot be written here;
* `đối tác` other party, `thiết bị` instrument, `hạn dùng` last day of use, `hao hụt` what a
  run lost (kilograms unless a unit follows), `ghi chú` note.

What a type has no place for (the item of field work, the quantity of a recall) is not read.

**A correction** is a row whose `loại` is "đính chính" and the name of what it corrects ("đính chính
thu hoạch"); its other columns hold the right values. It corrects the newest statement of that type
about that lot (for field work: about that site). `thời gian` is when the correction was made: the
day of the goods step itself stays as first recorded. The draft has type "corrected" and body
{"of", "reason": "typing-error", "body"} without "corrects", which the caller looks up.

**Labels** ("in tem") give a draft "labels-issued" with body {"lot", "count"}: tag and first serial
come from the station that prints.

Judged here is what the row and the registry tell. Whether the amounts balance, whether there are
packs for so many labels, whether a lot is stopped: the ledger judges that when it records.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from api.intake.cells import Cells
from api.intake.goods import BUILDERS, Content
from api.intake.jsonl import body_problems
from api.intake.kinds import RowKind, read_kind
from api.intake.known import Known
from api.intake.rows import Row
from api.intake.table import Line, read_table
from ledger.domain.drafts import Draft


def read_diary(raw: bytes, party: str, known: Known, now: dt.datetime) -> Iterator[Row]:
    """Yield a Row for every row of the file, empty ones too, in the order of the file.

    `party` speaks; `now` is aware. The file itself is read at once: IntakeError is raised by this
    call, never half way. The rows are judged one by one as they are asked for, so that `known` may
    answer from a ledger in which the rows before are recorded already.
    """
    lines = read_table(raw)
    return (read_row(line, party, known, now) for line in lines)


def read_row(line: Line, party: str, known: Known, now: dt.datetime) -> Row:
    """One row of a diary, wherever its cells come from."""
    if line.empty:
        return Row(line.number, None, (), "")
    cells = Cells(line.cells, party, known, now)
    if line.extra:
        cells.report("extra-cell", found=line.extra)
    kind = read_kind(cells)
    moment = cells.moment()
    draft = None
    if kind is not None:
        cells.type_name, cells.correcting, cells.happened = kind.name, kind.correcting, moment
        content = BUILDERS[kind.type](cells)
        if not cells.problems and moment is not None:
            draft = _draft(kind, content, party, moment)
            cells.problems += body_problems(draft)
    problems = tuple(dict.fromkeys(cells.problems))
    return Row(line.number, None if problems else draft, problems, line.source)


def _draft(kind: RowKind, content: Content, party: str, moment: dt.datetime) -> Draft:
    time = moment.isoformat(timespec="seconds")
    if not kind.correcting:
        return Draft(kind.type, party, time, content.body, content.private)
    body: dict[str, Any] = {"of": kind.type, "reason": "typing-error", "body": content.body}
    private = {f"body.{path}": text for path, text in content.private.items()}
    return Draft("corrected", party, time, body, private)
