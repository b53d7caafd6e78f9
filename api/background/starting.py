"""Opening the ledger for a process that lives long: a database that is away is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from api.background.telling import Teller
from api.bootstrap import Services, open_folder
from ledger.errors import LedgerError

_AWAY = frozenset({"store-unreachable", "store-unwritable"})
_PAUSE = 0.5


@contextmanager
def opened_patiently(folder: Path, stop: Event) -> Iterator[Services | None]:
    """The folder's services, neither sealed nor projected; None when `stop` was set before.

    Raises:
        Refusal: whatever waiting will not mend: no ledger, no keys, a newer schema.
    """
    services = _open(folder, stop)
    try:
        yield services
    finally:
        if services is not None:
            services.close()


def _open(folder: Path, stop: Event) -> Services | None:
    teller = Teller("opening")
    while not stop.is_set():
        try:
            services = open_folder(folder, settle=False)
        except LedgerError as wrong:
            if wrong.code not in _AWAY:
                raise
            teller.trouble(wrong)
            stop.wait(_PAUSE)
        else:
            teller.well()
            return services
    return None
