"""How often Python looks for cyclic garbage: seldom, because reading statements makes none."""

from __future__ import annotations

import gc

# The default of 700 looks through young objects at every twentieth statement that is parsed, which
# costs about a seventh of recording and of an audit. Memory still ends where it did: by counting.
_YOUNG, _MIDDLE, _OLD = 20_000, 20, 50


def collect_seldom() -> None:
    """Set it for this process; what is loaded now is never looked through again."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
