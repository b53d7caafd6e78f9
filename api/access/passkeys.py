"""Passkeys (WebAuthn level 3): signing in with what a telephone or a key holds, by finger or code.

What is kept of one opens nothing: a public key, and a name that its owner gave it. Passwords go on
working beside it, unless somebody wants only their passkeys to open the account.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from api.access.passkey_challenges import Challenges
from api.access.passkey_errors import PasskeyRefused
from api.access.passkey_site import Site, site_of
from api.access.people import TRIES_A_MINUTE, People, Person
from api.access.schema import found_people
from api.access.side_tables import Row, SideTables, Write

MOST_PASSKEYS: Final = 10
"""Of one person."""
_MOST_NAME: Final = 40
_ADDING, _SIGNING_IN = "add", "sign-in"
_COLUMNS = "id, person, name, site, made, used"


@dataclass(frozen=True, slots=True)
class Passkey:
    """One of somebody's. `made` and `used` are POSIX seconds; `used` is 0 before the first time.

    `here` says whether it is of the address that this site has now.
    """

    id: str
    person: str
    name: str
    made: int
    used: int
    here: bool


class Passkeys:
    """The passkeys of one folder or hub. Every method may raise SideAway."""

    def __init__(
        self,
        side: SideTables,
        now: Callable[[], dt.datetime],
        key: Callable[[], bytes],
        people: People,
        base_url: str | None,
    ) -> None:
        """`key` gives the folder's secret: addresses of askers are kept under it, for minutes."""
        self._side = found_people(side)
        self._now = now
        self._key = key
        self._people = people
        self._record = people.record
        self._base_url = base_url
        self._challenges = Challenges(self._side, now)

    def site(self) -> Site:
        """The site that passkeys are made for. Raises PasskeyRefused where there can be none."""
        return site_of(self._base_url)

    def site_or_none(self) -> Site | None:
        """The same; None where there can be none."""
        try:
            return self.site()
        except PasskeyRefused:
            return None

    def of(self, who: str) -> list[Passkey]:
        """Somebody's passkeys, oldest first."""
        rows = self._side.read(
            f"SELECT {_COLUMNS} FROM passkey WHERE person = ? ORDER BY made, id",  # noqa: S608  # constant text
            who,
        )
        return self._listed(rows)

    def all(self) -> list[Passkey]:
        """Everybody's, oldest first."""
        rows = self._side.read(f"SELECT {_COLUMNS} FROM passkey ORDER BY made, id")  # noqa: S608  # constant text
        return self._listed(rows)

    def _listed(self, rows: list[Row]) -> list[Passkey]:
        site = self.site_or_none()
        here = site.name if site else ""
        return [
            Passkey(str(id_), str(person), str(name), int(made), int(used), of_site == here)
            for id_, person, name, of_site, made, used in rows
        ]

    # --- making one -------------------------------------------------------------------------------

    def begin_adding(self, person: Person, session: str) -> dict[str, Any]:
        """What the browser is asked to make; `session` is the digest of the one that may answer.

        Whoever calls has just checked the person's password.

        Raises:
            PasskeyRefused: this site can have none, or there are MOST_PASSKEYS.
        """
        from api.access.passkey_answers import wishes_for_new

        site = self.site()
        rows = self._side.read("SELECT credential FROM passkey WHERE person = ?", person.id)
        if len(rows) >= MOST_PASSKEYS:
            raise PasskeyRefused("passkey-most", most=MOST_PASSKEYS)
        challenge = self._challenges.give(_ADDING, session)
        have = [str(credential) for (credential,) in rows]
        return wishes_for_new(site, person.id, person.account, person.name, challenge, have)

    def add(
        self, person: Person, session: str, name: str, answer: str, address: str = ""
    ) -> Passkey:
        """Keep the passkey that a browser has made.

        Raises:
            PasskeyRefused: the answer is late or wrong, the name is missing, there are too many.
        """
        from api.access.passkey_answers import challenge_in, checked_new, read_new

        site, name = self.site(), " ".join(name.split())
        parsed = read_new(answer)
        challenge = challenge_in(parsed)
        self._challenges.take(challenge, _ADDING, session)
        if not 1 <= len(name) <= _MOST_NAME or not name.isprintable():
            raise PasskeyRefused("passkey-name", most=_MOST_NAME)
        new = checked_new(site, challenge, parsed)
        made = Passkey(secrets.token_hex(6), person.id, name, self._time(), 0, here=True)
        with self._side.write() as write:
            ((count,),) = write.execute("SELECT count(*) FROM passkey WHERE person = ?", person.id)
            if int(count) >= MOST_PASSKEYS:
                raise PasskeyRefused("passkey-most", most=MOST_PASSKEYS)
            kept = write.execute(
                "INSERT INTO passkey (id, person, name, site, credential, public_key, counter, made,"
                " used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) "
                "ON CONFLICT (credential) DO NOTHING RETURNING id",
                *(made.id, person.id, name, site.name),
                *(new.credential, new.public_key, new.counter, made.made),
            )
            if not kept:
                raise PasskeyRefused("passkey-taken")
            self._record.add_to(write, "passkey-added", person.id, made.id, address)
        return made

    # --- signing in -------------------------------------------------------------------------------

    def begin_sign_in(self, asker: str) -> dict[str, Any]:
        """What the browser is asked to sign; `asker` is an address as it is counted.

        Raises:
            PasskeyRefused: this site can have none.
        """
        from api.access.passkey_answers import wishes_for_sign_in

        site = self.site()
        holder = hmac.new(self._key(), b"passkey " + asker.encode(), hashlib.sha256).hexdigest()
        return wishes_for_sign_in(site, self._challenges.give(_SIGNING_IN, holder[:16]))

    def sign_in(self, answer: str, address: str = "") -> tuple[Person, str]:
        """Whose passkey has answered, and which one it was.

        Five wrong answers a minute for one person, in all processes together; an attempt counts as
        refused before it is looked at.

        Raises:
            PasskeyRefused: the answer is late, wrong, of a passkey that nobody knows, or of one that
                was copied; or there were too many.
        """
        from api.access.passkey_answers import (
            challenge_in,
            checked_sign_in,
            credential_in,
            read_sign_in,
        )

        site, parsed = self.site(), read_sign_in(answer)
        challenge = challenge_in(parsed)
        self._challenges.take(challenge, _SIGNING_IN)
        rows = self._side.read(
            "SELECT id, person, public_key FROM passkey WHERE credential = ?",
            credential_in(parsed),
        )
        person = self._people.numbered(str(rows[0][1])) if rows else None
        if person is None:
            self._record.add("passkey-refused", "", "", address)
            raise PasskeyRefused("passkey-unknown")
        which, public_key = str(rows[0][0]), str(rows[0][2])
        number = self._counted(person.id, which, address)
        counter = checked_sign_in(site, challenge, parsed, public_key, person.id)
        self._advance(which, person.id, counter, address)
        self._record.take_back(number, "passkey-refused", person.id)
        return person, which

    def _counted(self, who: str, which: str, address: str) -> int:
        with self._side.write() as write:
            tries = self._record.count_in(write, "passkey-refused", who, self._time() - 60)
            limited = tries >= TRIES_A_MINUTE
            what = "passkey-limited" if limited else "passkey-refused"
            number = self._record.add_to(write, what, who, which, address)
        if limited:
            raise PasskeyRefused("passkey-limited", seconds=60)
        return number

    def _advance(self, which: str, who: str, counter: int, address: str) -> None:
        """Keep the counter, which only grows; of two with the same one, one has been copied."""
        with self._side.write() as write:
            rows = write.execute("SELECT counter FROM passkey WHERE id = ?", which)
            if not rows:
                raise PasskeyRefused("passkey-unknown")  # removed a moment ago
            last = int(rows[0][0])
            # Passkeys that several devices share have no counter and always say 0.
            copied = (counter, last) != (0, 0) and counter <= last
            if copied:
                self._record.add_to(write, "passkey-cloned", who, which, address)
            else:
                write.execute(
                    "UPDATE passkey SET counter = ?, used = ? WHERE id = ?",
                    *(counter, self._time(), which),
                )
        if copied:
            raise PasskeyRefused("passkey-cloned")

    # --- taking away ------------------------------------------------------------------------------

    def remove(self, person: Person, which: str, by: str = "", session: str = "") -> None:
        """Take a passkey away, and end every session of that person but `session` (its digest).

        After the last one that can be used here, the password opens the account again.

        Raises:
            PasskeyRefused: `passkey-unlisted`.
        """
        site = self.site_or_none()
        with self._side.write() as write:
            gone = write.execute(
                "DELETE FROM passkey WHERE id = ? AND person = ? RETURNING id", which, person.id
            )
            if not gone:
                raise PasskeyRefused("passkey-unlisted", account=person.account, found=which[:32])
            write.execute("DELETE FROM session WHERE who = ? AND digest <> ?", person.id, session)
            self._record.add_to(write, "passkey-removed", by, person.id)
            if site is None or not _usable(write, person.id, site):
                self._end_only(write, person.id, by)

    def only(self, who: str) -> bool:
        """Whether a password alone does not open the account.

        It does as soon as none of the person's passkeys can be used here: when the public address
        has changed, say.
        """
        site = self.site_or_none()
        if site is None:
            return False
        return bool(
            self._side.read(
                "SELECT passkey.id FROM passkey JOIN passkey_only "
                "ON passkey_only.person = passkey.person "
                "WHERE passkey.person = ? AND passkey.site = ? LIMIT 1",
                *(who, site.name),
            )
        )

    def want_only(self, person: Person, address: str = "") -> None:
        """Let only passkeys open the account, once one of them has been seen to do so.

        Raises:
            PasskeyRefused: `passkey-untried`, or this site can have none.
        """
        site = self.site()
        with self._side.write() as write:
            if not _usable(write, person.id, site, used=True):
                raise PasskeyRefused("passkey-untried")
            write.execute(
                "INSERT INTO passkey_only (person, made) VALUES (?, ?) ON CONFLICT DO NOTHING",
                *(person.id, self._time()),
            )
            self._record.add_to(write, "passkey-only", person.id, "", address)

    def allow_password(self, person: Person, by: str = "", address: str = "") -> None:
        """Let the password open the account again; harmless when it does."""
        with self._side.write() as write:
            self._end_only(write, person.id, by, address)

    def check_password_is_enough(self, person: Person, address: str = "") -> None:
        """To be asked after a right password. Raises PasskeyRefused (`passkey-needed`)."""
        if self.only(person.id):
            # Whoever gets here knows the password: the administrator should see that.
            self._record.add("password-not-enough", person.id, "", address)
            raise PasskeyRefused("passkey-needed", origin=self.site().origin)

    def _end_only(self, write: Write, who: str, by: str, address: str = "") -> None:
        gone = write.execute("DELETE FROM passkey_only WHERE person = ? RETURNING person", who)
        if gone:
            self._record.add_to(write, "password-again", by, who, address)

    def _time(self) -> int:
        return int(self._now().timestamp())


def _usable(write: Write, who: str, site: Site, *, used: bool = False) -> bool:
    return bool(
        write.execute(
            "SELECT id FROM passkey WHERE person = ? AND site = ? AND used >= ? LIMIT 1",
            *(who, site.name, int(used)),
        )
    )
