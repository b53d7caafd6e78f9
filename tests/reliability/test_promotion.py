"""A standby takes over from a killed primary: nothing acknowledged is lost, writing goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.promotion import fail_over


def test_a_promoted_standby_has_all_that_was_acknowledged_and_is_written_to_within_5_seconds(
    tmp_path: Path,
) -> None:
    fail_over(tmp_path, 50)


@pytest.mark.long
@pytest.mark.parametrize("time", range(5))
def test_every_one_of_five_promotions_under_load_loses_nothing(tmp_path: Path, time: int) -> None:
    fail_over(tmp_path, 300)
