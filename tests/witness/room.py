"""Witnesses on real sockets, and a log of bare leaves to bring to them."""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.commands.serve import listen
from api.witness.app import serving, witness_app
from api.witness.cosigner import Examine, Witness
from api.witness.folder import WitnessFolder, make_witness, opened_witness
from api.witness.protocol import AddCheckpoint
from api.witness.store import Log
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.merkle import CompactRange, consistency_proof, leaf_hash, new_complete_nodes
from ledger.verify.note import NoteKey, sign_note
from ledger.verify.signature import PublicKey

NOW = 1_795_000_000


@dataclass(frozen=True)
class Reply:
    """What came back over the wire."""

    status: int
    kind: str
    body: str


class Served:
    """One witness at an address."""

    def __init__(self, own: WitnessFolder, port: int) -> None:
        self.own = own
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def post(self, body: bytes, path: str = "/add-checkpoint") -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", path, body)
            answer = connection.getresponse()
            kind = answer.getheader("content-type") or ""
            return Reply(answer.status, kind, answer.read().decode())
        finally:
            connection.close()


def made(folder: Path, name: str = "example.com/witness", kind: str = "witness") -> Path:
    """A new witness in a folder of its own."""
    make_witness(folder, name, kind)
    return folder


@contextmanager
def witness_at(
    folder: Path, *logs: Log, examine: Examine | None = None, kind: str = "witness", now: int = NOW
) -> Iterator[Served]:
    """The witness of a folder, answering on a port of its own."""
    with opened_witness(folder, kind) as own:
        for log in logs:
            own.store.add_log(log)
        listener = listen("127.0.0.1", 0)
        port = listener.getsockname()[1]
        witness = Witness(own.store, own.signer.private, lambda: now, examine)
        with serving(witness_app(witness, own.vkey.format()), listener):
            yield Served(own, port)


@dataclass
class BareLog:
    """A log of leaves without meaning, signed by a key of its own."""

    origin: str = "log.example/bare"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    tree: CompactRange = field(default_factory=CompactRange)

    @property
    def vkey(self) -> NoteKey:
        return NoteKey(self.origin, PublicKey(self.key.public_key().public_bytes_raw()))

    @property
    def log(self) -> Log:
        return Log(self.origin, self.vkey)

    def twin(self) -> BareLog:
        """Another log of the same name and key, from the beginning."""
        return BareLog(self.origin, self.key)

    def grow(self, count: int, salt: str = "") -> str:
        """Append leaves; returns the new checkpoint."""
        for _ in range(count):
            index = self.tree.size
            hashes = self.tree.append(leaf_hash(f"{salt}{index}".encode()))
            for level, one in zip(new_complete_nodes(index), hashes, strict=True):
                self.nodes[level, index >> level] = one
        return self.checkpoint()

    def checkpoint(self) -> str:
        head = Checkpoint(self.origin, self.tree.size, self.tree.root())
        return sign_note(head.format(), self.origin, self.key)

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def request(self, old: int, note: str | None = None, size: int | None = None) -> bytes:
        """An add-checkpoint body with the right proof from `old`."""
        whole = self.tree.size if size is None else size
        proof = consistency_proof(old, whole, self.node) if 0 < old < whole else []
        return AddCheckpoint(old, tuple(proof), note or self.checkpoint()).format()


def digest(text: str) -> bytes:
    """Some 32 bytes."""
    return hashlib.sha256(text.encode()).digest()
