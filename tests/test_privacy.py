"""What is personal stays in the erasable file, and erasing it breaks no proof."""

from __future__ import annotations

import csv
import json
import unicodedata
from pathlib import Path

from api.bootstrap import Services
from ledger.domain.drafts import Draft
from ledger.verify.checklist import verify_bundle
from ledger.verify.entry import parse_entry
from tests.shared_data import shared
from tests.store import small_ledger
from tests.store.diaries import record, set_up
from tests.store.small_ledger import FARM, FRUIT, NOW, check_ledger, day, kg, lot

SECRETS = ("Hộ 07 (Phượng)", "Phượng", "bà Nguyễn Thị Phượng, 0912 345 678", "giao tận xưởng")


def forms(text: str) -> set[bytes]:
    """A text as any of our files could spell it."""
    spellings = {text, unicodedata.normalize("NFD", text), json.dumps(text)[1:-1]}
    return {one.encode() for one in spellings} | {text.encode("utf-16-le")}


def public_bytes(services: Services) -> dict[str, bytes]:
    """Every byte that may leave the machine or is kept for ever: files, tiles, bundles, proofs."""
    found = {
        path.name: path.read_bytes()
        for path in services.folder.iterdir()
        if path.is_file() and not path.name.startswith("private.db")
    }
    assert {"ledger.db", "ledger.db-wal", "views.db", "views.db-wal"} <= set(found)
    size = services.log.size
    for number in range(-(-size // 256)):
        width = min(256, size - number * 256)
        for level in ("0", "entries"):
            name = f"{level}/{number:03d}" + ("" if width == 256 else f".p/{width}")
            tile = services.log.tile(name)
            assert tile is not None
            found[f"tile {name}"] = tile
    for one in services.tables.lots(limit=1_000):
        bundle = services.bundle(one["item"], one["lot"])
        assert bundle is not None
        found[f"bundle {one['lot']}"] = bundle
    found["trust"] = services.trust()
    return found


def where(texts: set[str], content: dict[str, bytes]) -> list[tuple[str, str]]:
    """(place, text) for every private text that is found."""
    needles = [(text, needle) for text in texts for needle in forms(text)]
    return [
        (place, text) for place, raw in content.items() for text, needle in needles if needle in raw
    ]


def with_secrets(tmp_path: Path) -> Services:
    services = small_ledger.found(tmp_path / "so")
    small_ledger.tell(services)
    body = {"lot": lot(FRUIT, "Q50"), "quantity": kg("3"), "site": "VT-01"}
    body["from"] = {"kind": "household", "number": "07"}
    private = {"note": SECRETS[2], "from.digest": SECRETS[0]}
    services.station.record(Draft("harvested", FARM, day(14), body, private))
    return services


def test_no_private_text_is_in_any_byte_but_those_of_the_erasable_file(tmp_path: Path) -> None:
    services = with_secrets(tmp_path)
    assert where(set(SECRETS), public_bytes(services)) == []
    private = {"private": (services.folder / "private.db").read_bytes()}
    assert {text for _, text in where(set(SECRETS), private)} == set(SECRETS)
    services.close()
    # After closing, the write-ahead log is folded into the file: look again.
    for name in ("ledger.db", "views.db"):
        assert where(set(SECRETS), {name: (tmp_path / "so" / name).read_bytes()}) == []


def test_the_look_would_find_a_text_that_leaked(tmp_path: Path) -> None:
    services = with_secrets(tmp_path)
    registered = {"code": "VT-02", "kind": "other", "name": "Vườn bà Phượng"}
    services.station.record(Draft("site-registered", FARM, day(14), registered))
    places = {place.split()[0] for place, _ in where({"Phượng"}, public_bytes(services))}
    assert "tile" in places
    assert any(place.startswith("ledger.db") for place in places)
    services.close()


def test_erasing_removes_text_and_salt_and_every_proof_still_verifies(tmp_path: Path) -> None:
    services = with_secrets(tmp_path)
    digests = [
        value
        for _, raw in services.store.sealed(0, 1_000)
        for body in [json.loads(parse_entry(raw).payload)["body"]]
        for value in (body.get("note"), body.get("from", {}).get("digest"))
        if value is not None
    ]
    assert len(digests) == 4
    opened = services.bundle(FRUIT, "Q50", opened=True)
    assert opened is not None
    assert where({SECRETS[2]}, {"disclosed on purpose": opened}) != []
    assert verify_bundle(opened, services.trust_file(), now=NOW).verdict == "verified"
    salts = []
    for digest in digests:
        kept = services.notes.opened(digest)
        assert kept is not None
        salts.append(kept[0])
        services.notes.forget(digest)
        assert services.notes.opened(digest) is None
    for path in services.folder.glob("private.db*"):
        raw = path.read_bytes()
        assert where(set(SECRETS), {path.name: raw}) == []
        assert not any(salt in raw for salt in salts)
    again = services.bundle(FRUIT, "Q50", opened=True)
    assert again is not None
    assert json.loads(again)["disclosures"] == []
    assert verify_bundle(again, services.trust_file(), now=NOW).verdict == "verified"
    # What was disclosed before the erasure still proves itself to whoever holds it.
    assert verify_bundle(opened, services.trust_file(), now=NOW).verdict == "verified"
    services.close()
    check_ledger(tmp_path / "so")


def test_the_same_text_twice_has_two_digests_so_nobody_can_guess_it(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    first, second = (services.notes.keep("Hộ 07 (Phượng)") for _ in range(2))
    assert first != second
    services.close()


def test_nothing_of_the_personal_columns_of_a_diary_reaches_the_ledger(tmp_path: Path) -> None:
    for name in ("mien-dong", "che-shan-tuyet", "mien-dong-loi"):
        start = name.removesuffix("-loi")
        text = shared("scenarios", f"{name}.csv").read_text(encoding="utf-8-sig")
        # What the set-up registers for all to read is no secret (an office, say).
        registered = shared("scenarios", f"{start}.setup.json").read_text(encoding="utf-8")
        cells = {
            unicodedata.normalize("NFC", row[column])
            for row in csv.reader(text.splitlines(), delimiter=";")
            for column in (8, 11)
            if len(row) > 11
        }
        cells = {cell for cell in cells if len(cell) > 4 and cell not in registered}
        assert len(cells) > 10, name
        services, party = set_up(tmp_path / name, start)
        record(services, party, name)
        assert where(cells, public_bytes(services)) == [], name
        services.close()
