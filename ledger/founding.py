"""Opening a ledger and letting parties in: genesis, party keys, station keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.application import TraceLedger
from ledger.domain.drafts import Draft
from ledger.signing import Signer
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.note import NoteKey
from ledger.verify.signature import PublicKey
from ledger.verify.statement import Statement


def log_verifier_key(origin: str, log_public: bytes) -> NoteKey:
    """The log's C2SP verifier key: name = origin, type Ed25519."""
    return NoteKey(origin, PublicKey(log_public))


def open_ledger(
    ledger: TraceLedger,
    root: Signer,
    log_key: NoteKey,
    time: str,
    *,
    others: Sequence[bytes] = (),
    threshold: int = 1,
) -> None:
    """Record genesis: origin, log key, root keys. `time` is RFC 3339.

    `root` signs it; `others` are the raw public keys of the other roots, wherever they are.

    Raises:
        KeyRefused: `threshold-beyond`.
        SignatureRefused: one of `others` is no key.
    """
    body = {
        "format": 1,
        "origin": log_key.name,
        "log_key": log_key.format(),
        "roots": [root.public.hex(), *(PublicKey(one).raw.hex() for one in others)],
        "threshold": threshold,
    }
    genesis = Statement("ledger-opened", ROOT_PARTY, 1, None, time, (), None, body)
    ledger.submit([root.sign(genesis).raw])


def enrolment(
    origin: str,
    new: Signer,
    party: str,
    role: str,
    time: str,
    *,
    by: str,
    tag: str | None = None,
    held: str = "station",
) -> Draft:
    """Draft that enrols `new`, with its proof of possession. `by` is the enrolling party.

    `held` says where the private key is kept (docs/format.md, "Keys").
    """
    body: dict[str, Any] = {
        "key": new.public.hex(),
        "party": party,
        "role": role,
        "held": held,
        **({} if tag is None else {"tag": tag}),
    }
    body["proof"] = new.agree(origin, body)
    return Draft("key-enrolled", by, time, body)


def free_tag(taken: Mapping[str, object]) -> str:
    """First station tag not in use: A1, A2 ... Z9, in Crockford letters."""
    letters, digits = "ABCDEFGHJKMNPQRSTVWXYZ", "123456789"
    return next(a + d for a in letters for d in digits if a + d not in taken)
