"""One station as a process of its own, for the campaign: it records, and syncs when it can.

`python -m tests.reliability.offline_station FOLDER ADDRESS NAME`, then one line at a time on its
input: `UNTIL RECORDED TRIES`. At simulated time UNTIL (POSIX seconds) it records until its journal
has RECORDED statements, in four parts, after each of which it makes at most TRIES tries at a round
with the hub. Which statement comes next follows from the ledger alone, so a process that was killed
anywhere is simply started again. It answers each line with how many statements still wait.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from api.bootstrap import Services, open_folder
from api.station.errors import StationError
from api.station.hub_link import with_address
from api.station.loop import synchroniser_of
from api.station.standing import Standing, standing
from api.station.syncing import Synchroniser
from ledger.domain.drafts import Draft

PARTS = 4


class Clock:
    """The simulated clock of this machine."""

    seconds = 0

    def __call__(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.seconds, dt.UTC)


def main() -> int:
    folder, address, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    clock = Clock()
    services = open_folder(folder, clock)
    try:
        assert services.link is not None
        services.link = with_address(services.link, address)
        synchroniser = synchroniser_of(services)
        for line in sys.stdin:
            clock.seconds, wanted, tries = map(int, line.split())
            first = _stands(services).recorded
            for part in range(1, PARTS + 1):
                _record(services, name, first + (wanted - first) * part // PARTS)
                _sync(synchroniser, tries)
            services.station.catch_up()
            print(_stands(services).unsent, flush=True)
        synchroniser.close()
    finally:
        services.close()
    return 0


def _stands(services: Services) -> Standing:
    assert services.link is not None
    return standing(services.link, services.ledger)


def _record(services: Services, name: str, wanted: int) -> None:
    assert services.link is not None
    party = services.link.joined.party
    for number in range(_stands(services).recorded, wanted):
        body = {
            "lot": {"item": f"{party}/che", "code": f"{name}-{number:05}"},
            "quantity": {"value": str(100 + number % 900), "unit": "kg"},
            "site": "VT-1",
        }
        services.station.record(Draft("harvested", party, services.station.now_text(), body))


def _sync(synchroniser: Synchroniser, tries: int) -> None:
    for _ in range(tries):
        try:
            synchroniser.once()
        except StationError as wrong:  # a frozen station is none: that ends the campaign
            print(wrong, file=sys.stderr, flush=True)
        else:
            return


if __name__ == "__main__":
    sys.exit(main())
