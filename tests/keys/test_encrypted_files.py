"""Encrypted key files: others can open them, nobody without the passphrase, which is never in argv."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.key_errors import KeyFileError
from ledger.key_files import encrypted_pem
from ledger.signing import load_key, plain_pem, save_key, write_secret
from tests.keys.folders import DEMO, FARM, data, keys_of, ocop, refused, told_folder

PHRASE = "mười hai quả chuối"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def phrase(tmp_path: Path) -> Path:
    path = tmp_path / "phrase"
    write_secret(path, f"{PHRASE}\n".encode())
    return path


def encrypted(path: Path) -> Ed25519PrivateKey:
    private = Ed25519PrivateKey.generate()
    write_secret(path, encrypted_pem(private, PHRASE.encode(), bytes(16), os.urandom(16)))
    return private


def test_openssl_reads_what_we_write(tmp_path: Path) -> None:
    private = encrypted(tmp_path / "k.pem")
    (tmp_path / "phrase").write_text(PHRASE, encoding="utf-8")
    done = subprocess.run(
        ["openssl", "pkey", "-in", tmp_path / "k.pem", "-passin", f"file:{tmp_path / 'phrase'}"],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == plain_pem(private)


def test_we_read_what_openssl_writes(tmp_path: Path, phrase: Path) -> None:
    save_key(tmp_path / "plain.pem", Ed25519PrivateKey.generate())
    made = subprocess.run(
        ["openssl", "pkcs8", "-topk8", "-in", tmp_path / "plain.pem", "-passout", f"file:{phrase}"],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    write_secret(tmp_path / "k.pem", made.stdout)
    signer = load_key(tmp_path / "k.pem", lambda _: PHRASE.encode())
    assert signer.keyid == load_key(tmp_path / "plain.pem").keyid


def test_an_encrypted_key_says_whose_it_is_and_signs_only_when_unlocked(tmp_path: Path) -> None:
    private = encrypted(tmp_path / "k.pem")
    asked: list[Path] = []

    def answer(path: Path) -> bytes:
        asked.append(path)
        return PHRASE.encode()

    signer = load_key(tmp_path / "k.pem", answer)
    assert signer.public == private.public_key().public_bytes_raw() and asked == []
    assert signer.private.sign(b"x") == signer.private.sign(b"x") == private.sign(b"x")
    assert asked == [tmp_path / "k.pem"]  # once
    with pytest.raises(KeyFileError, match="no terminal"):
        load_key(tmp_path / "k.pem").unlock()


@pytest.mark.parametrize("wrong", [b"", b"x", PHRASE.encode() + b" "])
def test_a_wrong_passphrase_opens_nothing(tmp_path: Path, wrong: bytes) -> None:
    encrypted(tmp_path / "k.pem")
    with pytest.raises(KeyFileError) as found:
        load_key(tmp_path / "k.pem", lambda _: wrong).unlock()
    assert found.value.code == "passphrase-wrong"


def test_a_first_line_that_names_another_key_is_noticed_before_it_signs(tmp_path: Path) -> None:
    encrypted(tmp_path / "k.pem")
    text = (tmp_path / "k.pem").read_bytes()
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex().encode()
    write_secret(tmp_path / "j.pem", b"ocop-public: " + other + text[text.index(b"\n") :])
    with pytest.raises(KeyFileError) as found:
        load_key(tmp_path / "j.pem", lambda _: PHRASE.encode()).unlock()
    assert found.value.code == "key-swapped"


def test_encrypt_and_decrypt_give_the_same_file_back(tmp_path: Path, phrase: Path) -> None:
    folder = told_folder(tmp_path / "so")
    path = folder / "keys" / f"{FARM}.station.pem"
    before = path.read_bytes()
    given = ("--dir", folder, "--passphrase-file", phrase)
    ocop("keys", "encrypt", f"{FARM}.station", *given)
    assert b"ENCRYPTED" in path.read_bytes() and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.glob("*.new")] == []
    assert "encrypted already" in refused("keys", "encrypt", f"{FARM}.station", *given)
    ocop("keys", "decrypt", f"{FARM}.station", *given)
    assert path.read_bytes() == before
    assert "is not encrypted" in refused("keys", "decrypt", f"{FARM}.station", *given)


def test_with_encrypted_keys_everything_can_be_read_and_nothing_signed(
    tmp_path: Path, phrase: Path
) -> None:
    folder = told_folder(tmp_path / "so")
    for name in (f"{FARM}.station", f"{FARM}.admin", "root"):
        ocop("keys", "encrypt", name, "--dir", folder, "--passphrase-file", phrase)
    entries = data("audit", "--dir", folder)["entries"]
    assert keys_of(folder)[f"{FARM}.station"]["ended"] is None
    found = json.loads(ocop("doctor", "--dir", folder, "--json", status=1))
    assert "key-unusable" not in json.dumps(found)
    retire = ("keys", "retire", f"{FARM}.station", "--dir", folder)
    assert "--passphrase-file" in refused(*retire)
    assert data("audit", "--dir", folder)["entries"] == entries
    ocop(*retire, "--passphrase-file", phrase)
    assert data("audit", "--dir", folder)["entries"] == entries + 1


def test_a_server_that_could_not_sign_does_not_start_and_one_that_can_does(
    tmp_path: Path, phrase: Path
) -> None:
    folder = told_folder(tmp_path / "so")
    ocop("keys", "encrypt", f"{FARM}.station", "--dir", folder, "--passphrase-file", phrase)
    words = [sys.executable, "-m", "api.commands.main", "serve", "--port", "0", "--lang", "en"]
    process = subprocess.Popen(
        [*words, "--dir", str(folder)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        _, told = process.communicate(timeout=30)
        assert process.returncode == 2 and "--passphrase-file" in told
    finally:
        process.kill()
        process.wait(5)
    process = subprocess.Popen(
        [*words, "--dir", str(folder), "--passphrase-file", str(phrase)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        assert "Serving at" in process.stderr.readline()
        process.terminate()
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait(5)


def test_a_passphrase_file_that_others_can_read_or_that_is_empty_is_refused(
    tmp_path: Path, phrase: Path
) -> None:
    folder = told_folder(tmp_path / "so")
    words = ("keys", "encrypt", f"{FARM}.station", "--dir", folder, "--passphrase-file")
    phrase.chmod(0o644)
    assert "can be read by others" in refused(*words, phrase)
    write_secret(tmp_path / "empty", b"\nsecond line\n")
    assert "begins with no passphrase" in refused(*words, tmp_path / "empty")
    write_secret(tmp_path / "short", b"chuoi\n")
    assert "shorter than 12" in refused(*words, tmp_path / "short")


def test_the_logs_key_is_not_encrypted_since_it_seals_alone(tmp_path: Path, phrase: Path) -> None:
    folder = told_folder(tmp_path / "so")
    given = ("--dir", folder, "--passphrase-file", phrase)
    assert "seals every second" in refused("keys", "encrypt", "log", *given)


def test_a_descriptor_is_read_like_a_file(tmp_path: Path) -> None:
    folder = told_folder(tmp_path / "so")
    reading, writing = os.pipe()
    try:
        os.write(writing, PHRASE.encode() + b"\n")
        os.close(writing)
        given = ("--dir", str(folder), "--passphrase-file", f"/dev/fd/{reading}")
        done = subprocess.run(
            [sys.executable, "-m", "api.commands.main", "keys", "encrypt", f"{FARM}.admin", *given],
            cwd=ROOT, pass_fds=[reading], capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(reading)
    assert done.returncode == 0, done.stderr
    assert b"ENCRYPTED" in (folder / "keys" / f"{FARM}.admin.pem").read_bytes()


def on_terminal(words: list[str], answers: list[str]) -> str:
    """Run a command on a terminal, answering one line at each prompt for a passphrase."""
    near, far = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "api.commands.main", *words],
        cwd=ROOT, stdin=far, stdout=far, stderr=far, start_new_session=True,
    )  # fmt: skip
    os.close(far)
    shown, answered, until = b"", 0, time.monotonic() + 60
    try:
        while time.monotonic() < until:
            if not select.select([near], [], [], 0.1)[0]:
                if process.poll() is not None:
                    break
                continue
            try:
                shown += os.read(near, 4096)
            except OSError:  # the terminal's other end was closed
                break
            prompts = shown.count(b"passphrase: ") + shown.count(b"again: ")
            if prompts > answered and answered < len(answers):
                os.write(near, answers[answered].encode() + b"\n")
                answered += 1
        assert process.wait(timeout=20) == 0, shown.decode()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(5)
        os.close(near)
    assert answered == len(answers), shown.decode()
    return shown.decode()


def test_on_a_terminal_the_passphrase_is_asked_for_and_never_shown(tmp_path: Path) -> None:
    folder = told_folder(tmp_path / "so")
    given = ["--dir", str(folder), "--lang", "en"]
    shown = on_terminal(["keys", "encrypt", f"{FARM}.station", *given], [PHRASE, PHRASE])
    assert PHRASE not in shown
    assert b"ENCRYPTED" in (folder / "keys" / f"{FARM}.station.pem").read_bytes()
    for name in ("demo.csv", "demo.setup.json"):
        shutil.copy(DEMO / name, tmp_path)
    shown = on_terminal(["keys", "decrypt", f"{FARM}.station", *given], [PHRASE])
    assert PHRASE not in shown and "is open again" in shown


def test_recording_asks_for_the_passphrase_when_it_signs(tmp_path: Path, phrase: Path) -> None:
    folder = tmp_path / "so"
    ocop("init", "--dir", folder)
    for name in ("demo.csv", "demo.setup.json"):
        shutil.copy(DEMO / name, tmp_path)
    diary = tmp_path / "demo.csv"
    lines = diary.read_text(encoding="utf-8").splitlines(keepends=True)
    diary.write_text("".join(lines[:2]), encoding="utf-8")
    ocop("record", diary, "--dir", folder)
    ocop("keys", "encrypt", "HTX-NL.station", "--dir", folder, "--passphrase-file", phrase)
    diary.write_text("".join(lines[:3]), encoding="utf-8")
    told = data("record", diary, "--dir", folder, "--passphrase-file", phrase)
    assert (told["recorded"], len(told["known"])) == (1, 1)
    diary.write_text("".join(lines[:4]), encoding="utf-8")
    shown = on_terminal(["record", str(diary), "--dir", str(folder), "--lang", "en"], [PHRASE])
    assert "1 recorded" in shown and PHRASE not in shown
