"""Random changes of good bundles: bytes, characters, fields, members. The same seed, the same changes."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ledger.verify.entry import parse_entry
from ledger.verify.merkle import CompactRange
from tests.tampering.forgery import BY_KEYID, signed

Path = tuple[str | int, ...]
_HEX = "0123456789abcdef"
_ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**53,
    2**64,
    1.5,
    "",
    "x",
    "\u0000",
    "e\u0301",
    "\ud800",
    [],
    {},
    [[]],
    "00" * 32,
)


def mutated(raw: bytes, rng: random.Random) -> tuple[str, bytes]:
    """(what was done, the file with one change, seldom with two)."""
    names, changed = [], raw
    for _ in range(2 if rng.random() < 0.1 else 1):
        change = rng.choice(_CHANGES)
        try:
            changed = change(changed, rng)
        except (ValueError, KeyError, IndexError, RecursionError):
            changed = _flip_byte(changed, rng)  # a second change of what is no JSON any more
        names.append(change.__name__.strip("_"))
    return " ".join(names), changed


def _flip_byte(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :]


def _other_ascii(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([rng.randrange(32, 127)]) + raw[at + 1 :]


def _drop_bytes(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + raw[at + rng.randrange(1, 4) :]


def _double_bytes(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + raw[at : at + rng.randrange(1, 4)] + raw[at:]


def _digit(raw: bytes, rng: random.Random) -> bytes:
    places = [at for at, byte in enumerate(raw) if chr(byte) in _HEX]
    at = rng.choice(places)
    return raw[:at] + rng.choice(_HEX).encode() + raw[at + 1 :]


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for name in value:
            yield from _places(value[name], (*path, name))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _places(one, (*path, at))


def _at(change: Callable[[Any, str | int, random.Random], None]) -> Callable[..., bytes]:
    """A change of one member of the parsed file; half of them inside a payload."""

    def done(raw: bytes, rng: random.Random) -> bytes:
        value = json.loads(raw)
        if value.get("entries") and rng.random() < 0.5:
            entry = rng.choice(value["entries"])
            entry["payload"] = _changed(entry["payload"], change, rng)
        else:
            _change_somewhere(value, change, rng)
        escaped = rng.random() < 0.5
        return json.dumps(value, ensure_ascii=escaped).encode("utf-8", "surrogatepass")

    done.__name__ = change.__name__
    return done


def _changed(
    payload: str, change: Callable[[Any, str | int, random.Random], None], rng: random.Random
) -> str:
    """A payload with one member changed, mostly written canonically again."""
    value = json.loads(payload)
    _change_somewhere(value, change, rng)
    loose = rng.random() < 0.1
    separators = None if loose else (",", ":")
    return json.dumps(value, ensure_ascii=False, sort_keys=not loose, separators=separators)


def _change_somewhere(
    value: Any, change: Callable[[Any, str | int, random.Random], None], rng: random.Random
) -> None:
    *above, last = rng.choice(list(_places(value)))
    target = value
    for step in above:
        target = target[step]
    change(target, last, rng)


def resealed(entries: Sequence[bytes], rng: random.Random) -> tuple[str, list[bytes]]:
    """A ledger told anew with one statement changed, everything after it signed again, all in step.

    Only what the change says can be wrong with it: ids, places in journals and anchors follow.
    """
    target = rng.randrange(len(entries))
    change = rng.choice(_MEMBERS)
    made: list[bytes] = []
    renamed: dict[str, str] = {}
    tree, roots = CompactRange(), {0: ""}
    for at, raw in enumerate(entries):
        old = parse_entry(raw)
        payload = old.payload.decode()
        for before, after in renamed.items():
            payload = payload.replace(before, after)
        value = json.loads(payload)
        if value["anchor"] is not None:
            value["anchor"]["root"] = roots[value["anchor"]["size"]]
        payload = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if at == target:
            payload = _changed(payload, change, rng)
        new = parse_entry(signed(payload.encode(), BY_KEYID[old.keyid]))
        renamed[old.id.hex()] = new.id.hex()
        made.append(new.raw)
        tree.append(new.id)
        roots[tree.size] = tree.root().hex()
    return f"{change.__name__.strip('_')} at {target}", made


def _odd_value(target: Any, last: str | int, rng: random.Random) -> None:
    target[last] = copy.deepcopy(rng.choice(_ODD))


def _near_value(target: Any, last: str | int, rng: random.Random) -> None:
    found = target[last]
    if isinstance(found, bool) or found is None:
        target[last] = 1
    elif isinstance(found, int):
        target[last] = found + rng.choice((-2, -1, 1, 2, 1000))
    elif isinstance(found, str) and found:
        at = rng.randrange(len(found))
        target[last] = found[:at] + rng.choice("0aA.-+/ ắ") + found[at + rng.randrange(2) :]
    else:
        target[last] = [found]


def _drop_member(target: Any, last: str | int, _rng: random.Random) -> None:
    del target[last]


def _add_member(target: Any, last: str | int, rng: random.Random) -> None:
    if isinstance(target, dict):
        target[rng.choice(("note", "x", "__proto__", "constructor", "zz"))] = target[last]
    else:
        target.insert(int(last), copy.deepcopy(target[int(last)]))


def _swap_members(target: Any, last: str | int, rng: random.Random) -> None:
    other = rng.choice(list(target) if isinstance(target, dict) else range(len(target)))
    target[last], target[other] = target[other], target[last]


def _twice(raw: bytes, rng: random.Random) -> bytes:
    """One member of one object named twice."""
    commas = [at for at in range(len(raw)) if raw[at : at + 2] == b',"']
    at = rng.choice(commas)
    end = raw.find(b":", at)
    return raw[:at] + raw[at:end] + b":1" + raw[at:]


_MEMBERS = (_odd_value, _near_value, _near_value, _drop_member, _add_member, _swap_members)
_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip_byte,
    _other_ascii,
    _drop_bytes,
    _double_bytes,
    _digit,
    _twice,
    *map(_at, _MEMBERS),
)
