"""A log whose certificate is its own: the auditor is told that, not that the machine is silent."""

from __future__ import annotations

import datetime as dt
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from api.hub.certificate import make_certificate, server_context
from api.witness.fetching import Fetcher, FetchFailed


def test_an_own_certificate_is_named_as_the_reason_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    make_certificate(tmp_path, ["127.0.0.1"], dt.datetime.now(dt.UTC))
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = server_context(tmp_path / "keys" / "tls.crt", tmp_path / "keys" / "tls.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    fetcher = Fetcher()
    try:
        with pytest.raises(FetchFailed) as refused:
            fetcher.get(f"https://127.0.0.1:{server.server_address[1]}/log/checkpoint", seconds=10)
        assert refused.value.code == "certificate-refused"
        assert "self-signed certificate" in refused.value.say("en")
        assert "http://" in refused.value.say("vi")
        server.shutdown()
        server.server_close()
        with pytest.raises(FetchFailed) as silent:
            fetcher.get(f"https://127.0.0.1:{server.server_address[1]}/", seconds=10)
        assert silent.value.code == "no-answer"
    finally:
        fetcher.close()
        server.shutdown()
        server.server_close()
        thread.join(10)
