"""The pin of a TLS key: by it a station knows its hub where no public authority vouches for it."""

from __future__ import annotations

import hashlib
import re
from typing import Final

PIN: Final = re.compile(r"[0-9a-f]{32}")


def pin_of(certificate: bytes) -> str:
    """The first 32 hex digits of SHA-256 over the SubjectPublicKeyInfo of a DER certificate.

    Of the key and not of the certificate, so that names and dates may be renewed without a visit to
    every shed. 128 bits: to find another key of one pin is as hard as to break a key of P-256.

    Raises:
        ValueError: not a certificate.
    """
    # Read here: every command looks at pins in files, few at certificates.
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_der_x509_certificate(certificate).public_key()
    shown = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(shown).hexdigest()[:32]
