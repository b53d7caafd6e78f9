"""`hub.json`: whose station a folder is. Beside it lies `trust.json`, the hub's trust file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from api.keeping.memory import sync_folder, write_durably
from api.station.errors import StationError

HUB_FILE = "hub.json"
STATE_FILE = "station.db"
JOINING_KEY = "joining.pem"


@dataclass(frozen=True, slots=True)
class Joined:
    """Address of the hub, this station's key id (hex) and party.

    With `witnessed` nothing is taken from the hub under a checkpoint that lacks the quorum of
    `trust.json`.
    """

    address: str
    keyid: str
    party: str
    witnessed: bool = False

    def seal_origin(self, origin: str) -> str:
        """Name of the private log that seals this folder, under the hub's own."""
        return f"{origin}/tram/{self.keyid[:8]}"

    def save(self, folder: Path) -> None:
        """Write the file whole or not at all, durably."""
        write_durably(folder / HUB_FILE, (json.dumps(asdict(self), indent=1) + "\n").encode())
        sync_folder(folder)


def refuse_copy_of_station(folder: Path) -> None:
    """Raise for a station's folder: a copy that goes on beside it would freeze both.

    Raises:
        StationError: `no-copies`, `hub-file`.
    """
    joined = joined_of(folder)
    if joined is not None:
        raise StationError("no-copies", path=folder, address=joined.address)


def joined_of(folder: Path) -> Joined | None:
    """Whose station the folder is; None for a ledger of its own.

    Raises:
        StationError: `hub-file`.
    """
    path = folder / HUB_FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Joined(
            str(found["address"]),
            bytes.fromhex(found["keyid"]).hex(),
            str(found["party"]),
            bool(found.get("witnessed", False)),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise StationError("hub-file", path=path, why=type(wrong).__name__) from wrong
