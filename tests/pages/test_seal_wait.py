"""Answers that wait for a seal which does not come: few threads, an honest answer, in time."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

import httpx
import pytest

from api.app import create_app
from api.bootstrap import Services
from api.routes.entries import SEAL_PATIENCE
from api.routes.seal_wait import SealWait
from ledger.sealing import SealedLog
from tests.pages.cooperative import PARTY
from tests.pages.test_entries_route import body_of, next_place, proves
from tests.pages.test_interface import ENTRIES, signed

CROWD = 120
WAITING = f"{ENTRIES}?wait=seal"


def threads_that_seal() -> int:
    """How many threads are sealing, or wait for the lock to do so, at this moment."""
    sealing = {SealedLog.seal.__code__, SealWait._seal_once.__code__}
    count = 0
    for top in sys._current_frames().values():
        frame = top
        while frame is not None:
            if frame.f_code in sealing:
                count += 1
                break
            if frame.f_back is None:
                break
            frame = frame.f_back
    return count


def test_a_crowd_that_waits_for_a_stuck_seal_is_answered_in_time_and_leaves_no_threads(
    services: Services,
) -> None:
    app = create_app(services)
    signer = services.station.signers[PARTY, "station"]
    entry = signed(signer, *next_place(services, signer))
    before = threading.active_count()

    async def crowd() -> None:
        transport = httpx.ASGITransport(app, client=("203.0.113.5", 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

            async def post() -> httpx.Response:
                return await client.post(WAITING, json=body_of(entry), timeout=60)

            with services.store.sequencing():
                began = time.monotonic()
                posts = [asyncio.create_task(post()) for _ in range(CROWD)]
                await asyncio.sleep(1.2)
                # What needs a thread goes on meanwhile.
                asked = time.monotonic()
                assert (await client.get("/log/checkpoint", timeout=30)).status_code == 200
                assert time.monotonic() - asked < 2
                answers = await asyncio.gather(*posts)
                assert time.monotonic() - began < SEAL_PATIENCE + 8
                for answer in answers:
                    assert answer.status_code == 200, answer.text
                    (result,) = answer.json()["results"]
                    assert (result["status"] in {"recorded", "known"}, result["proof"]) == (
                        True,
                        None,
                    )
                # The lock is still held: this is all that was left behind by them.
                assert threads_that_seal() == 1
            (result,) = (await post()).json()["results"]
            assert proves(services, result["proof"], entry)

    asyncio.run(crowd())
    deadline = time.monotonic() + 10
    while threads_that_seal() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threads_that_seal() == 0
    print(f"{CROWD} waited, threads before {before}, after {threading.active_count()}")


def test_a_system_without_a_thread_to_give_ends_one_wait_and_not_all_later_ones(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def wait() -> float:
        wait = SealWait(services.station.log)
        with monkeypatch.context() as scarce:
            scarce.setattr(threading.Thread, "start", no_thread)
            with pytest.raises(RuntimeError):
                await wait.until(0, 5)
        began = time.monotonic()
        await wait.until(0, 5)
        return time.monotonic() - began

    assert asyncio.run(wait()) < 3
