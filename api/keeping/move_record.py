"""`moving.json`: how far a move of this folder's ledger has come, so that a cut one can be settled.

A move is decided at one moment: when this file says so. Before it, the ledger is where it was and
everything made for the move is thrown away; after it, what is left to do is only renaming, which
whoever opens the folder next does (`cut_moves`). There is no moment with two ledgers to write to.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from api.errors import DoorError
from api.keeping.memory import sync_folder, write_durably

MOVING_FILE = "moving.json"
PART = "move.part"
"""The folder, below the one that is moved into, where everything new waits until it is decided."""

State = Literal["copying", "cut", "decided", "done"]
Kind = Literal["database", "file", "folder"]


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the ledger was and is now, for people; its size and root, the same in both.

    `still_open` names a database that this program's `role` could still write to, `passwords` is
    the file that holds that role's password.
    """

    size: int
    root: bytes
    before: str
    now: str
    still_open: str | None = None
    role: str | None = None
    passwords: Path | None = None


@dataclass(frozen=True, slots=True)
class MoveRecord:
    """One move of a folder's ledger.

    `to` is the database's place (host, port and name), the folder's own path, or the other
    folder's. `from_database` and `passwords` say whether the old and the new place has a password
    file, `new_folder` that `to` was made for the move, `new_role` that the database's role was.
    """

    state: State
    kind: Kind
    to: str
    from_database: bool
    new_folder: bool = False
    new_role: bool = False
    passwords: bool = False
    moved: Moved | None = None

    def part(self, folder: Path) -> Path:
        """Where what is new waits."""
        return (Path(self.to) if self.kind == "folder" else folder) / PART

    def save(self, folder: Path) -> None:
        """Write it whole or not at all, so that it outlives a power cut."""
        moved = None
        if self.moved is not None:
            found = {**asdict(self.moved), "root": self.moved.root.hex()}
            moved = {
                name: str(one) if isinstance(one, Path) else one for name, one in found.items()
            }
        said = {**asdict(replace(self, moved=None)), "moved": moved}
        write_durably(folder / MOVING_FILE, (json.dumps(said, indent=1) + "\n").encode())
        sync_folder(folder)

    @classmethod
    def load(cls, folder: Path) -> MoveRecord | None:
        """The folder's record, None when it has none. DoorError when it cannot be read."""
        path = folder / MOVING_FILE
        try:
            said = json.loads(path.read_bytes())
            moved = said.pop("moved")
            if moved is not None:
                passwords = moved.pop("passwords")
                root = bytes.fromhex(moved.pop("root"))
                kept = None if passwords is None else Path(passwords)
                said["moved"] = Moved(root=root, passwords=kept, **moved)
            found = cls(**said)
            if found.state not in get_args(State) or found.kind not in get_args(Kind):
                raise ValueError(found.state)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise DoorError("settings-wrong", path=path, why=type(wrong).__name__) from wrong
        return found


def forget(folder: Path) -> None:
    """Take the record away."""
    (folder / MOVING_FILE).unlink(missing_ok=True)
    sync_folder(folder)


def sync_tree(folder: Path) -> None:
    """Make every file and folder below `folder`, and itself, outlive a power cut."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
            continue
        with path.open("rb") as file:
            os.fsync(file.fileno())
    sync_folder(folder)
