"""Where in the log each registration and key statement stands, by what it is about.

A bundle needs a handful of them; a province registers thousands. They are followed in memory, from
the size reached the last time, and never change once sealed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from ledger.projections.views import Views
from ledger.verify.entry import keyid_of
from ledger.verify.history import Located


class Registrations:
    """Registry and key statements by subject. Safe to use from several threads.

    Subjects: `party:CODE`, `site:PARTY/CODE`, `instrument:PARTY/CODE`, `item:PARTY/CODE`,
    `product:GTIN`, `key:KEYID` (hex), and `entry:ID` (hex) for what was re-attested. Certificates
    name theirs in the same way.
    """

    def __init__(self, views: Views, located: Callable[[Iterable[int]], list[Located]]) -> None:
        self._views = views
        self._located = located
        self._followed = 0
        self._indexes: dict[str, list[int]] = {}
        self._lock = threading.Lock()

    def about(self, subjects: Iterable[str]) -> list[Located]:
        """Every projected statement about any of these, in log order."""
        with self._lock:
            self._follow()
            found = {index for one in subjects for index in self._indexes.get(one, ())}
        return self._located(found)

    def _follow(self) -> None:
        for one in self._located(self._views.steering_from(self._followed)):
            for subject in dict.fromkeys(_subjects(one)):
                self._indexes.setdefault(subject, []).append(one.index)
            self._followed = one.index + 1


def _subjects(one: Located) -> Iterator[str]:
    body, party = one.statement.body, one.statement.party
    match one.statement.type:
        case "party-registered":
            yield f"party:{body['code']}"
        case "site-registered":
            yield f"site:{party}/{body['code']}"
        case "item-registered":
            yield f"item:{party}/{body['code']}"
        case "product-registered":
            yield f"product:{body['gtin']}"
        case "instrument-registered" | "instrument-verified":
            yield f"instrument:{party}/{body['code']}"
        case "certificate-recorded" | "certificate-withdrawn":
            yield body["subject"]
        case "key-enrolled":
            yield f"key:{keyid_of(bytes.fromhex(body['key'])).hex()}"
        case "key-retired" | "key-compromised":
            yield f"key:{body['keyid']}"
        case "reattested":
            yield from (f"entry:{entry_id}" for entry_id in body["entries"])
