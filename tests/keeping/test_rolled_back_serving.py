"""A server over a ledger that was rolled back says so when it starts, and on its start page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.background.hub import START, Command, fetched, until
from tests.keeping import scenes


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_server_over_a_rolled_back_ledger_says_so_at_once(tmp_path: Path, lang: str) -> None:
    folder, older = tmp_path / "so", tmp_path / "older"
    scenes.told(folder).close()
    shutil.copytree(folder, older)
    with scenes.opened(folder) as services:
        scenes.add_one_by_one(services, 2, "N")
    for path in folder.glob("ledger.db*"):
        path.unlink()
    shutil.copy(older / "ledger.db", folder / "ledger.db")
    with scenes.opened(folder) as rolled:
        assert rolled.memory.problem is not None
        said = rolled.memory.problem.say(lang)
    server = Command("serve", "--dir", str(folder), "--lang", lang, "--port", "0")
    try:
        until(lambda: "/tram" in server.said, START, "an address")
        assert said in server.said
        assert "nothing is recorded: rolled-back" in server.said
        found = re.search(r"http://127\.0\.0\.1:\d+", server.said)
        assert found is not None
        status, page = fetched(f"{found[0]}/tram?lang={lang}", 10)
        assert (status, said.partition(" (")[0] in page) == (200, True), page
        assert 'class="banner bad"' in page
        server.end()
    finally:
        server.kill()
