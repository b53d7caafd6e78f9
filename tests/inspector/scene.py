"""The small ledger with names as people have them, certificates, and an authority on the hub."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from api.bootstrap import Services, enrol_party, open_folder
from ledger.domain.drafts import Draft
from tests.store import places, small_ledger
from tests.store.small_ledger import FARM, GTIN, SETUP, clock

AUTHORITY = "CC-QLCL"
HOLDING = "CT-VO-DANH"
GROWING_AREA = "VN-BTPH-036"
VIETGAP = "VietGAP-TT-13-09-68-0096"
OCOP = "1432/QĐ-UBND"


def found(folder: Path) -> Services:
    """The told story with an authority; the caller closes it."""
    return open_folder(places.copy_of(_made(places.chosen()), folder), clock)


@cache
def _made(store: str) -> Path:
    room = Path(tempfile.mkdtemp(prefix="ocop-kiem-tra-"))
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    with places.ledgers_on(store):
        services = small_ledger.told(room / "so")
    for code, kind, name in (
        (AUTHORITY, "authority", "Chi cục Quản lý chất lượng tỉnh Quảng Ninh"),
        (HOLDING, "company", "Công ty Vô Danh"),
    ):
        body = {"code": code, "kind": kind, "name": name}
        services.station.record(Draft("party-registered", "LEDGER", SETUP, body))
    enrol_party(services, AUTHORITY)
    said: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            "site-registered",
            {
                "code": "VT-01",
                "kind": "growing-area",
                "name": "Vườn chuối Miền Đông",
                "growing_area_code": GROWING_AREA,
            },
        ),
        (
            "certificate-recorded",
            {
                "kind": "vietgap",
                "number": VIETGAP,
                "issuer": "Trung tâm Chứng nhận",
                "subject": f"site:{FARM}/VT-01",
                "valid_from": "2025-01-01",
                "valid_to": "2026-09-05",
            },
        ),
        (
            "certificate-recorded",
            {
                "kind": "ocop",
                "number": OCOP,
                "issuer": "UBND tỉnh",
                "subject": f"product:{GTIN}",
                "valid_from": "2024-03-01",
                "valid_to": "2027-02-28",
                "stars": 4,
            },
        ),
    )
    for kind, registered in said:
        services.station.record(Draft(kind, FARM, SETUP, registered))
    services.commit_index()
    services.close()
    return room / "so"
