"""Finds the third-party vectors that may lie beside the checkout (never copied into it)."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


def shared(*parts: str) -> Path:
    """Return the path of a shared file; skip the test only when the whole folder is absent.

    A missing file inside an existing folder is not a reason to skip: the test then fails.
    """
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with third-party vectors is not beside this checkout")
    return SHARED.joinpath(*parts)
