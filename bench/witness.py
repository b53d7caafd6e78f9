"""Witnesses: from a sealing to its co-signed checkpoint, three processes on this machine."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from api.background.sequencer import Sequencer
from api.background.threads import running
from api.bootstrap import Services
from api.commands.serve import listen, serving
from api.witness.cosigned import POLICY_FILE
from api.witness.folder import make_witness
from api.witness.protocol import AddCheckpoint
from bench.ledgers import harvests, hub
from ledger.signing import load_key
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.note import NoteKey, sign_note

Row = tuple[str, str, str]

WITNESSES, NEEDED = 3, 2
SEALINGS = 20
_BAR = "<= 10 s"
_PATIENCE = 60.0


def rows() -> list[Row]:
    """(what, measured, bar) for this theme."""
    with hub("sqlite") as services, TemporaryDirectory(prefix="ocop-bench-") as room:
        trust = Path(room) / "trust.json"
        trust.write_bytes(services.trust())
        with _witnesses(Path(room), "witness", "--trust", str(trust)) as urls:
            _policy(services, urls)
            with running(Sequencer(services).run):
                waits = _waits(services)
            rate = _requests(services, urls[0][1])
        (services.folder / POLICY_FILE).unlink()
        with ExitStack() as stack:
            listener = listen("127.0.0.1", 0)
            log = f"http://127.0.0.1:{listener.getsockname()[1]}/log"
            words = ("auditor", "--trust", str(trust), "--url", log)
            urls = stack.enter_context(_witnesses(Path(room), *words))
            _policy(services, urls)
            stack.enter_context(serving(services, listener))  # pages, sequencer, projector
            audited = _waits(services)
    what = f"from sealing to {NEEDED} of {WITNESSES}"
    return [
        (f"{what} witnesses", _seconds(waits), _BAR),
        (f"{what} auditors, every entry examined", _seconds(audited), _BAR),
        ("one witness, checkpoints one after the other", f"{rate:.0f} /s", "-"),
    ]


def _seconds(waits: list[float]) -> str:
    return f"{median(waits):.2f} s median, {max(waits):.2f} s worst of {len(waits)}"


@contextmanager
def _witnesses(room: Path, kind: str, *log: str) -> Iterator[list[tuple[NoteKey, str]]]:
    """Three serving processes: (verifier key, address) each."""
    found = []
    with ExitStack() as stack:
        for number in range(WITNESSES):
            folder = room / f"{kind}{number}"
            vkey = make_witness(folder, f"{kind}{number}.example/w", kind)
            program = [sys.executable, "-m", "api.commands.main", kind]
            own = ["--dir", str(folder), "--lang", "en"]
            subprocess.run([*program, "add-log", *own, *log], check=True, capture_output=True)
            process = stack.enter_context(
                subprocess.Popen(
                    [*program, "serve", *own, "--port", "0"], stderr=subprocess.PIPE, text=True
                )
            )
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
            found.append((vkey, _address(process)))
        yield found


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if (found := re.search(r"http://127\.0\.0\.1:\d+", line)) is not None:
            return found[0]
    raise AssertionError("a witness did not start")


def _policy(services: Services, urls: list[tuple[NoteKey, str]]) -> None:
    lines = [f"witness w{n} {key.format()} {url}" for n, (key, url) in enumerate(urls)]
    names = " ".join(f"w{n}" for n in range(len(urls)))
    text = "\n".join([*lines, f"group all {NEEDED} {names}", "quorum all", ""])
    (services.folder / POLICY_FILE).write_text(text, encoding="utf-8")


def _waits(services: Services) -> list[float]:
    """Seconds from each sealing, as anybody sees it in the store, to its quorum."""
    found = []
    for _ in range(SEALINGS + 1):
        (raw,) = harvests(services, 1)
        services.ledger.submit([raw])
        size = services.ledger.size
        _until(partial(_reached, services.store.size, size))
        began = time.monotonic()
        _until(partial(_reached, partial(_cosigned, services), size))
        found.append(time.monotonic() - began)
    return found[1:]  # the first one waits for the policy to be seen


def _cosigned(services: Services) -> int:
    note = services.cosigned.best()
    return 0 if note is None else int(note.split("\n")[1])


def _reached(now: Callable[[], int], size: int) -> bool:
    return now() >= size


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < deadline, "the quorum did not come"
        time.sleep(0.005)


def _requests(services: Services, url: str) -> float:
    """Cosignatures a second that one client gets, each on disk before it is answered."""
    known, count = services.store.size(), 200
    key = load_key(services.folder / "keys" / "log.pem").private
    services.ledger.submit(harvests(services, count))
    services.station.log.seal()
    bodies = []
    for size in range(known, known + count):
        head = Checkpoint(services.settings.origin, size + 1, services.log.root(size + 1))
        note = sign_note(head.format(), services.settings.origin, key)
        proof = tuple(services.log.consistency(size, size + 1))
        bodies.append(AddCheckpoint(size, proof, note).format())
    with httpx.Client(timeout=20) as client:
        began = time.perf_counter()
        for body in bodies:
            assert client.post(f"{url}/add-checkpoint", content=body).status_code == 200
        return count / (time.perf_counter() - began)


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
