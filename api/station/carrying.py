"""Going on with another key: what a new station takes over from one that cannot go on.

That is a frozen folder, or the backup of one whose disk is lost. How far such a journal went, nobody
can say, so its key signs nothing more. What it signed is another matter: what the hub lacks is sent
as it is, what the hub has comes back with everything else of the party. Every step may be cut off
and made again.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from api.access.own_secret import FILE as ACCESS_KEY
from api.access.side_opening import ACCESS_FILE
from api.access.side_sqlite import SqliteSide
from api.bootstrap import Services, signers_of
from api.keeping.access_tables import keep_access
from api.keeping.erased import erased_digests, remember_erased
from api.keeping.placing import room_in, scratch
from api.keeping.restore import doubt_labels, restore
from api.keeping.snapshot import ERASED_FILE, copy_database
from api.keeping.station_errors import StationKeepingError
from api.labels.preferred import PREFERRED_FILE
from api.photos.shelf import PhotoShelf
from api.private_notes import PrivateNotes
from api.station.answers import Misread, indexes_of
from api.station.errors import Frozen, StationError
from api.station.hub_client import HubRefused
from api.station.joined import JOINING_KEY, STATE_FILE, Joined, joined_of
from api.station.outbox import MOST_BATCH
from api.station.state import StationState
from api.station_wire.entry_bodies import MOST_ENTRIES
from api.station_wire.ticket import Ticket, fingerprint_of
from api.stores import LEDGER_FILE, trusted
from ledger.signing import write_secret
from ledger.store.sqlite import SqliteStore
from ledger.verify.merkle import leaf_hash
from ledger.verify.wording import Refusal

SPOOL_FILE = "spool.db"


@dataclass(frozen=True, slots=True)
class Before:
    """The station of before: how it was named, where its files are, whose it was.

    `here`: it is a folder that somebody may still record in, not what a backup held.
    """

    path: Path
    folder: Path
    joined: Joined
    here: bool


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Private texts and labels in doubt that came along; whether people and PINs did.

    Of the journal of before: `sent` statements that the hub lacked, `back` that it had and the files
    of before had not; `lost` are entries that it does not take, `why` in its words.
    """

    texts: int
    doubtful: int
    people: bool
    sent: int
    back: int
    lost: tuple[bytes, ...]
    why: Refusal | None


@contextmanager
def station_before(
    path: Path, folder: Path, ticket: Ticket, now: Callable[[], dt.datetime]
) -> Iterator[Before]:
    """The station of `path`, a folder or a backup file, to be taken over into `folder`.

    A backup is verified as a restore does, in a room of `folder` that goes again.

    Raises:
        StationKeepingError: it is no station, that of another hub, or the very folder.
        KeepingError, StationError: it cannot be read.
    """
    if path.is_dir():
        if path.resolve() == folder.resolve():
            raise StationKeepingError("before-same-folder", path=path)
        yield _checked(Before(path, path, _station_in(path, path), here=True), ticket)
        return
    with room_in(folder, "before.part") as room:
        restore(path, room / "station", now=now)
        joined = _station_in(room / "station", path)
        yield _checked(Before(path, room / "station", joined, here=False), ticket)


def _station_in(folder: Path, path: Path) -> Joined:
    joined = joined_of(folder)
    if joined is None:
        raise StationKeepingError("before-no-station", path=path)
    return joined


def _checked(before: Before, ticket: Ticket) -> Before:
    found = fingerprint_of(trusted(before.folder))
    if found != ticket.fingerprint:
        raise StationKeepingError(
            "before-other-hub", path=before.path, found=found, expected=ticket.fingerprint
        )
    return before


def joined_for(before: Before, folder: Path, join: Callable[[], Joined]) -> Joined:
    """Whose station `folder` is: it joins, unless it did so before it was cut off.

    Raises:
        StationKeepingError: `before-other-party`, `before-same-folder`; or as `join`.
    """
    known = joined_of(folder)
    if known is None or (folder / "keys" / JOINING_KEY).exists():
        known = join()
    if known.party != before.joined.party:
        raise StationKeepingError(
            "before-other-party", path=before.path, found=before.joined.party, expected=known.party
        )
    if known.keyid == before.joined.keyid:
        raise StationKeepingError("before-same-folder", path=before.path)
    return known


def stop_before(before: Before) -> None:
    """Nothing more is recorded in a folder that is taken over, once this returns."""
    if not before.here:
        return
    with closing(StationState(before.folder / STATE_FILE)) as state:
        state.freeze(Frozen("replaced"))
    replace(before.joined, stopped=before.joined.stopped or "replaced").save(before.folder)
    with closing(SqliteStore(before.folder / LEDGER_FILE)) as store, store.writing():
        pass  # what was being recorded just then is recorded


def take_files(before: Before, folder: Path) -> tuple[int, int, bool]:
    """(private texts, labels in doubt, whether people) that came into the closed folder.

    What is there already stays as it is.
    """
    old = before.folder
    remember_erased(folder / ERASED_FILE, erased_digests(old / ERASED_FILE))
    texts = _take_texts(old, folder)
    for name in ("printers.json", PREFERRED_FILE):
        if not (folder / name).exists() and (old / name).exists():
            shutil.copyfile(old / name, folder / name)
    for path in sorted((old / "templates").glob("*.toml")):
        (folder / "templates").mkdir(mode=0o700, exist_ok=True)
        if not (folder / "templates" / path.name).exists():
            shutil.copyfile(path, folder / "templates" / path.name)
    PhotoShelf(old).copy_into(folder)
    with scratch(folder / "carry.part") as room:
        people, doubtful = _take_people(old, folder, room), 0
        for name in (SPOOL_FILE, "scans.db"):
            if (folder / name).exists() or not (old / name).exists():
                continue
            copy_database(old / name, room)
            if name == SPOOL_FILE:
                doubtful = doubt_labels(room / name)
            (room / name).replace(folder / name)
    return texts, doubtful, people


def _take_texts(old: Path, folder: Path) -> int:
    if not (old / "private.db").exists():
        return 0
    erased = erased_digests(folder / ERASED_FILE)
    with (
        closing(PrivateNotes(old / "private.db")) as source,
        closing(PrivateNotes(folder / "private.db")) as target,
    ):
        return target.take(row for row in source.rows() if row[0] not in erased)


def _take_people(old: Path, folder: Path, room: Path) -> bool:
    """PINs hang on the secret beside them, so the two come together."""
    if (folder / ACCESS_FILE).exists() or not (old / ACCESS_FILE).exists():
        return False
    secret = old / "keys" / ACCESS_KEY
    if secret.exists() and not (folder / "keys" / ACCESS_KEY).exists():
        write_secret(folder / "keys" / ACCESS_KEY, secret.read_bytes())
    with closing(SqliteSide(old / ACCESS_FILE)) as source:
        keep_access(source, room)
    (room / ACCESS_FILE).replace(folder / ACCESS_FILE)
    return True


def journal_of(before: Before) -> Iterator[bytes]:
    """Every entry that the key of before signed and that is in its files, in order."""
    keyid = before.joined.keyid
    with closing(SqliteStore(before.folder / LEDGER_FILE)) as store:
        last = {journal: seq for journal, seq, _ in store.heads()}.get(keyid, 0)
        for seq in range(1, last + 1):
            raw = store.entry_at(keyid, seq)
            if raw is not None:
                yield raw


def take_journal(
    before: Before, services: Services
) -> tuple[int, int, list[bytes], Refusal | None]:
    """(sent, back, lost, why) of the journal of before, as `TakenOver`.

    `services` is the new station, in step with the hub.
    """
    there, missing = 0, list[bytes]()
    for raw in journal_of(before):
        there += 1
        if services.store.entry(leaf_hash(raw)) is None:
            missing.append(raw)
    sent, why = _send(before, services, missing) if missing else (0, None)
    keyid = before.joined.keyid
    at_hub = {journal: seq for journal, seq, _ in services.store.heads()}.get(keyid, 0)
    back = sum(
        services.store.entry_at(keyid, seq) is not None for seq in range(there + 1, at_hub + 1)
    )
    return sent, back, missing[sent:], why


def _send(
    before: Before, services: Services, missing: Sequence[bytes]
) -> tuple[int, Refusal | None]:
    """Send what the key of before signed; how many the hub has now, and why not all."""
    link, joined = services.link, before.joined
    assert link is not None
    signer = signers_of(before.folder / "keys").get((joined.party, "station"))
    if signer is None or signer.keyid.hex() != joined.keyid:
        return 0, StationKeepingError("before-keyless", path=before.path)
    client = link.client(signer, services.now)
    done = 0
    try:
        for batch in _batches(missing):
            client.push(batch)
            done += len(batch)
    except HubRefused as refused:
        return done + _taken(refused), refused
    except StationError as away:
        return done, away
    finally:
        client.close()
    return done, None


def _taken(refused: HubRefused) -> int:
    try:
        return len(indexes_of(refused.problem.get("indexes", [])))
    except Misread:
        return 0


def _batches(entries: Sequence[bytes]) -> Iterator[list[bytes]]:
    batch, size = list[bytes](), 0
    for raw in entries:
        if batch and (len(batch) == MOST_ENTRIES or size + len(raw) > MOST_BATCH):
            yield batch
            batch, size = [], 0
        batch.append(raw)
        size += len(raw)
    yield batch
