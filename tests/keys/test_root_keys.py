"""Several root keys: a new ledger with a threshold, votes on one machine, and the ceremony by files."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import open_folder
from api.keys.ceremony import RootRequest
from ledger.key_errors import RootsNeeded
from ledger.signing import load_key
from ledger.verify.checklist import verify_bundle
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.trust import Trust
from tests.keys.folders import DEMO, FARM, ORIGIN, bytes_of, data, keys_of, ocop, refused
from tests.store.small_ledger import clock, day, party

ROOTS = ("root-1", "root-2", "root-3")


@pytest.fixture
def council(tmp_path: Path) -> Path:
    """A ledger of which two of three root keys must agree; all of them are still in it."""
    folder = tmp_path / "so"
    ocop("init", "--dir", folder, "--origin", ORIGIN, "--roots", "3", "--threshold", "2")
    return folder


@pytest.fixture
def away(council: Path, tmp_path: Path) -> Path:
    """The same with the farm let in, and every root key taken to a place of its own."""
    services = open_folder(council, clock)
    services.station.record(party(FARM, "cooperative"))
    services.close()
    for name in ROOTS:
        (tmp_path / name).mkdir()
        shutil.move(council / "keys" / f"{name}.pem", tmp_path / name / "k.pem")
    return council


def entries(folder: Path) -> int:
    told = data("audit", "--dir", folder)
    assert told["clean"], told
    return int(told["entries"])


def test_a_new_ledger_has_one_root_key_unless_asked_otherwise(tmp_path: Path) -> None:
    ocop("init", "--dir", tmp_path / "so")
    assert data("keys", "list", "--dir", tmp_path / "so")["threshold"] == 1
    assert sorted(path.name for path in (tmp_path / "so" / "keys").glob("root*")) == ["root.pem"]


def test_genesis_names_all_root_keys_and_how_many_must_agree(council: Path) -> None:
    listed = data("keys", "list", "--dir", council)
    assert listed["threshold"] == 2
    assert sum(one["role"] == "root" for one in listed["keys"]) == 3
    trust = json.loads((council / "trust.json").read_text(encoding="utf-8"))
    assert len(trust["roots"]) == 3


def test_a_root_key_made_elsewhere_is_named_by_its_public_half_alone(tmp_path: Path) -> None:
    told = data("keys", "make", tmp_path / "away" / "k.pem")
    words = ("init", "--dir", tmp_path / "so", "--origin", ORIGIN, "--threshold", "2")
    ocop(*words, "--root-public", told["public"])
    listed = data("keys", "list", "--dir", tmp_path / "so")
    assert told["keyid"] in {one["keyid"] for one in listed["keys"] if one["role"] == "root"}
    assert "2 root keys" in refused("record", DEMO / "demo.csv", "--dir", tmp_path / "so")


@pytest.mark.parametrize(
    "words",
    [
        ("--threshold", "2"),
        ("--threshold", "0"),
        ("--roots", "0"),
        ("--roots", "17"),
        ("--roots", "3", "--threshold", "4"),
    ],
)
def test_numbers_of_root_keys_that_cannot_be_are_refused_before_anything_is_made(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert "root keys with" in refused("init", "--dir", tmp_path / "so", *words)
    assert not (tmp_path / "so").exists()


@pytest.mark.parametrize("text", ["11", "zz" * 32, "00" * 32])
def test_a_public_key_that_is_none_is_refused_before_anything_is_made(
    tmp_path: Path, text: str
) -> None:
    assert refused("init", "--dir", tmp_path / "so", "--root-public", text)
    assert not (tmp_path / "so").exists()


def test_root_keys_on_one_machine_say_it_in_one_go(council: Path) -> None:
    for name in ("demo.csv", "demo.setup.json"):
        shutil.copy(DEMO / name, council.parent)
    ocop("record", council.parent / "demo.csv", "--dir", council)
    keys = keys_of(council)
    # Genesis and what came after it by the first two, the third was not needed.
    votes = sum(keys[name]["statements"] for name in ROOTS)
    assert min(keys[name]["statements"] for name in ROOTS) == 0
    types = data("audit", "--dir", council)["types"]
    assert votes == types["ledger-opened"] + types["party-registered"] + 2
    assert types["party-registered"] % 2 == 0 and types["key-enrolled"] == 3
    ocop("keys", "rotate", "HTX-NL.admin", "--dir", council)
    ocop("keys", "retire", "HTX-NL.station", "--dir", council)
    bundle, trust = council.parent / "lot.json", council.parent / "trust.json"
    ocop("bundle", "08938503000420", "L260815A", "-o", bundle, "--dir", council)
    ocop("trust", "-o", trust, "--dir", council)
    report = verify_bundle(bundle.read_bytes(), Trust.parse(trust.read_bytes()))
    assert report.verdict == "verified", report.as_text("en")


def test_a_vote_is_not_repeated_when_the_second_was_cut_off(council: Path) -> None:
    services = open_folder(council, clock)
    try:
        said = party(FARM, "cooperative")
        first = services.station.signers[ROOT_PARTY, "root-1"]
        services.station.record(said, first)  # and then the machine died
        history = services.ledger.history
        assert FARM not in history.keys.parties and FARM not in history.registry.parties
        before = services.ledger.size
        services.station.record(said)
        assert services.ledger.size == before + 1
        history = services.ledger.history
        assert FARM in history.keys.parties and FARM in history.registry.parties
        assert FARM in services.views.registry.parties
    finally:
        services.close()
    assert entries(council) == 3


def test_one_root_alone_neither_lets_a_party_in_nor_keeps_its_code_from_others(
    council: Path,
) -> None:
    services = open_folder(council, clock)
    try:
        wrong = party(FARM, "authority")
        services.station.record(wrong, services.station.signers[ROOT_PARTY, "root-3"])
        assert not services.ledger.history.registry.is_authority(FARM)
        services.station.record(party(FARM, "cooperative"))
        assert services.ledger.history.registry.parties[FARM]["kind"] == "cooperative"
    finally:
        services.close()
    entries(council)


def test_too_few_root_keys_here_record_nothing_and_say_which_request_to_make(
    council: Path,
) -> None:
    for name in ROOTS[1:]:
        (council / "keys" / f"{name}.pem").unlink()
    services = open_folder(council, clock)
    try:
        with pytest.raises(RootsNeeded, match="ocop keys root-request"):
            services.station.record(party(FARM, "cooperative"))
        assert services.ledger.size == 1
    finally:
        services.close()


def test_a_root_key_taken_away_sets_a_cooperative_up_by_one_request(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    ocop("init", "--dir", folder, "--origin", ORIGIN)
    (folder / "keys" / "root.pem").rename(tmp_path / "root.pem")
    for name in ("demo.csv", "demo.setup.json"):
        shutil.copy(DEMO / name, tmp_path)
    sentence = refused("record", tmp_path / "demo.csv", "--dir", folder)
    assert "ocop keys root-request --register SETUP.json" in sentence
    request, vote = tmp_path / "r.json", tmp_path / "v.json"
    # The admin key does not exist yet: it is made for the request.
    wanted = ("--register", tmp_path / "demo.setup.json", "--enrol", "HTX-NL.admin")
    ocop("keys", "root-request", *wanted, "-o", request, "--dir", folder)
    ocop("keys", "root-sign", request, "--key", tmp_path / "root.pem", "-o", vote, "--yes")
    ocop("keys", "root-apply", request, vote, "--dir", folder)
    ocop("record", tmp_path / "demo.csv", "--dir", folder)
    entries(folder)


def ceremony(folder: Path, *words: object, by: tuple[str, ...] = ROOTS[:2]) -> list[Path]:
    """Request and votes of these roots; the request's file first."""
    room = folder.parent
    request = room / "request.json"
    request.unlink(missing_ok=True)
    ocop("keys", "root-request", *words, "-o", request, "--dir", folder)
    files = [request]
    for name in by:
        vote = room / f"{name}.vote"
        vote.unlink(missing_ok=True)
        ocop("keys", "root-sign", request, "--key", room / name / "k.pem", "-o", vote, "--yes")
        files.append(vote)
    return files


def admin_request(folder: Path, name: str = "admin") -> Path:
    """A request of an admin key of the farm that was made on the manager's machine."""
    path = folder.parent / f"{name}.request"
    made = ("--origin", ORIGIN, "--party", FARM, "--role", "admin")
    ocop("keys", "request", folder.parent / f"{name}.pem", *made, "-o", path)
    return path


def test_root_keys_in_different_places_let_an_admin_key_in(away: Path) -> None:
    files = ceremony(away, "--enrol", admin_request(away))
    before = bytes_of(away)
    ocop("keys", "root-apply", *files, "--dir", away, "--dry-run")
    assert bytes_of(away) == before
    ocop("keys", "root-apply", *files, "--dir", away)
    listed = [one for one in keys_of(away).values() if one["party"] == FARM]
    assert [(one["role"], one["ended"]) for one in listed] == [("admin", None)]
    shutil.copy(away.parent / "admin.pem", away / "keys" / f"{FARM}.admin.pem")
    ocop("keys", "new", f"{FARM}.station", "--dir", away)
    entries(away)


def test_a_party_and_its_key_come_in_by_one_ceremony(away: Path, tmp_path: Path) -> None:
    setup = tmp_path / "new.setup.json"
    said = json.loads((DEMO / "demo.setup.json").read_text(encoding="utf-8"))
    setup.write_text(json.dumps(said), encoding="utf-8")
    code = said["party"]["code"]
    made = ("--origin", ORIGIN, "--party", code, "--role", "admin")
    ocop("keys", "request", tmp_path / "n.pem", *made, "-o", tmp_path / "n.request")
    files = ceremony(away, "--register", setup, "--enrol", tmp_path / "n.request")
    ocop("keys", "root-apply", *files, "--dir", away)
    assert [one["role"] for one in keys_of(away).values() if one["party"] == code] == ["admin"]
    entries(away)


def test_root_keys_end_a_stolen_root_key_and_go_on_with_the_others(away: Path) -> None:
    stolen = load_key(away.parent / ROOTS[2] / "k.pem").keyid.hex()
    files = ceremony(away, "--compromise", stolen, "--last-good", "2")
    ocop("keys", "root-apply", *files, "--dir", away)
    assert keys_of(away)[stolen[:16]]["compromised"]
    request = json.loads(files[0].read_text(encoding="utf-8"))
    assert len(request["journals"]) == 3
    later = ceremony(away, "--enrol", admin_request(away))
    assert len(json.loads(later[0].read_text(encoding="utf-8"))["journals"]) == 2
    ocop("keys", "root-apply", *later, "--dir", away)
    words = ("keys", "root-sign", later[0], "--key", away.parent / ROOTS[2] / "k.pem")
    assert "none of the root keys" in refused(*words, "-o", away.parent / "x.vote", "--yes")


def test_an_admin_key_is_rotated_with_the_roots_away(away: Path) -> None:
    files = ceremony(away, "--enrol", admin_request(away))
    ocop("keys", "root-apply", *files, "--dir", away)
    shutil.copy(away.parent / "admin.pem", away / "keys" / f"{FARM}.admin.pem")
    rotate = ("keys", "rotate", f"{FARM}.admin", "--dir", away)
    assert f"root-request --enrol {FARM}.admin" in refused(*rotate)
    files = ceremony(away, "--enrol", f"{FARM}.admin", by=(ROOTS[0], ROOTS[2]))
    ocop("keys", "root-apply", *files, "--dir", away)
    ocop(*rotate)
    admins = [one for one in keys_of(away).values() if one["role"] == "admin"]
    assert [one["ended"] is None for one in admins] == [False, True]
    entries(away)


def test_fewer_votes_than_needed_record_nothing(away: Path) -> None:
    request, one, _ = ceremony(away, "--enrol", admin_request(away))
    assert "1 different root keys have signed, 2 must" in refused(
        "keys", "root-apply", request, one, "--dir", away
    )
    assert "1 different" in refused("keys", "root-apply", request, one, one, "--dir", away)
    assert entries(away) == 3


def test_three_votes_of_three_are_as_good_as_two(away: Path) -> None:
    files = ceremony(away, "--enrol", admin_request(away), by=ROOTS)
    ocop("keys", "root-apply", *files, "--dir", away)
    assert entries(away) == 5


def test_votes_are_recorded_once_and_an_old_request_not_at_all(away: Path) -> None:
    files = ceremony(away, "--enrol", admin_request(away))
    ocop("keys", "root-apply", *files, "--dir", away)
    assert "make a new request" in refused("keys", "root-apply", *files, "--dir", away)
    assert entries(away) == 5


def altered(path: Path, change: dict[str, Any]) -> Path:
    said = json.loads(path.read_text(encoding="utf-8"))
    made = path.with_suffix(".altered")
    made.write_text(json.dumps({**said, **change}), encoding="utf-8")
    return made


def test_a_request_changed_after_it_was_signed_is_refused(away: Path) -> None:
    request, one, other = ceremony(away, "--enrol", admin_request(away))
    statements = json.loads(request.read_text(encoding="utf-8"))["statements"]
    statements[0]["time"] = "2020-01-01T00:00:00+07:00"
    changed = altered(request, {"statements": statements})
    assert "word for word" in refused("keys", "root-apply", changed, one, other, "--dir", away)


def test_a_vote_that_was_tampered_with_is_refused(away: Path) -> None:
    request, one, other = ceremony(away, "--enrol", admin_request(away))
    (text,) = json.loads(one.read_text(encoding="utf-8"))["entries"]
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    wrongs: tuple[dict[str, Any], ...] = (
        {"entries": [base64.b64encode(raw).decode()]},
        {"entries": []},
        {"entries": [text, text]},
        {"entries": json.loads(other.read_text(encoding="utf-8"))["entries"] + [text]},
        {"request": "00" * 32},
    )
    for wrong in wrongs:
        changed = altered(one, wrong)
        assert refused("keys", "root-apply", request, changed, other, "--dir", away)
    wrongs = ({"entries": ["%%"]}, {"more": 1}, {"entries": "x"})
    for wrong in wrongs:
        changed = altered(one, wrong)
        sentence = refused("keys", "root-apply", request, changed, other, "--dir", away)
        assert "is not the expected file" in sentence
    assert entries(away) == 3


def test_a_request_that_is_none_or_of_another_ledger_is_refused(away: Path, tmp_path: Path) -> None:
    request, one, other = ceremony(away, "--enrol", admin_request(away))
    told = [{"type": "harvested", "time": day(1), "body": {}}]
    wrongs: tuple[dict[str, Any], ...] = (
        {"threshold": 9},
        {"statements": []},
        {"statements": told},
        {"journals": {}},
        {"journals": []},
        {"x": 1},
        {"format": "y"},
    )
    for wrong in wrongs:
        changed = altered(request, wrong)
        words = ("keys", "root-sign", changed, "--key", tmp_path / ROOTS[0] / "k.pem")
        assert "expected file" in refused(*words, "-o", tmp_path / "no.vote", "--yes")
    ocop("init", "--dir", tmp_path / "other", "--origin", "ocop.example/other")
    apply = ("keys", "root-apply", request, one, other, "--dir", tmp_path / "other")
    assert "is for the ledger" in refused(*apply)


def test_nothing_is_signed_that_nobody_agreed_to(away: Path, tmp_path: Path) -> None:
    request = ceremony(away, "--enrol", admin_request(away), by=())[0]
    words = ("keys", "root-sign", request, "--key", tmp_path / ROOTS[0] / "k.pem")
    assert "Nothing was signed" in refused(*words, "-o", tmp_path / "no.vote")
    assert not (tmp_path / "no.vote").exists()


def test_who_signs_sees_what_it_means_and_a_digest_to_compare(away: Path) -> None:
    request = ceremony(away, "--enrol", admin_request(away), by=())[0]
    key = away.parent / ROOTS[0] / "k.pem"
    words = ("keys", "root-sign", request, "--key", key, "-o", away.parent / "v", "--yes")
    shown = ocop(*words)
    digest = RootRequest.read(request.read_bytes(), request).digest()
    keyid = load_key(away.parent / "admin.pem").keyid.hex()
    assert f"Give {FARM} the admin key {keyid[:16]}" in shown
    assert digest[:4] in shown and digest[28:32] in shown


def test_a_request_cannot_hide_on_the_screen_what_it_asks_for(away: Path, tmp_path: Path) -> None:
    request = ceremony(away, "--enrol", admin_request(away), by=())[0]
    changed = altered(request, {"origin": "log\x1b[8m"})
    key = tmp_path / ROOTS[0] / "k.pem"
    told = ocop("keys", "root-sign", changed, "--key", key, "-o", tmp_path / "v", "--yes")
    assert "\x1b" not in told and "log\\u001b[8m" in told


def test_an_empty_request_is_not_written(away: Path, tmp_path: Path) -> None:
    words = ("keys", "root-request", "-o", tmp_path / "r.json", "--dir", away)
    assert "would say nothing" in refused(*words)
    assert not (tmp_path / "r.json").exists()
