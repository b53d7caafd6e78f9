"""`ocop table`: the same check, the same tables, from a command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.commands.main import main
from api.tables.exporting import export
from api.tables.writing import as_csv
from tests.pages.cooperative import NOW, PARTY, found_cooperative
from tests.tables.files import HARVEST, RECEIPT, csv_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found_cooperative(tmp_path / "so").close()
    monkeypatch.setattr("api.bootstrap.utc_now", lambda: NOW)
    monkeypatch.setenv("OCOP_DIR", str(tmp_path / "so"))
    return tmp_path


def test_a_faulty_table_is_told_cell_by_cell_and_nothing_is_recorded(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "so.csv"
    path.write_bytes(csv_of([HARVEST, {**RECEIPT, "số lượng": "mười"}]))
    for verb in ("check", "import"):
        assert main(["table", verb, str(path), "--json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert (told["new"], told["bad"], told["recorded"]) == (1, 1, 0)
        (cell,) = told["cells"]
        assert (cell["line"], cell["column"], cell["code"]) == (3, "số lượng", "number")
    assert main(["table", "check", str(path)]) == 1
    assert capsys.readouterr().out.startswith("dòng 3, số lượng: ")
    assert main(["table", "import", str(path), "--good-only"]) == 1
    assert "Đã ghi 1;" in capsys.readouterr().err


def test_a_table_taken_out_is_known_when_it_comes_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("nhat-ky.csv", "nhat-ky.xlsx", "san-pham.csv", "lo-va-ton.xlsx", "tem.csv"):
        path = folder / name
        assert main(["table", "export", path.stem, str(path)]) == 0
        if path.stem not in ("nhat-ky", "san-pham"):
            continue
        capsys.readouterr()
        assert main(["table", "import", str(path), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["known"] > 0 and told["new"] == told["recorded"] == 0
        assert told["table"] == path.stem
    services = found_cooperative(folder / "khac")
    table, _ = export(services, PARTY, "nhat-ky")
    services.close()
    assert (folder / "nhat-ky.csv").read_bytes() == as_csv(table)


def test_an_empty_form_is_filled_in_and_recorded(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "dia-diem.csv"
    assert main(["table", "export", "dia-diem", str(path), "--empty"]) == 0
    path.write_bytes(path.read_bytes() + "KHO-1;kho;Kho lạnh;;;;\r\n".encode())
    assert main(["table", "import", str(path)]) == 0
    assert "Đã ghi 1;" in capsys.readouterr().err
    assert main(["table", "import", str(path), "--lang", "en"]) == 0
    assert "1 recorded before" in capsys.readouterr().err


def test_what_cannot_be_done_is_said_in_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "so.csv"
    path.write_bytes(csv_of([HARVEST]))
    for words, said in (
        (["export", "khong-co", str(path)], "Không có bảng khong-co"),
        (["export", "tem", str(folder / "tem.doc")], "không phải CSV"),
        (["export", "lo-va-ton", str(path), "--empty"], "Không có bảng lo-va-ton"),
        (["import", str(path), "--table", "tem"], "Không có bảng tem"),
        (["import", str(path), "--party", "KHAC"], "Sổ này ghi cho"),
        (["import", str(folder / "khong-co.csv")], "Không đọc được"),
    ):
        assert main(["table", *words]) == 2, words
        told = capsys.readouterr().err
        assert said in told and "Traceback" not in told
