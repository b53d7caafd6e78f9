"""Hubs that speak TLS on real sockets, and somebody in between with a certificate of his own."""

from __future__ import annotations

import datetime as dt
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from api.bootstrap import open_folder
from api.commands.serve import listen, serving
from api.hub.certificate import make_certificate, own_certificate, server_context
from api.station_wire.ticket import Ticket, fingerprint_of
from tests.station_sync.scene import Hub

NOW = dt.datetime.now(dt.UTC)
_PATIENCE = 20.0


class TlsHub(Hub):
    """A hub with a certificate of its own, on a port of 127.0.0.1."""

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def pin(self) -> str:
        """What its tickets name."""
        found = own_certificate(self.services.folder)
        assert found is not None
        return found.pin

    def ticket(self, party: str) -> Ticket:
        """A new ticket, as `ocop station invite` prints it for a name of the certificate."""
        now = int(self.services.now().timestamp())
        code, _ = self.services.hub.tickets.invite(party, 1, now)
        return Ticket(self.address, code, fingerprint_of(self.services.trust_file()), self.pin)


@contextmanager
def running_tls_hub(
    folder: Path, port: int = 0, context: ssl.SSLContext | None = None
) -> Iterator[TlsHub]:
    """Serve a hub's folder with its own certificate, or in another `context`."""
    own = own_certificate(folder) or make_certificate(folder, ["127.0.0.1"], NOW)
    speaks = server_context(own.path, own.key_path) if context is None else context
    services = open_folder(folder)
    try:
        with listen("127.0.0.1", port) as listener, serving(services, listener, speaks):
            yield TlsHub(services, listener.getsockname()[1])
    finally:
        services.close()


class ManInTheMiddle:
    """Answers in a hub's place with a certificate of the same names, and passes on what he reads.

    `heard` is every byte of a request that he could read.
    """

    def __init__(self, folder: Path, hub_port: int, port: int = 0) -> None:
        folder.mkdir(exist_ok=True)
        own = make_certificate(folder, ["127.0.0.1"], NOW)
        self.pin = own.pin
        self.heard = b""
        self.shaken = 0
        self._hub_port = hub_port
        self._context = server_context(own.path, own.key_path)
        self._listener = listen("127.0.0.1", port)
        self.port: int = self._listener.getsockname()[1]
        self._stopped = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Go away."""
        self._stopped = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while not self._stopped:
            with suppress(OSError):
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(_PATIENCE)
        with suppress(OSError), self._context.wrap_socket(client, server_side=True) as inside:
            self.shaken += 1
            there = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            there.check_hostname, there.verify_mode = False, ssl.CERT_NONE
            plain = socket.create_connection(("127.0.0.1", self._hub_port), _PATIENCE)
            with plain, there.wrap_socket(plain) as hub:
                while request := self._request(inside):
                    hub.sendall(request)
                    inside.sendall(_message(hub))

    def _request(self, inside: socket.socket) -> bytes:
        whole = _message(inside)
        self.heard += whole
        return whole


def _message(side: socket.socket) -> bytes:
    """One whole message of HTTP with a Content-Length, or b"" at the end."""
    found = b""
    while b"\r\n\r\n" not in found:
        part = side.recv(65536)
        if not part:
            return b""
        found += part
    head, _, body = found.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while len(body) < int(length[1] if length else 0) and (part := side.recv(65536)):
        body += part
    return head + b"\r\n\r\n" + body


@contextmanager
def man_in_the_middle(folder: Path, hub_port: int, port: int = 0) -> Iterator[ManInTheMiddle]:
    """Somebody between, until the block ends."""
    made = ManInTheMiddle(folder, hub_port, port)
    try:
        yield made
    finally:
        made.close()


def vouched_context(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """What a server with an authority's certificate speaks, and the authority's own certificate."""
    authority, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    def begun(of: x509.Name) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(of)
            .issuer_name(issuer)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - dt.timedelta(days=1))
            .not_valid_after(NOW + dt.timedelta(days=90))
        )

    root = (
        begun(issuer)
        .public_key(authority.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority, SHA256())
    )
    leaf = (
        begun(subject)
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(authority, SHA256())
    )
    paths = folder / "authority.pem", folder / "leaf.pem", folder / "leaf.key"
    paths[0].write_bytes(root.public_bytes(Encoding.PEM))
    paths[1].write_bytes(leaf.public_bytes(Encoding.PEM))
    paths[2].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return server_context(paths[1], paths[2]), paths[0]
