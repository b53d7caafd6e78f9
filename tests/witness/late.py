"""A witness that starts late, on the port that a policy names already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.bootstrap import Services
from api.commands.serve import listen
from api.witness.app import serving, witness_app
from api.witness.cosigner import Witness
from api.witness.folder import opened_witness
from tests.witness.hub import log_of
from tests.witness.room import NOW


@contextmanager
def witness_on_port(folder: Path, services: Services, port: int) -> Iterator[None]:
    """The witness of a folder at `port`, knowing the hub's log."""
    with opened_witness(folder, "witness") as own:
        own.store.add_log(log_of(services))
        witness = Witness(own.store, own.signer.private, lambda: NOW)
        with serving(witness_app(witness, own.vkey.format()), listen("127.0.0.1", port)):
            yield
