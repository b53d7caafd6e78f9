"""The spool's tables and the values that go in and out of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from printers.errors import SpoolError

State = Literal["queued", "sending", "sent", "confirmed", "in_doubt", "void", "cancelled"]
STATES: tuple[State, ...] = (
    "queued",
    "sending",
    "sent",
    "confirmed",
    "in_doubt",
    "void",
    "cancelled",
)
# States in which a label may be on paper and nobody has decided whether it is.
DOUBTED: frozenset[State] = frozenset({"sending", "sent", "in_doubt"})

SCHEMA_VERSION = 2
APPLICATION_ID = 0x4F43_4C53  # "OCLS"
MAX_PAYLOAD_BYTES = 2_000_000
MAX_LABELS_PER_JOB = 50_000

# One row is one act of printing one serial; its state is one word, so a serial is in exactly one
# state by construction. AUTOINCREMENT: a number, once a process id on the wire, never comes back.
# A payload is empty before it is drawn, and again from the moment the label may have left: what
# is not there any more cannot be sent twice.
SCHEMA = """
CREATE TABLE job (
    job_id     TEXT PRIMARY KEY,
    printer    TEXT NOT NULL,
    digest     TEXT NOT NULL,
    created_at TEXT NOT NULL,
    prologue   BLOB NOT NULL DEFAULT x'',
    template   TEXT NOT NULL DEFAULT '',
    template_digest TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE label (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id     TEXT NOT NULL REFERENCES job (job_id),
    ordinal    INTEGER NOT NULL,
    key        TEXT NOT NULL,
    serial     TEXT NOT NULL,
    attempt    INTEGER NOT NULL CHECK (attempt >= 1),
    reason     TEXT NOT NULL,
    payload    BLOB NOT NULL,
    state      TEXT NOT NULL CHECK (state IN
        ('queued', 'sending', 'sent', 'confirmed', 'in_doubt', 'void', 'cancelled')),
    digest     TEXT NOT NULL DEFAULT '',
    changed_at TEXT NOT NULL,
    UNIQUE (key, attempt),
    UNIQUE (job_id, serial),
    UNIQUE (job_id, ordinal)
) STRICT;
CREATE INDEX label_by_state ON label (job_id, state, ordinal);
CREATE INDEX label_unsettled ON label (state) WHERE state IN
    ('queued', 'sending', 'sent', 'in_doubt');
CREATE TABLE line (
    printer    TEXT PRIMARY KEY,
    clean      INTEGER NOT NULL,
    opened     INTEGER NOT NULL
) STRICT;
"""
# What version 1 lacked; its labels stay as they are.
FROM_VERSION_1 = """
ALTER TABLE job ADD COLUMN prologue BLOB NOT NULL DEFAULT x'';
ALTER TABLE job ADD COLUMN template TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN template_digest TEXT NOT NULL DEFAULT '';
CREATE INDEX label_unsettled ON label (state) WHERE state IN
    ('queued', 'sending', 'sent', 'in_doubt');
CREATE TABLE line (
    printer    TEXT PRIMARY KEY,
    clean      INTEGER NOT NULL,
    opened     INTEGER NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class PrintItem:
    """One label to print: `key` is unique for ever (such as "GTIN/SERIAL"), `payload` its bytes.

    `payload` None: drawn later, by the `draw` of `print_job`. `attempt` above 1 is a reprint of
    the same key and needs a reason.
    """

    key: str
    serial: str
    payload: bytes | None
    attempt: int = 1
    reason: str = ""

    def __post_init__(self) -> None:
        for name, text, most in (("key", self.key, 200), ("serial", self.serial, 40)):
            if not 1 <= len(text) <= most:
                raise SpoolError(
                    "spool.bad-job", what=f"{name} of {len(text)}", expected=f"1-{most}"
                )
        if self.payload is not None:
            require_payload(self.payload)
        if not 1 <= self.attempt <= 99 or len(self.reason) > 500:
            raise SpoolError(
                "spool.bad-job", what=f"attempt {self.attempt}", expected="1-99, reason 0-500"
            )


def require_payload(payload: bytes) -> None:
    """Raise SpoolError for no bytes or too many."""
    if not 1 <= len(payload) <= MAX_PAYLOAD_BYTES:
        raise SpoolError(
            "spool.bad-job",
            what=f"payload of {len(payload)} bytes",
            expected=f"1-{MAX_PAYLOAD_BYTES}",
        )


@dataclass(frozen=True, slots=True)
class SpooledJob:
    """A job and how many of its labels are in each state; every state is a key of `counts`."""

    job_id: str
    printer: str
    created_at: str
    template: str
    template_digest: str
    counts: dict[State, int]


@dataclass(frozen=True, slots=True)
class SpooledLabel:
    """What the spool knows of a label, without its payload."""

    number: int
    ordinal: int
    key: str
    serial: str
    attempt: int
    state: State
    reason: str
    digest: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A label that is about to be sent: its number is its process id.

    `payload` is what goes over the wire, `drawn` the label alone.
    """

    number: int
    serial: str
    payload: bytes
    drawn: bytes


@dataclass(frozen=True, slots=True)
class Resolved:
    """Serials, in job order, that an operator's check-scan decided."""

    confirmed: tuple[str, ...]
    void: tuple[str, ...]
