"""The cooperative of the pages, its visitors, and passwords that cost next to nothing."""

from tests.access.conftest import clock, little_hashing, services, side, visitors

__all__ = ["clock", "little_hashing", "services", "side", "visitors"]
