"""The table: which role may ask which route. Whatever is not in it is refused.

A role is what a request has shown: `machine` is a browser on the station's own machine, by its own
name, while no PIN is set; `station` is a request that an enrolled station's key has signed, which
the route itself checks. Until there is an administrator (and no PIN), the own machine counts as one.
"""

from __future__ import annotations

from typing import Final

ROLES: Final = (
    "anonymous",
    "operator",
    "manager",
    "inspector",
    "officer",
    "administrator",
    "station",
    "machine",
)
PEOPLE: Final = ("operator", "manager", "inspector", "officer", "administrator")
"""Roles that a person can be given."""
OF_A_PARTY: Final = frozenset({"operator", "manager"})
OF_AN_AUTHORITY: Final = frozenset({"inspector"})
"""Who may belong to a party, one of kind authority, and then order in its name."""
SEE_ALL: Final = frozenset({"inspector", "officer", "administrator", "machine"})
"""Who sees what parties do not show to the public."""

Roles = frozenset[str]
ANYBODY: Final[Roles] = frozenset(ROLES)
SIGNED_IN: Final[Roles] = frozenset(PEOPLE)
AT_THE_STATION: Final[Roles] = frozenset({"operator", "manager", "administrator", "machine"})
"""The pages of the station answer on its own machine only, whoever asks."""
CHOOSING: Final[Roles] = frozenset({"manager", "administrator"})
ANSWERING: Final[Roles] = frozenset({"manager", "inspector", "officer", "administrator"})
"""Who reads what people report of labels: a manager what concerns the own party."""
KEEPING: Final[Roles] = frozenset({"manager", "administrator", "machine"})
"""Who keeps registers, each of the parties that are theirs."""
OF_THE_PROGRAMME: Final[Roles] = frozenset({"inspector", "officer", "administrator"})
"""Who sees a whole province."""
ADMINISTRATOR: Final[Roles] = frozenset({"administrator"})
ORDERING: Final[Roles] = frozenset({"inspector"})
"""Whose orders they are is the authority's that the account is bound to."""
MACHINE: Final[Roles] = frozenset({"machine"})
SIGNED: Final[Roles] = frozenset({"station"})
"""Passed on to the route, which verifies the signature and answers 401 without one."""

_GET, _POST = ("GET",), ("POST",)
_BOTH = ("GET", "POST")
_ROWS: Final[tuple[tuple[Roles, tuple[str, ...], tuple[str, ...]], ...]] = (
    (
        ANYBODY,
        _GET,
        (
            "/",
            "/static/{version}/{name:path}",
            "/01/{gtin}/10/{lot}/21/{serial}",
            "/00/{sscc}",
            "/lo/{rest:path}",
            "/anh/{digest}.jpg",
            "/huong-dan",
            "/huong-dan/treo-tuong",
            "/log/checkpoint",
            "/log/cosigned",
            "/log/tile/{path:path}",
            "/api/v1/lots/{item:path}/{lot}",
            "/api/v1/lots/{item:path}/{lot}/bundle",
            "/api/v1/trust",
            "/openapi.json",
            "/healthz",
            "/readyz",
            "/metrics",
        ),
    ),
    # A signed entry shows by itself who says it; who may say what is the ledger's rule.
    (ANYBODY, _POST, ("/api/v1/entries",)),
    # A code that is used once, or signed requests.
    (ANYBODY, _POST, ("/api/v1/station/join", "/api/v1/station/enrol")),
    (SIGNED, _POST, ("/api/v1/station/push", "/api/v1/station/pull", "/api/v1/station/bundle")),
    (SIGNED, _POST, ("/api/v1/station/photos", "/api/v1/station/photo")),
    (SIGNED, _GET, ("/api/v1/station/status",)),
    (ANYBODY, _BOTH, ("/vao", "/vao/ma/{token}")),
    (ANYBODY, _BOTH, ("/phan-anh/{rest:path}",)),
    (ANSWERING, _BOTH, ("/phan-anh",)),
    (ANYBODY, _POST, ("/vao/khoa-truy-cap",)),
    (MACHINE, _BOTH, ("/vao/lan-dau",)),
    (SIGNED_IN, _POST, ("/ra", "/toi/khoa-truy-cap")),
    (SIGNED_IN, _BOTH, ("/toi",)),
    (ADMINISTRATOR, _BOTH, ("/nguoi",)),
    (ADMINISTRATOR, _GET, ("/nguoi/nhat-ky",)),
    (ADMINISTRATOR, _POST, ("/nguoi/khoa-truy-cap",)),
    (OF_THE_PROGRAMME, _GET, ("/tinh", "/tinh/xuat/{name}")),
    (CHOOSING, _BOTH, ("/cong-khai",)),
    (SIGNED_IN | MACHINE, _GET, ("/kieu-mau",)),
    (
        SEE_ALL,
        _GET,
        (
            "/kiem-tra",
            "/kiem-tra/trinh-kiem-tra.html",
            "/kiem-tra/lo/{rest:path}/pham-vi",
            "/kiem-tra/lo/{rest:path}/bien-ban.pdf",
            "/kiem-tra/lo/{rest:path}/mang-theo.zip",
        ),
    ),
    (SEE_ALL, _BOTH, ("/kiem-tra/lo/{rest:path}/doi-chieu",)),
    (ORDERING, _BOTH, ("/kiem-tra/lo/{rest:path}/lenh",)),
    (CHOOSING, _GET, ("/api/v1/stations",)),
    (
        KEEPING,
        _GET,
        (
            "/quan-ly",
            "/quan-ly/danh-muc/{register}",
            "/quan-ly/danh-muc/{register}/muc",
            "/quan-ly/mau-tem/xem.png",
        ),
    ),
    (KEEPING, _POST, ("/quan-ly/danh-muc/{register}/rut",)),
    (KEEPING, _GET, ("/quan-ly/anh/cho/{digest}.jpg",)),
    (KEEPING, _POST, ("/quan-ly/anh/go",)),
    (KEEPING, _BOTH, ("/quan-ly/bang",)),
    (
        KEEPING,
        _GET,
        (
            "/quan-ly/bang/xuat/{name}",
            "/quan-ly/bang/{upload}",
            "/quan-ly/bang/{upload}/tien-do.json",
        ),
    ),
    (
        KEEPING,
        _POST,
        (
            "/quan-ly/bang/{upload}/sua",
            "/quan-ly/bang/{upload}/ghi",
            "/quan-ly/bang/{upload}/dung",
            "/quan-ly/bang/{upload}/lai",
        ),
    ),
    (KEEPING | OF_THE_PROGRAMME, _GET, ("/quan-ly/so-lieu", "/quan-ly/so-lieu/xuat/{name}")),
    (KEEPING, _GET, tuple(f"/quan-ly/dien-tap{one}" for one in ("", "/lo", "/thong-bao"))),
    (KEEPING, _BOTH, ("/quan-ly/dien-tap/lenh",)),
    (KEEPING, _BOTH, ("/quan-ly/anh", "/quan-ly/anh/moi", "/quan-ly/anh/sua")),
    (
        KEEPING,
        _BOTH,
        ("/quan-ly/danh-muc/{register}/ghi", "/quan-ly/mau-tem", "/quan-ly/nguoi-truc"),
    ),
    # The door of the station: a PIN opens it. It answers on the own machine only.
    (ANYBODY, _BOTH, ("/tram/khoa",)),
    (
        AT_THE_STATION,
        _GET,
        (
            "/tram",
            "/tram/phieu/{entry}",
            "/tram/ho-so/{rest:path}",
            "/tram/in-tem/lo",
            "/tram/in-tem/xem-truoc.png",
            "/tram/in-tem/so-tem",
            "/tram/in-tem/ket-qua/{key}",
            "/tram/in-tem/{job}",
            "/tram/in-tem/{job}/tien-do.json",
        ),
    ),
    (
        AT_THE_STATION,
        _POST,
        (
            "/tram/in-tem/in-not",
            "/tram/in-tem/{job}/dung",
            "/tram/phieu/{entry}/hoan-tac",
        ),
    ),
    (
        AT_THE_STATION,
        _BOTH,
        (
            "/tram/thu-hoach",
            "/tram/tiep-nhan",
            "/tram/che-bien",
            "/tram/dong-goi",
            "/tram/dong-thung",
            "/tram/xuat-hang",
            "/tram/ban-hang",
            "/tram/kiem-nghiem",
            "/tram/tieu-huy",
            "/tram/cham-soc",
            "/tram/phieu/{entry}/dinh-chinh",
            "/tram/in-tem",
            "/tram/in-tem/chua-ro",
            "/tram/in-tem/mot-tem",
            "/tram/may-in",
            "/tram/quet",
            "/tram/gui",
            "/tram/nhanh",
        ),
    ),
)

TABLE: Final[dict[tuple[str, str], Roles]] = {
    (template, method): roles
    for roles, methods, templates in _ROWS
    for template in templates
    for method in methods
}


def may(roles: Roles, template: str, method: str) -> bool:
    """Whether somebody with these roles may ask; False for a route without a row."""
    return not roles.isdisjoint(TABLE.get((template, "GET" if method == "HEAD" else method), ()))
