"""A station's folder with a private text and its backup, and the commands that keep it."""

from __future__ import annotations

from pathlib import Path

from api.bootstrap import Services
from api.keeping.backup import back_up
from tests.station_sync.scene import BIEN, SON, Hub, harvest, joined, say, station, sync


def note(services: Services, text: str, code: str) -> str:
    """Receive a lot from a farmer with a name; the digest that stands in the ledger."""
    digest = services.notes.keep(text)
    body = {
        "lot": {"item": f"{BIEN}/che", "code": code},
        "quantity": {"value": "5", "unit": "kg"},
        "site": "XUONG",
        "from": {"kind": "household", "digest": digest},
    }
    say(services, "received", SON, body)
    return digest


def backed_up(hub: Hub, room: Path) -> tuple[Path, str]:
    """A station with a private text and two statements of which one is not sent; its backup."""
    joined(room / "son", hub, SON)
    with station(room / "son") as son:
        sync(son)
        digest = note(son, "Hộ 07 (Phượng)", "B-1")
        sync(son)
        harvest(son, SON, "B-2")
        back_up(son, room / "son.ocop")
    return room / "son.ocop", digest
