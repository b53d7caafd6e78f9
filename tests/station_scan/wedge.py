"""A keyboard-wedge scanner, as a browser meets it: keys at a pace of its own, then Enter or Tab.

Every key carries the time at which it was pressed, as keys of a real keyboard do: so a test says
the same on a machine that is busy with something else.
"""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page

_CONTROL = 2
_CLOSING = {"Enter": ("Enter", 13, "\r"), "Tab": ("Tab", 9, "")}


def scan(page: Page, text: str, *, delay: float = 4, end: str = "Enter") -> None:
    """Type a code as a scanner does; FNC1 is Ctrl+]. `delay` in ms between two keys."""
    keys(page, text, delay=delay, end=end)


def keys(page: Page, text: str, *, delay: float, end: str = "") -> None:
    """Type a text with `delay` ms between its keys, and press a closing key."""
    session = page.context.new_cdp_session(page)
    at = time.time()
    try:
        for char in text:
            if char == "\x1d":
                bracket = {"key": "]", "code": "BracketRight", "modifiers": _CONTROL}
                _press(session, at, **bracket, windowsVirtualKeyCode=221)
            else:
                _press(session, at, key=char, text=char)
            at += delay / 1000
        if end:
            code, number, typed = _CLOSING[end]
            closing = {"text": typed} if typed else {}
            _press(session, at, key=end, code=code, windowsVirtualKeyCode=number, **closing)
    finally:
        session.detach()
    # Keys that are said to be pressed later are: nothing may come before them.
    time.sleep(max(at - time.time(), 0))


def _press(session: Any, at: float, **key: Any) -> None:
    down = "keyDown" if "text" in key else "rawKeyDown"
    session.send("Input.dispatchKeyEvent", {"type": down, "timestamp": at, **key})
    up = {name: value for name, value in key.items() if name != "text"}
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", "timestamp": at, **up})
