"""`hub.json`: whose station a folder is. Beside it lies `trust.json`, the hub's trust file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from api.keeping.memory import sync_folder, write_durably
from api.station.errors import StationError
from api.station_wire.tls_pin import PIN

HUB_FILE = "hub.json"
STATE_FILE = "station.db"
JOINING_KEY = "joining.pem"
STOPPED = ("", "restored", "replaced")


@dataclass(frozen=True, slots=True)
class Joined:
    """Address of the hub, this station's key id (hex) and party.

    With `witnessed` nothing is taken from the hub under a checkpoint that lacks the quorum of
    `trust.json`. `pin` is that of the one TLS key that may answer at the address; with "" a public
    authority vouches for it. `stopped` is "", or the code of `Frozen` for which the folder only reads
    for good, whatever becomes of its state.
    """

    address: str
    keyid: str
    party: str
    witnessed: bool = False
    pin: str = ""
    stopped: str = ""

    def seal_origin(self, origin: str) -> str:
        """Name of the private log that seals this folder, under the hub's own."""
        return f"{origin}/tram/{self.keyid[:8]}"

    def save(self, folder: Path) -> None:
        """Write the file whole or not at all, durably."""
        write_durably(folder / HUB_FILE, (json.dumps(asdict(self), indent=1) + "\n").encode())
        sync_folder(folder)


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
            _pin(found.get("pin", "")),
            _stopped(found.get("stopped", "")),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise StationError("hub-file", path=path, why=type(wrong).__name__) from wrong


def _stopped(found: object) -> str:
    if found not in STOPPED:
        raise ValueError("stopped")
    return str(found)


def _pin(found: object) -> str:
    """A pin as it was written: one that is damaged must not become none."""
    if found != "" and not (isinstance(found, str) and PIN.fullmatch(found)):
        raise ValueError("pin")
    return found
