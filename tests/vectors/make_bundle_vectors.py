"""Writes bundles/<case>[_fail]/: lot bundles for people who write another verifier.

Each folder has bundle.json, trust.json, expected.json (verdict; every failing check as [number,
log index or null, code], in no order) and a README that says what was done. Those of format v2 also
say the mark as of which they are complete, witnesses that were not checked, and a scanned label
(station tag, counter) where there is one. Names that end in _fail must be refused. Keys are fixed, so running it again must change nothing; tests/tampering compares.
Run: python -m tests.vectors.make_bundle_vectors
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ledger.verify.bundle import BundleEntry, LotBundle
from ledger.verify.checklist import verify_bundle
from ledger.verify.entry import parse_entry
from ledger.verify.note import sign_note
from ledger.verify.report import Report
from ledger.verify.signature import LOW_ORDER_ENCODINGS, L
from tests.ledger_story import (
    CLEAN_LOT,
    CORRECTED_LOT,
    GROWER,
    NOW,
    ORIGIN,
    PACKER,
    RECALLED_LOT,
    SIGNERS,
    TRUST,
    signer_of,
    told,
)
from tests.tampering.forgery import bundled, resigned, signed
from tests.vectors.bundle_cases_goods import goods_cases
from tests.vectors.bundle_cases_keys import key_cases
from tests.vectors.bundle_cases_photos import photo_cases
from tests.vectors.bundle_cases_spelling import spelling_cases
from tests.vectors.bundle_cases_v2 import Case, completeness_cases
from tests.vectors.bundle_cases_witnesses import witness_cases

FOLDER = Path(__file__).resolve().parent / "bundles"
NOW_TEXT = NOW.isoformat()
_STORY = told()
_CLEAN = LotBundle.parse(_STORY.bundles[CLEAN_LOT])
_INDEXES = [one.index for one in _CLEAN.entries]
_LAST = len(_CLEAN.entries) - 1
_STATION = SIGNERS[PACKER, "station"]


def _with(at: int, change: Callable[[BundleEntry], BundleEntry]) -> bytes:
    entries = list(_CLEAN.entries)
    entries[at] = change(entries[at])
    return replace(_CLEAN, entries=tuple(entries)).format()


def _raw(at: int, change: Callable[[bytes], bytes]) -> bytes:
    return _with(at, lambda one: replace(one, entry=parse_entry(change(one.entry.raw))))


def _sealed(raw: bytes) -> bytes:
    """The thief's best: one more entry, sealed with the real log key, all proofs right."""
    entries = [*_STORY.entries, raw]
    return bundled(entries, [*_INDEXES, len(entries) - 1], CLEAN_LOT)


def _after_last(**changes: object) -> bytes:
    last = _CLEAN.entries[_LAST].entry
    seq = json.loads(last.payload)["seq"] + 1
    return resigned(last.raw, **{"seq": seq, "prev": last.id.hex(), **changes})


def _payload_of(raw: bytes, old: bytes, new: bytes) -> bytes:
    payload = parse_entry(raw).payload
    assert old in payload
    return signed(payload.replace(old, new, 1), _STATION)


def _plus_l(raw: bytes) -> bytes:
    return raw[:-32] + (int.from_bytes(raw[-32:], "little") + L).to_bytes(32, "little")


def cases() -> dict[str, tuple[str, bytes]]:
    """Name -> (what it is, the bundle's bytes)."""
    note = _CLEAN.checkpoint.split("\n\n")[0] + "\n"
    skilled = [index for index in _INDEXES if index != 18]
    opened = LotBundle.parse(_STORY.opened[CLEAN_LOT])
    wrong_text = replace(opened.disclosures[0], text=opened.disclosures[0].text + ".")
    return {
        "clean": ("A lot with nothing wrong.", _STORY.bundles[CLEAN_LOT]),
        "opened": ("The same with its private texts opened.", _STORY.opened[CLEAN_LOT]),
        "recalled": ("Verified; its input was recalled.", _STORY.bundles[RECALLED_LOT]),
        "corrected": ("Verified; its harvest was corrected.", _STORY.bundles[CORRECTED_LOT]),
        "payload_changed_fail": (
            "200 packs became 201 in one payload.",
            _STORY.bundles[CLEAN_LOT].replace(rb"\"packs\":200", rb"\"packs\":201"),
        ),
        "signature_changed_fail": (
            "One bit of the last signature flipped.",
            _raw(_LAST, lambda raw: raw[:-40] + bytes([raw[-40] ^ 1]) + raw[-39:]),
        ),
        "signature_malleable_fail": ("S + L in place of S.", _raw(_LAST, _plus_l)),
        "signature_low_order_fail": (
            "R is a point of low order.",
            _raw(_LAST, lambda raw: raw[:-64] + sorted(LOW_ORDER_ENCODINGS)[3] + raw[-32:]),
        ),
        "key_of_stranger_fail": (
            "The last statement signed by a key nobody enrolled.",
            _raw(_LAST, lambda raw: signed(parse_entry(raw).payload, signer_of("stranger"))),
        ),
        "path_cut_fail": (
            "The inclusion path of one entry lacks its last hash.",
            _with(7, lambda one: replace(one, path=one.path[:-1])),
        ),
        "index_wrong_fail": (
            "The last entry claims the index after its own.",
            _with(_LAST, lambda one: replace(one, index=one.index + 1)),
        ),
        "entry_doubled_fail": (
            "One entry stands twice.",
            replace(_CLEAN, entries=(*_CLEAN.entries, _CLEAN.entries[_LAST])).format(),
        ),
        "ancestry_cut_fail": (
            "The processing step left out, the rest made anew with right proofs.",
            bundled(_STORY.entries, skilled, CLEAN_LOT),
        ),
        "entry_foreign_fail": (
            "A statement about another lot added, with a right proof.",
            bundled(_STORY.entries, [*_INDEXES, 25], CLEAN_LOT),
        ),
        "lot_renamed_fail": (
            "The bundle of lot P1 presented as lot P2.",
            replace(_CLEAN, lot_code=RECALLED_LOT[1]).format(),
        ),
        "checkpoint_of_stranger_fail": (
            "The checkpoint signed by another key under the log's name.",
            replace(
                _CLEAN, checkpoint=sign_note(note, ORIGIN, signer_of("stranger").private)
            ).format(),
        ),
        "checkpoint_older_fail": (
            "An older checkpoint of the same log put under the bundle (roll-back).",
            replace(_CLEAN, checkpoint=_STORY.notes[20]).format(),
        ),
        "anchor_unproved_fail": (
            "The consistency proof of one anchor left out.",
            replace(_CLEAN, anchors=_CLEAN.anchors[:-1]).format(),
        ),
        "anchor_early_fail": (
            "A sealed statement claims to have seen a larger log than came before it.",
            _sealed(_after_last(anchor={"size": 36, "root": "ab" * 32})),
        ),
        "journal_forked_fail": (
            "A second statement at a journal position that is taken, sealed.",
            _sealed(resigned(_CLEAN.entries[_LAST].entry.raw, time="2026-09-12T08:00:00+07:00")),
        ),
        "party_of_other_fail": (
            "The packer's key signs in the grower's name, sealed.",
            _sealed(_after_last(party=GROWER)),
        ),
        "links_cut": (
            "A sealed statement works on the lot without building on its record.",
            _sealed(_after_last(**{"in": []})),
        ),
        "payload_type_confused_fail": (
            "Signed for another payload type, sealed as a statement.",
            _sealed(signed(parse_entry(_after_last()).payload, _STATION, "application/json")),
        ),
        "duplicate_key_fail": (
            "A signed and sealed payload names a field twice.",
            _sealed(_payload_of(_after_last(), b'"party":', b'"party":"X","party":')),
        ),
        "not_nfc_fail": (
            "A signed and sealed payload with text that is not NFC.",
            _sealed(_payload_of(_after_last(), b'"KHO"', '"KHO\u0301"'.encode())),
        ),
        "number_form_fail": (
            "A signed and sealed payload writes a whole number as a float.",
            _sealed(_payload_of(_after_last(), b',"time"', b'.0,"time"')),
        ),
        "disclosure_wrong_fail": (
            "One opened private text changed by one character.",
            replace(opened, disclosures=(wrong_text, *opened.disclosures[1:])).format(),
        ),
        "field_unknown_fail": (
            "One more field in the file, which nobody checks.",
            _STORY.bundles[CLEAN_LOT].replace(b"{", b'{"stars":5,', 1),
        ),
    }


def files() -> dict[Path, bytes]:
    """Every file of the vectors, by path below FOLDER."""
    made: dict[Path, bytes] = {}
    for name, (what, bundle) in cases().items():
        report = verify_bundle(bundle, TRUST, now=NOW)
        checks = sorted({one.check for one in report.failures})
        says = f"Refused by check {', '.join(map(str, checks))}." if checks else "Verified."
        folder = Path(name)
        made[folder / "bundle.json"] = bundle
        made[folder / "trust.json"] = TRUST.format()
        made[folder / "expected.json"] = _json(_expected(report))
        made[folder / "README.md"] = f"# {name}\n\n{what} {says}\n".encode()
    for name, case in (
        *completeness_cases().items(),
        *spelling_cases().items(),
        *witness_cases().items(),
        *key_cases().items(),
        *goods_cases().items(),
        *photo_cases().items(),
    ):
        made |= _files_v2(Path(name), case)
    return made


def _files_v2(folder: Path, case: Case) -> dict[Path, bytes]:
    report = verify_bundle(case.raw, case.trust, now=NOW, label=case.label)
    said = report.as_json("en")
    expected = _expected(report) | {
        "complete_as_of": said["complete_as_of"],
        "unchecked_witnesses": said["unchecked_witnesses"],
    }
    if case.label is not None:
        expected["label"] = list(case.label)
    lines = [f"# {folder.name}", "", f"What was done: {case.what}"]
    lines += [f"Who would do it: {case.who}"] if case.who else []
    refused = [f"check {one.check}, {one.refusal.code}" for one in report.failures]
    found = sorted({one.code for one in report.findings})
    told = f"Refused: {'; '.join(dict.fromkeys(refused))}." if refused else "Verified"
    if not refused:
        of = report.complete_as_of
        told += "; completeness is not shown" if of is None else f", complete as of {of.size}"
        told += f"; standing {report.status}"
        told += f"; findings {', '.join(found)}." if found else "."
    return {
        folder / "bundle.json": case.raw,
        folder / "trust.json": case.trust.format(),
        folder / "expected.json": _json(expected),
        folder / "README.md": "\n".join([*lines, told, ""]).encode(),
    }


def _expected(report: Report) -> dict[str, object]:
    return {
        "now": NOW_TEXT,
        "verdict": report.verdict,
        "status": report.status,
        "failures": [[one.check, one.index, one.refusal.code] for one in report.failures],
        "findings": sorted({one.code for one in report.findings}),
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def main() -> None:
    """Write all of them."""
    for path, content in files().items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_bytes(content)


if __name__ == "__main__":
    main()
