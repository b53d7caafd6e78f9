"""The witnesses of a ledger: can they be asked, do they answer, is the quorum met?"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from api.stores import reads_only, trusted
from api.watching.doctor.case import Case
from api.watching.doctor.finding import Finding, Told
from api.witness.cosigned import POLICY_FILE, Cosigned, Standing
from ledger.founding import log_verifier_key
from ledger.signing import load_key
from ledger.store.seam import LedgerStore
from ledger.verify.note import NoteKey
from ledger.verify.wording import Refusal

_PATIENCE = 10.0
"""Seconds in which a quorum that is up has co-signed what was sealed."""
_STEP = 0.5


class WitnessFinding(Finding):
    """Something about the quorum of witnesses."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "quorum-never": (
            "No checkpoint of this ledger has met its quorum of witnesses yet.\n"
            "Nobody outside vouches that there is one history; who asks for witnesses refuses its "
            "bundles.\n"
            "Run: ocop witness ask --dir {path}, and do what it says of each witness",
            "Chưa mốc niêm phong nào của sổ này có đủ số bên chứng kiến.\n"
            "Chưa ai bên ngoài xác nhận chỉ có một lịch sử; người yêu cầu chứng kiến sẽ không chấp nhận "
            "hồ sơ.\n"
            "Hãy chạy: ocop witness ask --dir {path}, rồi làm theo lời báo về từng bên",
        ),
        "quorum-behind": (
            "The newest checkpoint with a quorum of witnesses covers {size} of {sealed} sealed "
            "entries.\n"
            "Newer entries are sealed, but bundles are complete only as of the older checkpoint.\n"
            "Start ocop serve, or run: ocop witness ask --dir {path}, and do what it says",
            "Mốc niêm phong mới nhất có đủ bên chứng kiến gồm {size} trong {sealed} phiếu đã niêm "
            "phong.\n"
            "Phiếu mới hơn đã niêm phong nhưng hồ sơ chỉ đầy đủ tính đến mốc cũ.\n"
            "Hãy chạy ocop serve, hoặc: ocop witness ask --dir {path}, rồi làm theo lời báo",
        ),
    }


class WitnessTold(Told):
    """What a witness, or its policy file, was found to be."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "policy-unusable": (
            "The witness policy of this ledger cannot be used.\n"
            "No witness is asked, so nobody outside vouches for one history.\n"
            "{remedy}",
            "Không dùng được chính sách chứng kiến của sổ này.\n"
            "Không bên chứng kiến nào được hỏi nên không ai bên ngoài xác nhận một lịch sử.\n"
            "{remedy}",
        ),
        "witness-trouble": (
            "A witness of this ledger did not co-sign when it was asked last.\n"
            "When too few co-sign, bundles of lots with newer statements are refused by who asks for a quorum.\n"
            "{remedy}",
            "Một bên chứng kiến của sổ này đã không đồng ký lần hỏi gần nhất.\n"
            "Khi quá ít bên đồng ký, ai đòi đủ bên chứng kiến không nhận hồ sơ của lô có phiếu mới.\n"
            "{remedy}",
        ),
    }


def check_witnesses(case: Case) -> list[Finding]:
    """A ledger with a policy has its quorum, and every witness answers."""
    store = case.store_or_none()
    if store is None or not (case.folder / POLICY_FILE).exists():
        return []
    try:
        cosigned = Cosigned(case.folder, _log_key(case))
    except (Refusal, OSError):
        return []  # the key's own check says it
    standing = _settled(case, cosigned, store)
    if standing.wrong is not None:
        return [WitnessTold("policy-unusable", standing.wrong.say)]
    if not standing.witnesses:
        return []
    found: list[Finding] = []
    sealed = store.size()
    if standing.quorum_size is None:
        if _wanted(cosigned):
            found.append(WitnessFinding("quorum-never", path=case.folder))
    elif standing.quorum_size < sealed:
        size = standing.quorum_size
        found.append(WitnessFinding("quorum-behind", size=size, sealed=sealed, path=case.folder))
    for one in standing.witnesses.values():
        if one.said is not None:
            english, vietnamese = one.said
            found.append(WitnessTold("witness-trouble", _in_both(english, vietnamese)))
    return found


def _wanted(cosigned: Cosigned) -> bool:
    policy = cosigned.policy()
    return policy is not None and policy.quorum != "none"


def _settled(case: Case, cosigned: Cosigned, store: LedgerStore) -> Standing:
    """The standing, once what is sealed now has had its time to be co-signed."""
    sealed = store.size()
    waited = 0.0
    standing = cosigned.standing()
    while waited < _PATIENCE and (standing.quorum_size or 0) < sealed and case.alive():
        case.pause(_STEP)
        waited += _STEP
        standing = cosigned.standing()
    return standing


def _in_both(english: str, vietnamese: str) -> Callable[[str], str]:
    """What was kept in both languages, as a refusal says it."""
    return lambda lang: vietnamese if lang == "vi" else english


def _log_key(case: Case) -> NoteKey:
    settings = case.settings()
    if reads_only(case.folder, settings):
        return trusted(case.folder).log_key
    return log_verifier_key(settings.origin, load_key(case.folder / "keys" / "log.pem").public)
