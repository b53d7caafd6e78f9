"""A hub's own TLS certificate, signed by nobody but itself, for networks without a public one.

Stations do not ask who signed it: their ticket names the key (`api/station_wire/tls_pin.py`). The
names in it are for browsers and for people who compare them.
"""

from __future__ import annotations

import datetime as dt
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from api.hub.certificate_errors import CertificateRefused
from api.keeping.memory import sync_folder, write_durably
from api.station_wire.tls_pin import pin_of
from ledger.signing import read_secret

# Not *.pem: such files of keys/ are signing keys. A backup takes them along.
KEY_FILE: Final = "tls.key"
CERTIFICATE_FILE: Final = "tls.crt"
DAYS: Final = 3650
OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")
"""In every certificate: whoever sits at the hub opens its pages by one of these."""
_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
# Of TLS 1.2, for old browsers: only what has forward secrecy and authenticates what it encrypts.
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
_MOST_NAMES: Final = 50


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """What `keys/tls.crt` says. `pin` is that of its key, `until` the end of its days."""

    path: Path
    key_path: Path
    names: tuple[str, ...]
    pin: str
    until: dt.datetime

    def covers(self, host: str) -> bool:
        """Whether a host of an address, without port and brackets, is one of its names."""
        return _plain(host) in self.names


def make_certificate(
    folder: Path, names: Sequence[str], now: dt.datetime, *, new_key: bool = False
) -> OwnCertificate:
    """Write a certificate with these names and the own machine's for 10 years.

    The key stays the same unless it is to be a `new_key`: stations know the hub by it.

    Raises:
        CertificateRefused: `name-wrong`.
        LedgerError: the key that is there cannot be read.
    """
    checked = tuple(dict.fromkeys([*map(_checked, names), *OWN_NAMES]))
    if len(names) > _MOST_NAMES:
        raise CertificateRefused("name-wrong", found=f"{len(names)} names")
    keys = folder / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    old = None if new_key else _key(keys / KEY_FILE)
    key = generate_private_key(SECP256R1()) if old is None else old
    if old is None:
        written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_durably(keys / KEY_FILE, written)
    write_durably(keys / CERTIFICATE_FILE, _signed(key, checked, now).public_bytes(Encoding.PEM))
    sync_folder(keys)
    made = own_certificate(folder)
    assert made is not None
    return made


def own_certificate(folder: Path) -> OwnCertificate | None:
    """The folder's own certificate; None when none was made.

    Raises:
        CertificateRefused: `certificate-unusable`.
    """
    path, key_path = folder / "keys" / CERTIFICATE_FILE, folder / "keys" / KEY_FILE
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        listed = tuple(str(one.value).lower() for one in names)
        pin = pin_of(found.public_bytes(Encoding.DER))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, x509.ExtensionNotFound) as wrong:
        raise CertificateRefused("certificate-unusable", path=path, why=_why(wrong)) from wrong
    return OwnCertificate(path, key_path, listed, pin, found.not_valid_after_utc)


def pin_for(folder: Path, url: str) -> str:
    """What a ticket to this address names: the own key where the own certificate is for its host.

    "" where it is not: then the host has a certificate that the world knows, at a proxy for example.

    Raises:
        CertificateRefused: `certificate-unusable`.
    """
    found = own_certificate(folder)
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:  # the ticket's own check says what is wrong with it
        return ""
    if found is None or parts.scheme != "https" or not found.covers(host):
        return ""
    return found.pin


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a server speaks TLS with: 1.2 at least, ciphers with forward secrecy only.

    Raises:
        CertificateRefused: `certificate-unusable`.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers(_CIPHERS)
    try:
        # An encrypted key would otherwise be asked for by OpenSSL itself, on the terminal.
        made.load_cert_chain(certificate, key, password=lambda: b"")
    except (OSError, ValueError) as wrong:
        raise CertificateRefused(
            "certificate-unusable", path=certificate, why=_why(wrong)
        ) from wrong
    return made


def _key(path: Path) -> EllipticCurvePrivateKey | None:
    """The key that is there; None when there is none.

    Raises:
        CertificateRefused: `certificate-unusable`.
        LedgerError: others can read it.
    """
    if not path.exists():
        return None
    try:
        found = load_pem_private_key(read_secret(path), None)
    except (ValueError, TypeError) as wrong:
        raise CertificateRefused("certificate-unusable", path=path, why=_why(wrong)) from wrong
    if not isinstance(found, EllipticCurvePrivateKey):
        raise CertificateRefused("certificate-unusable", path=path, why=type(found).__name__)
    return found


def _signed(
    key: EllipticCurvePrivateKey, names: Sequence[str], now: dt.datetime
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    listed = [_general(one) for one in names]
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of the sheds' machines are not always right.
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(listed), critical=False)
        # Whoever makes a device trust it trusts this machine, and no other that it would vouch for.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, SHA256())
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _plain(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        return host.lower()


def _checked(name: str) -> str:
    plain = _plain(name.strip().strip("[]"))
    try:
        ip_address(plain)
    except ValueError:
        if not _NAME.fullmatch(plain) or plain.replace(".", "").isdigit():
            raise CertificateRefused("name-wrong", found=name[:80]) from None
    return plain


def _why(wrong: Exception) -> str:
    return (str(getattr(wrong, "strerror", None) or wrong) or type(wrong).__name__)[:120]
