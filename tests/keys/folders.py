"""Ledger folders for the key commands, and the commands themselves in this process."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.store import small_ledger
from tests.test_commands import ocop as ocop_words

FARM, SHOP, ORIGIN = small_ledger.FARM, small_ledger.SHOP, small_ledger.ORIGIN
DEMO = Path(__file__).resolve().parents[2] / "api" / "demo_data"


def told_folder(folder: Path) -> Path:
    """A closed ledger with the farm's whole story; all keys are in it."""
    small_ledger.told(folder).close()
    return folder


def ocop(*words: object, status: int = 0) -> str:
    """Stdout of a command that must end with `status`; its stderr is told when it does not."""
    done = ocop_words(*words, "--lang", "en")
    assert done.returncode == status, (done.returncode, done.stderr)
    return done.stdout


def data(*words: object) -> Any:
    """A command's JSON."""
    return json.loads(ocop(*words, "--json"))


def refused(*words: object) -> str:
    """The one sentence of a command that is not done."""
    done = ocop_words(*words, "--lang", "en")
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    return done.stderr.strip()


def keys_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Every key of a ledger by its file's name, else by the first 16 digits of its id."""
    listed = data("keys", "list", "--dir", folder)["keys"]
    return {one["file"] or one["keyid"][:16]: one for one in listed}


def bytes_of(folder: Path) -> dict[str, str]:
    """Every file of a folder with its mode and the digest of its bytes."""
    return {
        path.relative_to(folder).as_posix(): f"{path.stat().st_mode:o} "
        + hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
