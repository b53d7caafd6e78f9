"""Who asks, as far as the request has shown it; put into the request by the outermost layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.access.table import SEE_ALL

KEY = "ocop.viewer"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Roles, the party somebody belongs to or None, and the session that showed it.

    `id` is that of the person or PIN, "" for nobody in particular; `session` the digest of the
    session's token. `own_machine` is a fact about the connection, not a right. `reads_only` is a
    pass for reading the log, of a program and not of a person.
    """

    roles: frozenset[str]
    party: str | None = None
    id: str = ""
    name: str = ""
    session: str = ""
    own_machine: bool = False
    reads_only: bool = False

    @property
    def sees_all(self) -> bool:
        """Whether nothing is hidden from them."""
        return not self.roles.isdisjoint(SEE_ALL)


ANONYMOUS = Viewer(frozenset({"anonymous"}))


def viewer_of(scope: Mapping[str, Any]) -> Viewer:
    """Who asks; anonymous where the outermost layer did not look."""
    found = scope.get(KEY, ANONYMOUS)
    assert isinstance(found, Viewer)
    return found
