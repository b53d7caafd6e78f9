"""Passphrases of encrypted key files: from a file or a terminal, never from words or environment.

Both of those can be read by other users of the machine while the program runs.
"""

from __future__ import annotations

import getpass
import sys
import threading
from pathlib import Path

from api.keys.errors import KeysError
from ledger.key_errors import KeyFileError
from ledger.signing import read_secret

LEAST_CHARACTERS = 12
_MOST_BYTES = 1024


class Passphrases:
    """Answers what opens a key file. One for the process: a person is asked once for each file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._from_file: bytes | None = None
        self._typed: dict[str, bytes] = {}  # by file name: a rehearsal has copies of the files

    def use_file(self, path: Path | None) -> None:
        """From now on take the passphrase from the first line of a file or descriptor, read once.

        None: ask for it. What was known before is forgotten.

        Raises:
            LedgerError: `key-open`, `key-missing`, ...: it cannot be read, or others can read it.
            KeysError: `passphrase-empty`.
        """
        self._from_file = None
        self._typed.clear()
        if path is None:
            return
        found = read_secret(path)[: _MOST_BYTES + 1].partition(b"\n")[0].removesuffix(b"\r")
        if not 1 <= len(found) <= _MOST_BYTES:
            raise KeysError("passphrase-empty", path=path)
        self._from_file = found

    def __call__(self, path: Path) -> bytes:
        """The passphrase of one key file. KeyFileError `key-locked` when nobody can be asked."""
        with self._lock:
            if self._from_file is not None:
                return self._from_file
            if path.name not in self._typed:
                if not on_terminal():
                    raise KeyFileError("key-locked", path=path)
                self._typed[path.name] = _typed(f"{path.name} - mật khẩu / passphrase: ")
            return self._typed[path.name]

    def chosen(self, path: Path) -> bytes:
        """A new passphrase for a file: from `use_file`, or typed twice.

        Raises:
            KeyFileError: `key-locked`.
            KeysError: `passphrase-short`, `passphrase-differs`.
        """
        found = self._from_file
        if found is None:
            if not on_terminal():
                raise KeyFileError("key-locked", path=path)
            found = _typed(f"{path.name} - mật khẩu mới / new passphrase: ")
            if found != _typed("gõ lại / again: "):
                raise KeysError("passphrase-differs")
        if len(found.decode("utf-8", "replace")) < LEAST_CHARACTERS:
            raise KeysError("passphrase-short", least=LEAST_CHARACTERS)
        return found


def on_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def _typed(prompt: str) -> bytes:
    return getpass.getpass(prompt).encode("utf-8")


asked = Passphrases()
"""The process's own: whoever opens a folder takes passphrases from here."""
