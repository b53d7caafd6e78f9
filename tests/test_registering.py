"""A hub registers one cooperative after another, each from its set-up file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.test_commands import DEMO, ocop


def test_a_set_up_file_alone_registers_a_party(tmp_path: Path) -> None:
    folder, setup = tmp_path / "hub", tmp_path / "moi.setup.json"
    shutil.copy(DEMO.with_name("demo.setup.json"), setup)
    assert ocop("init", "--dir", folder).returncode == 0
    first = json.loads(ocop("record", setup, "--dir", folder, "--json").stdout)
    assert first["registered"] > 0 and first["recorded"] == 0
    assert (folder / "keys" / "HTX-NL.admin.pem").exists()
    again = json.loads(ocop("record", setup, "--dir", folder, "--json").stdout)
    assert again["registered"] == 0
    setup.write_text("{}")
    assert ocop("record", setup, "--dir", folder).returncode == 2
