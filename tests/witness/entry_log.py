"""A log of any entries, sealed by any key and served as tiles: what a lying hub could publish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.verify.merkle import leaf_hash, new_complete_nodes
from tests.witness.room import BareLog

_TILE = re.compile(r"/tile/(entries|\d+)/((?:x\d{3}/)*\d{3})(?:\.p/(\d+))?")


class EntryLog(BareLog):
    """Entries in an order, under checkpoints of the log's own key."""

    def __init__(self, origin: str, key: Ed25519PrivateKey, entries: Sequence[bytes]) -> None:
        super().__init__(origin, key)
        self.entries: list[bytes] = []
        self.served: dict[int, bytes] = {}
        """Entries that are served otherwise than they were sealed, by index."""
        self.asked: list[str] = []
        self.away = False
        self.add(entries)

    def add(self, entries: Sequence[bytes]) -> str:
        """Seal more entries; returns the new checkpoint."""
        for raw in entries:
            index = self.tree.size
            self.entries.append(raw)
            hashes = self.tree.append(leaf_hash(raw))
            for level, one in zip(new_complete_nodes(index), hashes, strict=True):
                self.nodes[level, index >> level] = one
        return self.checkpoint()

    def read(self, path: str) -> bytes | None:
        """What stands below /log, None where nothing does."""
        if path == "/checkpoint":
            return self.checkpoint().encode()
        found = _TILE.fullmatch(path)
        if found is None:
            return None
        number = int(found.group(2).replace("x", "").replace("/", ""))
        first, width = number * 256, int(found.group(3) or 256)
        if found.group(1) == "entries":
            if first + width > len(self.entries):
                return None
            some = [self.served.get(n, self.entries[n]) for n in range(first, first + width)]
            return b"".join(len(raw).to_bytes(2, "big") + raw for raw in some)
        level = 8 * int(found.group(1))
        hashes = [self.nodes.get((level, n)) for n in range(first, first + width)]
        return None if None in hashes else b"".join(one for one in hashes if one is not None)

    @contextmanager
    def on_the_web(self) -> Iterator[str]:
        """Address of the log until the block ends."""
        log = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.removeprefix("/log")
                log.asked.append(path)
                body = None if log.away else log.read(path)
                self.send_response(404 if body is None else 200)
                self.send_header("content-length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
                del format, args

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/log"
        finally:
            server.shutdown()
            server.server_close()
            thread.join(10)
