"""Key files of a folder: the first ones made, those that are there as signers, a party's two."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.keys.errors import KeysError
from api.keys.passphrases import asked
from ledger.domain.drafts import Draft
from ledger.founding import enrolment, free_tag, open_ledger
from ledger.signing import PassphraseSource, Signer, load_key, save_key, write_secret
from ledger.verify.keys import ROOT_PARTY, KeyBook
from ledger.verify.signature import PublicKey

if TYPE_CHECKING:
    from api.bootstrap import Services

_LABEL_KEY_BYTES = 32
MOST_ROOTS = 16


@dataclass(frozen=True, slots=True)
class Roots:
    """Root keys of a new ledger: how many are made here, which others there are, how many must agree.

    `others` are raw public keys whose private halves are elsewhere. Raises KeysError `roots-wrong`,
    SignatureRefused.
    """

    made: int = 1
    threshold: int = 1
    others: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        every = {PublicKey(one).raw for one in self.others}
        count = self.made + len(every)
        fits = self.made >= 1 and len(every) == len(self.others) and count <= MOST_ROOTS
        if not (fits and 1 <= self.threshold <= count):
            raise KeysError("roots-wrong", count=count, threshold=self.threshold, most=MOST_ROOTS)

    def names(self) -> list[str]:
        """Names of the key files made here."""
        if self.made == 1 and not self.others:
            return ["root"]
        return [f"root-{number}" for number in range(1, self.made + 1)]


def public_key(text: str) -> bytes:
    """A raw public key from its 64 hex digits.

    Raises:
        KeysError: `public-wrong`.
        SignatureRefused: no key has this public half.
    """
    try:
        return PublicKey(bytes.fromhex(text.strip())).raw
    except ValueError as wrong:
        raise KeysError("public-wrong", found=text) from wrong


def make_first_keys(keys: Path, roots: Roots) -> None:
    """Write the key files of a new ledger."""
    for name in (*roots.names(), "log"):
        save_key(keys / f"{name}.pem", Ed25519PrivateKey.generate())
    write_secret(keys / "label.key", secrets.token_bytes(_LABEL_KEY_BYTES))


def record_genesis(services: Services, roots: Roots) -> None:
    """Open the ledger with the root keys that `make_first_keys` wrote."""
    keys = services.folder / "keys"
    first, *more = [load_key(keys / f"{name}.pem") for name in roots.names()]
    open_ledger(
        services.ledger,
        first,
        services.log_key,
        services.station.now_text(),
        others=[*(one.public for one in more), *roots.others],
        threshold=roots.threshold,
    )


def signers_of(
    keys: Path, passphrase: PassphraseSource | None = asked
) -> dict[tuple[str, str], Signer]:
    """Private keys of this machine by (party, role), from `keys/`.

    `root.pem` and `root-NUMBER.pem` are the roots, under the roles of their file names;
    `PARTY.admin.pem`, `PARTY.station.pem`. An encrypted one is unlocked when it first signs.
    """
    found = {(ROOT_PARTY, path.stem): load_key(path, passphrase) for path in root_files(keys)}
    for role in ("admin", "station"):
        for path in sorted(keys.glob(f"*.{role}.pem")):
            found[path.name.removesuffix(f".{role}.pem"), role] = load_key(path, passphrase)
    return found


def root_files(keys: Path) -> list[Path]:
    """Files of root keys, `root.pem` first."""
    numbered = [one for one in keys.glob("root-*.pem") if one.stem.removeprefix("root-").isdigit()]
    first = keys / "root.pem"
    return [
        *([first] if first.exists() else []),
        *sorted(numbered, key=lambda one: int(one.stem.removeprefix("root-"))),
    ]


def unlock_all(services: Services, *roles: str) -> None:
    """Ask now for the passphrases of these roles' keys, rather than at the first signature.

    Raises:
        KeyFileError: one cannot be had, or does not open its file.
    """
    for (_, role), one in services.station.signers.items():
        if role in roles:
            one.unlock()


def next_tag(keys: KeyBook, party: str) -> str:
    """A station tag that no key of a party ever had."""
    taken = {one.tag: one for one in keys.records.values() if one.party == party and one.tag}
    return free_tag(taken)


def enrol_party(services: Services, party: str) -> None:
    """Give a registered party an admin key and a station key on this machine, if it has none.

    A party whose admin key is on another machine is left alone: a second one made here would let
    whoever runs this machine speak for it.

    Raises:
        RootsNeeded: too few root keys are here; the admin key file is made all the same, for a
            request to them.
    """
    keys, station = services.folder / "keys", services.station
    signers = dict(station.signers)
    authority = services.views.registry.is_authority(party)
    admins = services.ledger.history.keys.records.values()
    has_admin = any((one.role, one.party, one.ended) == ("admin", party, None) for one in admins)
    if has_admin and not (keys / f"{party}.admin.pem").exists():
        return
    for role, by in (("admin", ROOT_PARTY), ("station", party)):
        path = keys / f"{party}.{role}.pem"
        if not path.exists():
            save_key(path, Ed25519PrivateKey.generate())
        signer = signers[party, role] = load_key(path, asked)
        station.signers = signers
        book = services.ledger.history.keys
        if signer.keyid in book.records:
            continue
        draft: Draft = enrolment(
            services.settings.origin,
            signer,
            party,
            role,
            station.now_text(),
            by=by,
            tag=next_tag(book, party) if role == "station" else None,
            # Its inspectors have no station of their own: this machine keeps the key for them.
            held="hub" if authority else "station",
        )
        station.record(draft)
