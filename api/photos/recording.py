"""Photos into the ledger: the bytes first, then the statement that names them, corrections, withdrawals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.intake.folding import tidy
from api.keeping.erased import remember_erased
from api.photos.encoding import Photo
from api.photos.errors import PhotoError
from api.photos.limits import LONGEST_CAPTION, MOST_OF_PARTY
from api.photos.shelf import ERASED
from api.routes.services import Services
from ledger.domain.drafts import Draft
from ledger.projections.photos import PhotoRow
from ledger.signing import Signer
from ledger.verify.photo_shape import STAGES

REASONS: Final = ("typing-error", "customer-request", "replaced", "other")
"""Why a photo may be taken down."""
_LISTED: Final = 100_000
_NOON: Final = "T12:00:00+07:00"


@dataclass(frozen=True, slots=True)
class Said:
    """What a form says of a photo: words, what it shows (the fields of the body), the day or ""."""

    caption: str
    shows: dict[str, Any]
    day: str = ""


def said_of(typed: Mapping[str, str], today: str) -> Said:
    """What was typed, checked: `caption`, `what` (lot|ITEM|CODE, site|CODE, product|GTIN), `stage`, `day`.

    Raises:
        PhotoError: `photo-unsaid`, `photo-said-long`, `photo-of-what`, `photo-day`.
    """
    caption = tidy(typed.get("caption", ""))
    if not caption:
        raise PhotoError("photo-unsaid")
    if len(caption) > LONGEST_CAPTION:
        raise PhotoError("photo-said-long", found=len(caption), most=LONGEST_CAPTION)
    shows = _shows(typed.get("what", ""), typed.get("stage", ""))
    return Said(caption, shows, _day(typed.get("day", ""), today))


def _shows(what: str, stage: str) -> dict[str, Any]:
    kind, _, rest = what.partition("|")
    if kind == "lot":
        item, _, code = rest.partition("|")
        shows: dict[str, Any] = {"lot": {"item": item, "code": code}}
        return {**shows, "stage": stage} if stage in STAGES else shows
    if kind in {"site", "product"} and rest:
        return {kind: rest}
    raise PhotoError("photo-of-what")


def _day(typed: str, today: str) -> str:
    if not typed:
        return ""
    try:
        found = dt.date.fromisoformat(typed).isoformat()
    except ValueError as wrong:
        raise PhotoError("photo-day", found=typed[:40]) from wrong
    if found > today:
        raise PhotoError("photo-day", found=typed[:40])
    return "" if found == today else found


def add_photo(services: Services, party: str, photo: Photo, said: Said) -> object:
    """Keep a photo's bytes and record what it shows.

    Raises:
        PhotoError: `photo-erased`, `photos-many`.
        LedgerError, Refusal: it was not recorded, and its bytes are not kept for it.
        OSError, SideAway: they cannot be kept; nothing was recorded.
    """
    album = services.album
    both = photo.digest, photo.small_digest
    if album.shelf.erased() & set(both):
        raise PhotoError("photo-erased")
    if sum(not one.withdrawn for one in album.table.of_party(party, _LISTED)) >= MOST_OF_PARTY:
        raise PhotoError("photos-many", most=MOST_OF_PARTY)
    album.shelf.put(photo.large)
    album.shelf.put(photo.small)
    body = {
        "photo": photo.digest,
        "small": photo.small_digest,
        "width": photo.width,
        "height": photo.height,
        "caption": said.caption,
        **said.shows,
    }
    time = f"{said.day}{_NOON}" if said.day else services.station.now_text()
    try:
        return _record(services, Draft("photographed", party, time, body))
    except Exception:
        album.shelf.erase(one for one in both if not album.table.with_digest(one))
        raise


def own_photo(services: Services, party: str, entry: str) -> PhotoRow:
    """A photo of a party that was not taken down, by its statement's id.

    Raises:
        PhotoError: `photo-unknown`.
    """
    for one in services.album.table.of_party(party, _LISTED):
        if one.entry == entry and not one.withdrawn:
            return one
    raise PhotoError("photo-unknown")


def correct_photo(services: Services, row: PhotoRow, said: Said) -> object:
    """Record what a photo shows after all: a new statement beside the old one."""
    return _correct(services, row, "typing-error", {"caption": said.caption, **said.shows})


def withdraw_photo(services: Services, row: PhotoRow, reason: str) -> int:
    """Record that a photo shows nothing any more, and erase its bytes here; how many files went.

    Raises:
        LedgerError, Refusal: it was not recorded, and the photo stays.
        OSError, SideAway: the bytes are still there; erasing again completes it.
    """
    _correct(services, row, reason if reason in REASONS else "other", {})
    others = [
        one
        for digest in (row.photo, row.small)
        for one in services.album.table.with_digest(digest)
        if not one.withdrawn
    ]
    if not others:
        # A restore from an older backup does not bring it back.
        remember_erased(services.folder / ERASED, (row.photo, row.small))
    return services.album.forget([row])


def _correct(services: Services, row: PhotoRow, reason: str, says: dict[str, Any]) -> object:
    right = {
        "photo": row.photo,
        "small": row.small,
        "width": row.width,
        "height": row.height,
        **says,
    }
    body = {"corrects": row.entry, "of": "photographed", "reason": reason, "body": right}
    return _record(services, Draft("corrected", row.party, services.station.now_text(), body))


def name_product_image(services: Services, party: str, gtin14: str, digest: str) -> bool:
    """Register a product again with this photo as its picture; False when it says so already.

    Raises:
        LedgerError, Refusal: this machine may not, or the key is locked; nothing was recorded.
    """
    known = services.views.known_for(party).product(gtin14)
    if known is None or known.get("image") == digest:
        return False
    body = {**known, "image": digest}
    services.station.record(Draft("product-registered", party, services.station.now_text(), body))
    return True


def signer_for(services: Services, party: str) -> Signer | None:
    """The key that signs a party's photos here: its station's, else its admin's; None for neither."""
    signers = services.station.signers
    return signers.get((party, "station")) or signers.get((party, "admin"))


def _record(services: Services, draft: Draft) -> object:
    usual = (draft.party, "station") in services.station.signers
    return services.station.record(
        draft, None if usual else services.station.signers.get((draft.party, "admin"))
    )
