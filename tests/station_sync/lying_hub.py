"""A hub that changes what it answers: a relay of real sockets before a true one."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Change = Callable[[dict[str, Any]], Any]


@contextmanager
def lying_hub(port: int, change: Change, *, path: str = "pull") -> Iterator[str]:
    """The address of a relay to the hub on `port` that changes answers of one kind.

    A changed answer with a member `status` is a problem of that status.
    """

    class Relay(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            body = self.rfile.read(int(self.headers["content-length"]))
            hub = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                hub.request("POST", self.path, body, dict(self.headers.items()))
                answer = hub.getresponse()
                raw, status = answer.read(), answer.status
                kind = answer.getheader("content-type") or ""
                if answer.getheader("content-encoding") == "gzip":
                    raw = gzip.decompress(raw)
            finally:
                hub.close()
            if self.path.endswith(path) and status == 200:
                changed = change(json.loads(raw))
                status = changed.get("status", status) if isinstance(changed, dict) else status
                raw = json.dumps(changed).encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
