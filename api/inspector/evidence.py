"""A lot's evidence at one moment: the signed file, what the verifier says of it, and its digest.

The printed report and the file belong together by the digest that the report bears; made one after
the other they may differ, for the ledger goes on, so they are made at once and given together, too.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Final

from api.inspector.errors import InspectorRefused
from api.routes.services import Services
from ledger.verify.checklist import verify_bundle
from ledger.verify.graph import Lot
from ledger.verify.report import Report
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal

_DAY: Final = (2000, 1, 1, 0, 0, 0)  # of every file in a parcel: the same evidence, the same bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signed file with its SHA-256 (hex), the checkpoint in it, the trust file, the verdict."""

    bundle: bytes
    digest: str
    checkpoint: str
    trust: bytes
    report: Report


def evidence_of(services: Services, lot: Lot) -> Evidence | None:
    """The evidence of a lot; None for an unknown one.

    Raises:
        InspectorRefused: `bundle-not-made`, with the reason.
    """
    try:
        bundle = services.bundle(*lot)
        trust = services.trust()
    except Refusal as refused:
        raise InspectorRefused(
            "bundle-not-made", lot=lot[1], why=refused.say("en"), why_vi=refused.say("vi")
        ) from refused
    if bundle is None:
        return None
    report = verify_bundle(bundle, Trust.parse(trust), now=services.now())
    digest = hashlib.sha256(bundle).hexdigest()
    return Evidence(bundle, digest, str(json.loads(bundle)["checkpoint"]), trust, report)


def file_name(lot: Lot, end: str) -> str:
    """A name that every system takes: `lot-08938501000125-L01.pdf`."""
    plain = "".join(c if c.isalnum() and c.isascii() else "-" for c in "-".join(lot))
    return f"lot-{plain}{end}"


def parcel(files: dict[str, bytes]) -> bytes:
    """A ZIP of the files in their order; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, _DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            member.create_system = 3
            box.writestr(member, content)
    return made.getvalue()
