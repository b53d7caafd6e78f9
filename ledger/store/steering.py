"""Which stored entries steer all later ones, told from an entry's own last bytes.

Key and registry statements decide what may be recorded after them; everything else a writer needs
to know is the head of each journal. A payload is canonical, so it ends with `"type":"..."}` right
before the last 96 bytes (key id and signature). Both databases index these few entries by that, so
that opening a ledger of a million statements reads only them.
"""

from __future__ import annotations

from ledger.verify.keys import KEY_TYPES
from ledger.verify.registry import REGISTRY_TYPES

STEERING_TYPES = KEY_TYPES | REGISTRY_TYPES
# Twelve bytes tell every steering type from every other one (a test shows it): the last characters
# of the type, before the closing `"}`.
TAIL_BYTES = 12
TAIL_FROM_END = TAIL_BYTES + len('"}') + 96


def tails() -> list[bytes]:
    """The last 12 bytes of each steering type's spelling, without its closing quote, sorted.

    They stand in the schemas of both stores: a change is a new schema version.
    """
    return sorted({f'"type":"{name}'.encode()[-TAIL_BYTES:] for name in STEERING_TYPES})
