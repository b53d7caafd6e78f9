"""An auditor of another body, and a log that does not show all its entries to everybody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.access.gate import Gate
from api.commands.main import main
from api.witness.fetching import Fetcher, FetchFailed, without_pass
from tests.background.hub import until
from tests.station_sync.scene import SON, make_hub, running_hub


def test_the_printed_address_reads_the_log_and_is_not_shown_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_hub(tmp_path / "hub")
    with running_hub(tmp_path / "hub") as hub:
        (tmp_path / "trust.json").write_bytes(hub.services.trust())
        gate, fetcher = Gate(hub.services), Fetcher()
        gate.pins.add("Lan", SON, "739205")  # from here on this machine is nobody in particular
        gate.disclosures.choose(SON, ("amounts",), gate.record)
        assert main(["disclosure", "reader", "kt", "--dir", str(hub.services.folder)]) == 0
        printed = capsys.readouterr().out.strip()
        assert printed.endswith("@truyxuat.example.vn/log")
        given = printed.replace("https://", "http://").replace("truyxuat.example.vn", _at(hub.port))
        tile = "tile/entries/000.p/3"

        def refused() -> str:
            try:
                fetcher.get(f"http://{_at(hub.port)}/log/{tile}", seconds=10)
            except FetchFailed as failed:
                return failed.say("en") if failed.code == "pass-needed" else ""
            return ""

        try:
            until(lambda: bool(refused()), 15, "the choice to hide holds here")
            assert "reading pass" in refused()
            assert fetcher.get(f"{given}/{tile}", seconds=10)
        finally:
            fetcher.close()
        folder = str(tmp_path / "kt")
        trust = str(tmp_path / "trust.json")
        assert main(["auditor", "init", "--dir", folder, "--name", "kt.example/a"]) == 0
        words = ["auditor", "add-log", "--dir", folder, "--trust", trust, "--url", given]
        assert main(words) == 0
        capsys.readouterr()
        main(["auditor", "show", "--dir", folder, "--json"])
        (shown,) = json.loads(capsys.readouterr().out)["logs"]
        assert shown["url"] == f"http://{_at(hub.port)}/log" == without_pass(given)


def _at(port: int) -> str:
    return f"127.0.0.1:{port}"
