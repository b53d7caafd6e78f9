"""`ocop demo`: a cooperative's season on this machine, from harvest to scanned label and verdict."""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from socket import socket
from typing import Any

from api.bootstrap import Services, create
from api.commands.evidence import audit
from api.commands.record import record_file
from api.commands.serve import listen, serving
from api.commands.words import Nouns, choose, tell
from api.demo_checks import fetch, pictures_by_url, verdict
from api.errors import DoorError
from api.settings import DEFAULT_PORT, Settings, default_folder
from printers.virtual.server import VirtualPrinter

_MARK = "demo.json"
_LABELS_MOST = 14


@dataclass(slots=True)
class Demo:
    """What the demo made; `labels` are the main lot's, `problems` checks that did not hold."""

    labels: list[dict[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    lot: tuple[str, str] = ("", "")
    findings: list[dict[str, str]] = field(default_factory=list)


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    demo = nouns.add_parser("demo", help="a demo cooperative: records, labels, pages, verdict")
    demo.add_argument("--dir", type=Path, default=Path(default_folder() or "demo"))
    demo.add_argument("--once", action="store_true", help="end after its own checks")
    demo.add_argument("--port", type=int, default=DEFAULT_PORT)
    demo.add_argument("--lang", choices=("vi", "en"))
    demo.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make a demo ledger, print, serve and check; 0 when every check held."""
    folder = args.dir.resolve()
    listener = _listener(args)
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    _make_room(folder)
    services = create(folder, Settings("demo.ocop-ledger.example/log", base))
    try:
        (folder / _MARK).write_text("{}\n", encoding="utf-8")
        demo = Demo()
        _record(services, args.lang)
        _print(services, demo, args.lang)
        _evidence(services, demo)
        with serving(services, listener):
            _check(services, demo, base, args.lang)
            summary = _summary(services, demo, base)
            (folder / _MARK).write_text(
                json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
            )
            for problem in demo.problems:
                tell(problem)
            if not args.once:
                _stay(demo, base, args.lang)
        print(json.dumps(summary, ensure_ascii=False))
        return 0 if summary["verified"] else 1
    finally:
        services.close()


def _listener(args: argparse.Namespace) -> socket:
    try:
        return listen("127.0.0.1", args.port)
    except DoorError as taken:
        if args.port != DEFAULT_PORT:
            raise
        tell(choose(args.lang, f"{taken} Taking a free one.", f"{taken.say('vi')} Dùng cổng khác."))
        return listen("127.0.0.1", 0)


def _make_room(folder: Path) -> None:
    """A demo folder of before makes way; any other folder with something in it is left alone."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / _MARK).exists():
        raise DoorError("file-unwritable", path=folder, why="it holds something else")
    shutil.rmtree(folder)


def _record(services: Services, lang: str) -> None:
    data = files("api.demo_data")
    raw = (data / "demo.csv").read_bytes()
    setup = (data / "demo.setup.json").read_bytes()
    outcome = record_file(services, Path("demo.csv"), raw, setup, None, lang)
    tell(
        choose(
            lang,
            f"{outcome.recorded} diary lines signed, recorded and sealed.",
            f"Đã ký, ghi và niêm phong {outcome.recorded} dòng nhật ký.",
        )
    )
    if outcome.refused:
        raise RuntimeError(f"the demo's own diary is refused: {outcome.refused}")


@contextmanager
def _virtual_printer(services: Services) -> Iterator[Path]:
    """A simulated printer for the demo's time; its label pictures stay in the folder."""
    out = services.folder / "labels"
    out.mkdir()
    with VirtualPrinter(out) as printer:
        services.printers.add("may-in-ao", "virtual", printer.address)
        yield out


def _print(services: Services, demo: Demo, lang: str) -> None:
    """Print what is waiting of every lot that may be printed, most labels first."""
    printable = [
        lot.facts
        for row in services.views.lots()
        if row.labels_issued
        and not row.stopped
        and (lot := services.tables.lot(row.item, row.code)) is not None
    ]
    printable.sort(key=lambda facts: -facts["labels"]["issued"])
    main = printable[0]
    demo.lot = main["item"], main["lot"]
    printed: list[dict[str, str]] = []
    with _virtual_printer(services) as out:
        for facts in printable:
            status = services.labelling.status(facts["item"], facts["lot"])
            count = min(status["waiting"], _LABELS_MOST)
            serials, outcome = services.labelling.print_labels(facts["item"], facts["lot"], count)
            if outcome.ending != "done":
                demo.problems.append(f"printing {facts['lot']} ended as {outcome.ending}")
            printed += [
                {"serial": s, "url": services.labelling.url(facts, s), "png": ""} for s in serials
            ]
            demo.labels = demo.labels or list(printed)
            account = services.labelling.status(facts["item"], facts["lot"])
            if account["issued"] != sum(v for k, v in account.items() if k != "issued"):
                demo.problems.append(f"serials of {facts['lot']} do not add up: {account}")
        pictures = pictures_by_url(sorted(out.glob("*.png")))
    for label in printed:
        png = pictures.get(label["url"])
        if png is None:
            demo.problems.append(f"no printed label reads as {label['url']}")
        else:
            label["png"] = str(png.relative_to(services.folder))
    tell(
        choose(
            lang,
            f"{len(printed)} labels printed on the virtual printer, {len(pictures)} read back.",
            f"Đã in {len(printed)} tem trên máy in ảo, đọc lại được {len(pictures)} tem.",
        )
    )


def _evidence(services: Services, demo: Demo) -> None:
    services.commit_index()
    bundle = services.bundle(*demo.lot)
    assert bundle is not None  # the lot was read from the views just now
    (services.folder / "bundle.json").write_bytes(bundle)
    (services.folder / "trust.json").write_bytes(services.trust())
    (services.folder / "checkpoint").write_text(services.log.checkpoint() or "", encoding="utf-8")
    today = services.now().date().isoformat()
    for row in services.views.lots():
        found = services.tables.lot(row.item, row.code)
        if found is not None:
            demo.findings += [
                {"lot": one["lot"], "code": one["code"], "sentence": one["vi"]}
                for one in services.tables.findings(found.facts, today)
                if one["lot"] == row.code
            ]


def _check(services: Services, demo: Demo, base: str, lang: str) -> None:
    _wait_until_up(base)
    for label in demo.labels:
        status, body = fetch(label["url"])
        lot = label["url"].split("/10/")[1].split("/")[0].encode()
        if status != 200 or lot not in body:
            demo.problems.append(f"{label['url']} answers {status} without its lot")
    status, body = fetch(f"{base}/log/checkpoint")
    if status != 200 or body.decode() != services.log.checkpoint():
        demo.problems.append("the served checkpoint is not the log's")
    result = audit(services)
    if not result.clean:
        demo.problems.append(f"audit: {result.failure}")
    if verdict(services.folder / "bundle.json", services.folder / "trust.json") != 0:
        demo.problems.append("ocop-verify does not verify the bundle")
    if not demo.problems:
        tell(
            choose(
                lang,
                "Every label leads to its lot; the whole ledger and the lot bundle verify offline.",
                "Tem nào cũng dẫn đúng lô; toàn bộ sổ và hồ sơ lô kiểm tra được không cần mạng.",
            )
        )


def _wait_until_up(base: str) -> None:
    for _ in range(100):
        try:
            if fetch(f"{base}/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)


def _summary(services: Services, demo: Demo, base: str) -> dict[str, Any]:
    return {
        "dir": str(services.folder),
        "ledger": "ledger.db",
        "base_url": base,
        "item": demo.lot[0],
        "lot": demo.lot[1],
        "entries": services.ledger.size,
        "tree_size": services.log.size,
        "checkpoint": "checkpoint",
        "bundle": "bundle.json",
        "trust": "trust.json",
        "labels": demo.labels,
        "findings": demo.findings,
        "verified": not demo.problems,
    }


def _stay(demo: Demo, base: str, lang: str) -> None:
    item, lot = demo.lot
    tell(
        choose(
            lang,
            f"Consumer page: {demo.labels[0]['url']}\nStation:       {base}/tram\n"
            f"Lot dossier:   {base}/lo/{item}/{lot}\nCtrl-C ends it.",
            f"Trang người mua: {demo.labels[0]['url']}\nTrạm đóng gói:   {base}/tram\n"
            f"Hồ sơ lô:        {base}/lo/{item}/{lot}\nCtrl-C để dừng.",
        )
    )
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        tell("")
