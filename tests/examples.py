"""How many random examples a property is tried with: few in `make test`, many in `make test-long`."""

from __future__ import annotations

import os


def examples(few: int) -> int:
    """`few`, or so many times `few` as OCOP_TEST_EXAMPLES says (`make test-long` says 10)."""
    return few * int(os.environ.get("OCOP_TEST_EXAMPLES", "1"))
