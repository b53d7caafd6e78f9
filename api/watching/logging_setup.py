"""Logs: one JSON object a line on stderr, or plain lines when stderr is a terminal.

A log is read by more people than a ledger and kept without a plan, so what goes in is chosen, not
what is left out: the sentence of our own code, the fields below, and of an exception its kind and
place. Never its text, which may repeat a note, a request or a database address; never arguments of
other people's loggers. What still looks like a password or a network address is blotted out.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

from api.watching import metrics
from ledger.verify.wording import Refusal

FIELDS: Final = frozenset(
    # role and route are ours, code and error are names of kinds; the rest are numbers.
    ("id", "code", "route", "status", "seconds", "entries", "size", "index", "role", "error", "at")
)
"""What `log.info("...", extra={...})` may add. Everything else is dropped."""
_OURS: Final = ("ocop", "api", "ledger", "printers")
_LONGEST = 600
_PLACES = 6
_SECRET = re.compile(
    r"(?P<uri>://[^\s/:@]*):[^\s]*@|(?P<word>\bpass(?:word|phrase)?\s*[=:]\s*)(?:'[^']*'|\"[^\"]*\"|\S+)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?<![\w.])(?!127\.)\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)"
    r"|(?<![\w:])(?!::1\b)(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])",
    re.IGNORECASE,
)


def scrubbed(text: str) -> str:
    """One printable line without passwords and network addresses, at most 600 characters."""
    text = _SECRET.sub(lambda m: f"{m['uri']}:…@" if m["uri"] else f"{m['word']}…", text)
    text = _ADDRESS.sub("[address]", text)
    return "".join(c if c.isprintable() else " " for c in text[:_LONGEST])


def _event(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] not in _OURS:
        # Their arguments, and what follows the first line, may be anything.
        return scrubbed((str(record.msg).strip().splitlines() or [""])[0])
    return scrubbed(record.getMessage())


def _room(name: str) -> str:
    first, _, rest = name.partition(".")
    if first not in _OURS:
        return first
    return rest.partition(".")[0] or first


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_PLACES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(path: str) -> str:
    return "/".join(Path(path).parts[-3:])


def described(record: logging.LogRecord) -> dict[str, Any]:
    """A record as the fields of its line."""
    moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
    line: dict[str, Any] = {
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "room": _room(record.name),
        "event": _event(record),
        "process": record.process,
    }
    for name in sorted(FIELDS & record.__dict__.keys()):
        value = record.__dict__[name]
        line[name] = value if isinstance(value, int | float) else scrubbed(str(value))
    if record.exc_info and record.exc_info[1] is not None:
        wrong = record.exc_info[1]
        line["error"] = type(wrong).__name__
        if isinstance(wrong, Refusal):
            line["code"] = wrong.code
        line["at"] = _places(record.exc_info[2])
    return line


class JsonLines(logging.Formatter):
    """For programs that read logs."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        return json.dumps(described(record), ensure_ascii=False, separators=(",", ":"))


class PlainLines(logging.Formatter):
    """For a person at a terminal: the same words."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = described(record)
        time, level, room, event = (line.pop(name) for name in ("time", "level", "room", "event"))
        del line["process"]
        rest = "".join(f" {name}={value}" for name, value in line.items())
        return f"{time[11:19]} {level:<7} {room}: {event}{rest}"


class _Lines(logging.StreamHandler[TextIO]):
    def emit(self, record: logging.LogRecord) -> None:
        """Write and count; a full disk under stderr stops nothing."""
        metrics.logged(record.levelname.lower())
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the library's name
        """Nothing: the standard way prints the record's arguments."""
        del record


def set_up_logs(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send everything that is logged to `stream` (stderr), and nothing anywhere else.

    May be called again. Uvicorn must be given `log_config=None`, or it undoes this.
    """
    stream = sys.stderr if stream is None else stream
    handler = _Lines(stream)
    handler.setFormatter(PlainLines() if stream.isatty() else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        theirs = logging.getLogger(name)
        theirs.handlers.clear()
        theirs.propagate = True
    # Access lines would hold the addresses of people.
    logging.getLogger("uvicorn.access").disabled = True
    threading.excepthook = _thread_died
    sys.excepthook = _died


def _died(kind: type[BaseException], wrong: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("ocop.process").critical("ended by an error", exc_info=(kind, wrong, trace))


def _thread_died(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        logging.getLogger("ocop.process").error(
            "a thread was ended by an error",
            exc_info=(args.exc_type, args.exc_value, args.exc_traceback),
        )
