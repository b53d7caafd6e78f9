"""The HTTP status of a form that was refused: its own fault, or that of a database that is away."""

from __future__ import annotations

from api.pages.messages_catalogue import N_, tongue
from ledger.errors import UNREACHABLE, LedgerError

# What the sender did not cause and cannot mend by typing something else.
AWAY = UNREACHABLE | frozenset(
    {
        "store-unwritable",
        "store-busy",
        "standby-behind",
        "lock-lost",
        "outcome-unknown",
        "recorded-unsealed",
        "recorded-ahead",
        "record-unknown",
        "record-unkept",
        "place-taken",
        "earlier-refused",
        "views-behind",
        "policy-unusable",
    }
)
_HEADINGS = {
    "record-unknown": N_("Chưa rõ đã ghi hay chưa"),
    "record-unkept": N_("Chưa rõ đã ghi hay chưa"),
    "outcome-unknown": N_("Chưa rõ đã ghi hay chưa"),
    "recorded-unsealed": N_("Đã ghi vào sổ"),
    "recorded-ahead": N_("Đã ghi vào sổ"),
}


def status_of(refusal: Exception) -> int:
    """503 when the database or the disk is away, 422 when what was sent is wrong."""
    return 503 if isinstance(refusal, LedgerError) and refusal.code in AWAY else 422


def heading_of(refusal: Exception, lang: str) -> str:
    """What became of the form in a few words: not recorded, unknown, or recorded after all."""
    code = refusal.code if isinstance(refusal, LedgerError) else ""
    return tongue(lang)(_HEADINGS.get(code, N_("Chưa ghi được")))
