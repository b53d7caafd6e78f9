"""An erased text is in no file of the ledger, of the database or of a new backup; proofs stay."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from api.bootstrap import Services
from api.keeping.backup import back_up
from api.keeping.erasing import erase, erasures
from ledger.domain.drafts import Draft
from ledger.verify.checklist import verify_bundle
from tests.postgres.cluster import Cluster, own_cluster
from tests.store import small_ledger
from tests.store.small_ledger import FARM, FRUIT, NOW, check_ledger, day, kg, lot
from tests.watching.hub import ledgers_on_server

NAME = "Nguyễn Thị Phượng-Erased"
NOTE = f"bà {NAME}, 0912 345 678, vườn sau đình"
KEPT = "ông Trần Văn Giữ Lại, 0987 654 321"


def with_notes(folder: Path) -> Services:
    """A ledger with many private texts, two of them with the name that is to go."""
    services = small_ledger.found_anew(folder)
    small_ledger.tell(services)
    texts = [f"ghi chú số {number} của hộ {number % 7}" * 3 for number in range(24)]
    texts[11], texts[12] = KEPT, unicodedata.normalize("NFD", NOTE)
    for number, text in enumerate(texts):
        body = {"lot": lot(FRUIT, f"R{number:02d}"), "quantity": kg("3"), "site": "VT-01"}
        if number == 5:
            body["from"] = {"kind": "household", "number": "07"}
            private = {"note": text, "from.digest": NAME}
        else:
            private = {"note": text}
        services.station.record(Draft("harvested", FARM, day(14), body, private))
    return services


def needles(*secrets: bytes | str) -> list[bytes]:
    """Every form in which a text or a salt could stand in a file."""
    found = []
    for one in secrets:
        if isinstance(one, bytes):
            found += [one, one.hex().encode()]
            continue
        for form in ("NFC", "NFD"):
            text = unicodedata.normalize(form, one)
            found += [text.encode(), text.encode("utf-16-le"), text.casefold().encode()]
    return found


def files_with(places: list[Path], wanted: list[bytes]) -> list[Path]:
    """Files below the places whose raw bytes hold any of these."""
    return [
        path
        for place in places
        for path in sorted(place.rglob("*"))
        if path.is_file() and holds(path.read_bytes(), wanted)
    ]


def holds(raw: bytes, wanted: list[bytes]) -> bool:
    """True when any of these bytes is somewhere in `raw`; quick over what is mostly zeros."""
    return bool(raw.strip(b"\0")) and any(one in raw for one in wanted)


def unpacked(backup: Path, into: Path) -> Path:
    """The parts of a backup as plain files."""
    with zipfile.ZipFile(backup) as found:
        found.extractall(into)
    return into


@dataclass(frozen=True)
class Searched:
    """The folders whose files are searched, and the database server of which one of them is."""

    folders: list[Path]
    server: Cluster | None = None


@pytest.fixture
def everything(tmp_path: Path, both_stores: str) -> Iterator[Searched]:
    """The ledger's folder, and on PostgreSQL all of a server that holds nothing else."""
    if both_stores == "sqlite":
        yield Searched([tmp_path / "so"])
        return
    with own_cluster() as server, ledgers_on_server(server):
        yield Searched([tmp_path / "so", server.data], server)


def test_after_an_erasure_no_byte_of_text_or_salt_is_left_and_every_proof_verifies(
    tmp_path: Path, everything: Searched
) -> None:
    services = with_notes(tmp_path / "so")
    found = erasures(services, containing=NAME.upper())
    assert {one.text for one in found} == {NAME, unicodedata.normalize("NFD", NOTE)}
    places = {(said.place, said.lots) for one in found for said in one.mentions}
    assert places == {("from.digest", ((FRUIT, "R05"),)), ("note", ((FRUIT, "R12"),))}
    opened = [services.notes.opened(one.digest) for one in found]
    salts = [one[0] for one in opened if one is not None]
    gone = needles(NAME, NOTE, *salts)
    kept = needles(KEPT)
    bundle = services.bundle(FRUIT, "R12", opened=True)
    assert bundle is not None
    back_up(services, tmp_path / "before.ocop")
    assert files_with([tmp_path / "so"], gone) != []
    assert files_with([unpacked(tmp_path / "before.ocop", tmp_path / "b1")], gone) != []

    assert erase(services, [one.digest for one in found]) == 2

    if everything.server is not None:
        checkpointed(everything.server)
    assert files_with(everything.folders, gone) == []
    assert files_with([tmp_path / "so"], kept) != []  # the look does find what is there
    for database in everything.folders[1:]:
        assert files_with([database], [b'"R12"']) != []
    back_up(services, tmp_path / "after.ocop")
    assert files_with([unpacked(tmp_path / "after.ocop", tmp_path / "b2")], gone) == []
    size = services.log.size
    for name in (f"0/000.p/{size}", f"entries/000.p/{size}"):
        tile = services.log.tile(name)
        assert tile is not None
        assert not any(one in tile for one in gone)
    again = services.bundle(FRUIT, "R12", opened=True)
    assert again is not None
    for raw in (bundle, again):  # also the one that disclosed the text, before
        assert verify_bundle(raw, services.trust_file(), now=NOW).verdict == "verified"
    services.close()
    assert files_with([tmp_path / "so"], gone) == []
    check_ledger(tmp_path / "so", bundles=4)


def checkpointed(server: Cluster) -> None:
    """Make a database server write everything it has in memory to its files."""
    with psycopg.connect(server.superuser_dsn(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
