"""What the tests of a live index have in common: a ledger, its log key, and who checks every row."""

from __future__ import annotations

from api.bootstrap import Services
from ledger.completeness.keeper import Committed, IndexKeeper
from ledger.signing import Signer, load_key
from ledger.verify.entry import parse_entry
from ledger.verify.keys import COMMITTED, ROOT_PARTY
from ledger.verify.statement import Statement, read_statement
from tests.completeness import oracle
from tests.store.small_ledger import FARM, GTIN, say

TIME = "2026-11-20T10:00:00+07:00"


def entries(services: Services) -> list[bytes]:
    return [raw for _, raw in services.store.sealed(0, 100_000)]


def log_key(services: Services) -> Signer:
    return load_key(services.folder / "keys" / "log.pem")


def hold(services: Services, time: str) -> None:
    """One more statement about lot L01, sealed."""
    body = {"lots": [{"item": GTIN, "code": "L01"}], "reason": "other"}
    say(services, FARM, "held", time, body)
    services.station.log.seal()


def committed(services: Services) -> Committed:
    made = services.committer.commit()
    assert made is not None
    return made


def check(services: Services, keeper: IndexKeeper) -> Committed:
    """What the keeper serves is what its prefix of the log gives, row by row."""
    at = keeper.committed()
    assert at is not None
    raw = entries(services)
    rows = oracle.rows_of(raw[: at.size])
    assert (at.root, at.rows) == (oracle.map_of(rows).root(), len(rows))
    for name, value in rows.items():
        row = keeper.row(name)
        assert (row.value, row.root()) == (value, at.root)
    absent = keeper.row(("lot", GTIN, "khong-co"))
    assert (absent.value, absent.root()) == (None, at.root)
    statement = read_statement(parse_entry(raw[at.index]).payload)
    assert statement.type == COMMITTED
    assert statement.body == {"size": at.size, "root": at.root.hex(), "rows": at.rows}
    assert parse_entry(raw[at.index]).id.hex() == at.entry_id
    return at


def say_falsely(services: Services, **changed: object) -> None:
    """A commitment that the log key signs though it is not true; sealed."""
    signer = log_key(services)
    services.ledger.catch_up()
    head = services.ledger.history.journals.get(signer.keyid)
    seq, before = (0, None) if head is None else (head.seq, head.id)
    size, root, rows = services.index.propose()
    body = {"size": size, "root": root.hex(), "rows": rows, **changed}
    one = Statement(COMMITTED, ROOT_PARTY, seq + 1, before, TIME, (), None, body)
    services.ledger.submit([signer.sign(one).raw])
    services.station.log.seal()
