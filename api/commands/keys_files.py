"""`ocop keys make`, `request`, `encrypt`, `decrypt`, `paper`, `restore`: key files, no ledger needed."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.commands.words import choose, give, read_file, tell
from api.keys.errors import KeysError
from api.keys.looking import SHORT, key_path
from api.keys.paper import OnPaper, page, read_paper, typed_key
from api.keys.passphrases import asked, on_terminal
from api.keys.requests import KeyRequest
from api.settings import Settings
from ledger.key_files import SALT_BYTES, encrypted_pem, replace_secret
from ledger.signing import (
    Signer,
    is_encrypted,
    load_key,
    plain_pem,
    read_secret,
    save_key,
    write_secret,
)


def _new_file(path: Path) -> Path:
    if path.exists():
        raise KeysError("file-exists", path=path)
    return path


def _told(args: argparse.Namespace, signer: Signer, path: Path, english: str, viet: str) -> int:
    if args.json:
        give({"file": str(path), "keyid": signer.keyid.hex(), "public": signer.public.hex()})
        return 0
    tell(choose(args.lang, english, viet))
    print(f"{choose(args.lang, 'public key', 'khóa công khai')}: {signer.public.hex()}")
    print(f"{choose(args.lang, 'key id', 'mã khóa')}: {signer.keyid.hex()}")
    return 0


def run_make(args: argparse.Namespace) -> int:
    """A key file, by itself."""
    save_key(_new_file(args.file), Ed25519PrivateKey.generate())
    return _told(
        args,
        load_key(args.file),
        args.file,
        f"A new key is in {args.file}. Only its public key leaves this machine.",
        f"Khóa mới nằm trong {args.file}. Chỉ khóa công khai được rời máy này.",
    )


def run_request(args: argparse.Namespace) -> int:
    """The request of a key made here."""
    if (args.role == "station") != (args.tag is not None):
        raise KeysError("file-wrong", path=args.output, why="--tag: station / trạm")
    _new_file(args.output)
    if not args.file.exists():
        save_key(args.file, Ed25519PrivateKey.generate())
    signer = load_key(args.file, asked)
    request = KeyRequest.made(
        args.origin, signer, args.party, args.role, held=args.held, tag=args.tag
    )
    args.output.write_bytes(KeyRequest.read(request.format(), args.output).format())
    # Root keys that are elsewhere let an admin key in; an admin key that is elsewhere, a station's.
    asked_for = "root-request" if args.role == "admin" else "admin-request"
    return _told(
        args,
        signer,
        args.file,
        f"Take {args.output} to the ledger's machine, and there: ocop keys enrol, or ocop keys "
        f"{asked_for} --enrol where the key that lets it in is elsewhere. Compare the key id.",
        f"Đem {args.output} tới máy giữ sổ rồi chạy: ocop keys enrol, hoặc ocop keys {asked_for} "
        "--enrol nếu khóa cho phép nằm ở nơi khác. Hãy so mã khóa.",
    )


def run_encrypt(args: argparse.Namespace) -> int:
    """Put a passphrase on a key file."""
    path = key_path(args.dir, args.name)
    if path.stem == "log":
        raise KeysError("log-key-open")
    if is_encrypted(read_secret(path)):
        raise KeysError("already-encrypted", path=path)
    signer = load_key(path)
    replace_secret(
        path,
        encrypted_pem(
            signer.private, asked.chosen(path), os.urandom(SALT_BYTES), os.urandom(SALT_BYTES)
        ),
    )
    return _told(
        args,
        signer,
        path,
        f"{path} is encrypted. Nobody can open it without the passphrase: print the key on paper "
        "first (ocop keys paper). Backups made before still hold it open.",
        f"{path} đã được mã hóa. Quên mật khẩu thì không ai mở được: hãy in bản giấy (ocop keys "
        "paper). Bản sao lưu cũ vẫn chứa khóa chưa mã hóa.",
    )


def run_decrypt(args: argparse.Namespace) -> int:
    """Take the passphrase off."""
    path = key_path(args.dir, args.name)
    if not is_encrypted(read_secret(path)):
        raise KeysError("not-encrypted", path=path)
    signer = load_key(path, asked)
    replace_secret(path, plain_pem(signer.private))
    return _told(args, signer, path, f"{path} is open again.", f"{path} không còn mật khẩu.")


def run_paper(args: argparse.Namespace) -> int:
    """The page to print."""
    path = key_path(args.dir, args.name)
    signer = load_key(path, asked)
    rows = [
        ("mã khóa / key id", signer.keyid.hex()),
        ("khóa công khai / public key", signer.public.hex()),
    ]
    if args.dir is not None and (args.dir / "settings.json").exists():
        rows.append(("sổ / ledger", Settings.load(args.dir / "settings.json").origin))
    rows.append(("ngày in, người giữ / date, keeper", ""))
    write_secret(_new_file(args.output), page(signer.private, OnPaper(path.stem, tuple(rows))))
    return _told(
        args,
        signer,
        args.output,
        f"Open {args.output} in a browser, print it, try it out (ocop keys restore --dry-run), then "
        "delete the file: it is the key itself.",
        f"Hãy mở {args.output} bằng trình duyệt, in ra, thử lại (ocop keys restore --dry-run), rồi xóa "
        "tệp: đó chính là khóa.",
    )


def run_restore(args: argparse.Namespace) -> int:
    """A key file from paper, or whether the paper is good."""
    path = key_path(args.dir, args.name)
    if not args.dry_run:
        _new_file(path)
    if args.source is not None:
        private = read_paper(read_file(args.source), args.source)
    else:
        private = typed_key(_typed(args.lang))
    found = Signer.of(private)
    known = load_key(path, asked) if path.exists() else found
    if known.keyid != found.keyid:
        raise KeysError(
            "paper-other",
            found=found.keyid.hex()[:SHORT],
            name=args.name,
            expected=known.keyid.hex()[:SHORT],
        )
    if args.dry_run:
        return _told(
            args,
            found,
            path,
            "The paper is good; nothing was written.",
            "Bản giấy đọc được; chưa ghi gì.",
        )
    save_key(path, private)
    return _told(
        args,
        found,
        path,
        f"{path} is restored. Compare the key id with the paper's.",
        f"Đã khôi phục {path}. Hãy so mã khóa với trên giấy.",
    )


def _typed(lang: str) -> str:
    """Lines from the terminal until an empty one, or all of stdin."""
    if not on_terminal():
        return sys.stdin.read(10_000)
    tell(
        choose(
            lang,
            "Type the 14 groups, as many a line as you like; an empty line ends.",
            "Hãy gõ 14 nhóm chữ, mỗi dòng mấy nhóm cũng được; dòng trống để kết thúc.",
        )
    )
    return "".join(iter(lambda: sys.stdin.readline().strip(), ""))
