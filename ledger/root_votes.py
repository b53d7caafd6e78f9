"""Which root keys still have to say something before it takes effect (format.md, section 7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledger.key_errors import RootsNeeded
from ledger.signing import Signer
from ledger.verify.keys import KeyBook

ROOT_TYPES = ("party-registered", "key-enrolled", "key-retired", "key-compromised")
"""What root keys say after genesis."""


def usable_roots(keys: KeyBook, signers: Iterable[Signer]) -> list[Signer]:
    """Those of `signers` that are root keys of this ledger and not ended, each once."""
    found: dict[bytes, Signer] = {}
    for one in signers:
        record = keys.records.get(one.keyid)
        if record is not None and record.role == "root" and record.ended is None:
            found.setdefault(one.keyid, one)
    return list(found.values())


def roots_to_sign(
    keys: KeyBook, signers: Iterable[Signer], kind: str, body: dict[str, Any]
) -> list[Signer]:
    """Root keys of this machine that together bring a statement into effect, in order.

    Raises:
        RootsNeeded: too few of them are here.
    """
    threshold = 1 if keys.genesis is None else int(keys.genesis["threshold"])
    said = keys.said_by(kind, body)
    here = [one for one in usable_roots(keys, signers) if one.keyid not in said]
    missing = max(1, threshold - len(said))
    if len(here) < missing:
        raise RootsNeeded(
            "roots-needed",
            threshold=threshold,
            here=len(here),
            said=len(said),
            asked=_request(kind, body),
        )
    return here[:missing]


def _request(kind: str, body: dict[str, Any]) -> str:
    """Words of `ocop keys root-request` that ask for a statement."""
    match kind:
        case "party-registered":
            return "--register SETUP.json"
        case "key-enrolled":
            return f"--enrol {body['party']}.{body['role']}"
        case "key-compromised":
            return f"--compromise {body['keyid'][:16]} --last-good {body['last_good']}"
    return f"--retire {body['keyid'][:16]}"
