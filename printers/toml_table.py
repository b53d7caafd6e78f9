"""Reading one TOML table strictly: every key asked for by type, every other key refused."""

from __future__ import annotations

import tomllib
from typing import cast

from printers.errors import PrintingError

MAX_FILE_BYTES = 65_536


class TomlTable:
    """A table whose keys are taken one by one; `finish()` refuses whatever was not taken.

    `room` is "template" or "profile" and picks the error's class and code prefix; `where` names
    the table in the sentence shown to the person who edits the file.
    """

    def __init__(
        self, content: dict[str, object], where: str, room: str, refuse: type[PrintingError]
    ) -> None:
        self._left = dict(content)
        self._where = where
        self._room = room
        self._refuse = refuse

    @classmethod
    def from_bytes(
        cls, raw: bytes, where: str, room: str, refuse: type[PrintingError]
    ) -> TomlTable:
        """Parse a whole file of at most 64 KiB of UTF-8 TOML."""
        if len(raw) > MAX_FILE_BYTES:
            raise refuse(f"{room}.too-long", where=where, found=len(raw), most=MAX_FILE_BYTES)
        try:
            content = tomllib.loads(raw.decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise refuse(f"{room}.not-toml", where=where, why=str(fault)) from fault
        return cls(content, where, room, refuse)

    def _take(self, key: str, expected: str, default: object) -> object:
        if key in self._left:
            return self._left.pop(key)
        if default is None:
            raise self._refuse(
                f"{self._room}.missing-key", where=self._where, key=key, expected=expected
            )
        return default

    def _wrong(self, key: str, found: object, expected: str) -> PrintingError:
        return self._refuse(
            f"{self._room}.wrong-value",
            where=self._where,
            key=key,
            found=repr(found)[:60],
            expected=expected,
        )

    def text(self, key: str, default: str | None = None, most: int = 200) -> str:
        """A string of at most `most` characters; refused when absent and no default is given."""
        expected = f"text, 0-{most}"
        found = self._take(key, expected, default)
        if not isinstance(found, str) or len(found) > most:
            raise self._wrong(key, found, expected)
        return found

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """A number (integer or not) within low..high inclusive."""
        expected = f"{low:g}-{high:g}"
        found = self._take(key, expected, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self._wrong(key, found, expected)
        if not low <= found <= high:
            raise self._wrong(key, found, expected)
        return float(found)

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number within low..high inclusive."""
        expected = f"{low}-{high}"
        found = self._take(key, expected, default)
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            raise self._wrong(key, found, expected)
        return found

    def flag(self, key: str, default: bool | None = None) -> bool:
        """true or false."""
        found = self._take(key, "true, false", default)
        if not isinstance(found, bool):
            raise self._wrong(key, found, "true, false")
        return found

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One of the allowed words."""
        expected = ", ".join(allowed)
        found = self._take(key, expected, default)
        if not isinstance(found, str) or found not in allowed:
            raise self._wrong(key, found, expected)
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of at least one string."""
        found = self._take(key, "[text]", None)
        if not isinstance(found, list) or not found or not all(isinstance(t, str) for t in found):
            raise self._wrong(key, found, "[text]")
        return tuple(cast("list[str]", found))

    def table(self, key: str) -> TomlTable:
        """A sub-table that must be there."""
        found = self._take(key, f"[{key}]", None)
        if not isinstance(found, dict):
            raise self._wrong(key, found, f"[{key}]")
        return TomlTable(found, f"{self._where} [{key}]", self._room, self._refuse)

    def tables(self, key: str, most: int = 40) -> list[TomlTable]:
        """An array of tables, possibly empty, of at most `most`."""
        found = self._take(key, f"[[{key}]]", [])
        rows = found if isinstance(found, list) else [found]
        if len(rows) > most or not all(isinstance(row, dict) for row in rows):
            raise self._wrong(key, found, f"[[{key}]]")
        return [
            TomlTable(row, f"{self._where} [[{key}]] {n}", self._room, self._refuse)
            for n, row in enumerate(rows, 1)
        ]

    @property
    def where(self) -> str:
        """The name of this table for sentences."""
        return self._where

    def finish(self) -> None:
        """Refuse keys nobody asked for: a misspelt key silently ignored prints a wrong label."""
        if self._left:
            raise self._refuse(
                f"{self._room}.unknown-key", where=self._where, key=", ".join(sorted(self._left))
            )
