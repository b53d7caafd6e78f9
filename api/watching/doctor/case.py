"""What every check may look at: the folder, its settings, its store, the clock."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from api.settings import Settings
from api.stores import has_ledger, open_store
from api.watching.rights import Room, disk_room
from api.watching.running import Running, RunningFile
from api.watching.server_state import ServerProbe
from ledger.errors import LedgerError
from ledger.store.seam import LedgerStore


def wall_clock() -> dt.datetime:
    """The machine's clock."""
    return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class Case:
    """One folder under examination. What cannot be opened raises each time it is asked for, without
    being tried again: a server that hangs is waited for once, not by every check.

    `pause` waits a number of seconds: some things are only wrong when they stay so. `room` gives
    (all, free) bytes of the disk that a path is on.
    """

    folder: Path
    now: Callable[[], dt.datetime] = wall_clock
    pause: Callable[[float], None] = time.sleep
    room: Room = disk_room
    _store: LedgerStore | None = field(default=None, repr=False)
    _store_wrong: Exception | None = field(default=None, repr=False)
    _probe: ServerProbe | None = field(default=None, repr=False)
    _server_away: bool = field(default=False, repr=False)
    lacking: bool = False
    """Whether a check since it was last set back lacked the store or the server it looks at."""

    def settings(self) -> Settings:
        """DoorError when there are none."""
        return Settings.load(self.folder / "settings.json")

    def settings_or_none(self) -> Settings | None:
        """None when they cannot be read, which another check says."""
        try:
            return self.settings()
        except Exception:  # whatever is in the file
            return None

    def store(self) -> LedgerStore:
        """The store, opened once. Refusal when it cannot be."""
        if self._store_wrong is not None:
            raise self._store_wrong
        if self._store is None:
            try:
                if not has_ledger(self.folder) and not (self.folder / "keys").exists():
                    raise LedgerError("store-missing", path=self.folder)
                self._store = open_store(self.folder, self.settings())
            except Exception as wrong:
                self._store_wrong = wrong
                raise
        return self._store

    def store_or_none(self) -> LedgerStore | None:
        """None when it cannot be opened, which another check says."""
        try:
            return self.store()
        except Exception:  # each check stands alone
            self.lacking = True
            return None

    def probe(self) -> ServerProbe | None:
        """A way to ask the database server; None for a ledger in a file, or once it is away."""
        settings = self.settings_or_none()
        if self._server_away or settings is None or settings.database is None:
            self.lacking |= self._server_away
            return None
        if self._probe is None:
            self._probe = ServerProbe(settings.database, self.folder / "keys" / "pgpass")
        return self._probe

    def server_is_away(self) -> None:
        """It did not answer: no later check asks it again."""
        self._server_away = True

    def alive(self) -> list[Running]:
        """Processes of this folder that run now, by its own clock."""
        file = RunningFile(self.folder, lambda: self.now().timestamp())
        return file.alive() if self.folder.is_dir() else []

    def close(self) -> None:
        """Let go of everything."""
        if self._store is not None:
            self._store.close()
        if self._probe is not None:
            self._probe.close()
