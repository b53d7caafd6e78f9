"""The manager's page of photos: choose, look, say what it is, sign; mend, and take down."""

from __future__ import annotations

import io
import os
import re
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services
from api.photos.drafts import LIFETIME, MOST, PhotoDrafts
from api.photos.encoding import Photo
from tests.pages.cooperative import GTIN, LOT, RAW, RAW_LOT
from tests.photos.pictures import telephone

OWN = {"sec-fetch-site": "same-origin"}
STAGE = {"what": f"lot|{GTIN}|{LOT}", "stage": "packed", "caption": "Đóng gói tại xưởng"}
_JPG = re.compile(r"/anh/([0-9a-f]{64})\.jpg")


def choose(home: TestClient, raw: bytes, **fields: str) -> Any:
    files = {"file": ("IMG 2041.jpg", raw, "image/jpeg")}
    return home.post("/quan-ly/anh", data=fields, files=files, headers=OWN)


def put_up(home: TestClient, raw: bytes, **said: str) -> Any:
    """Both steps; what the second was answered with."""
    sent = choose(home, raw)
    assert sent.status_code == 303, sent.text
    digest = re.search("anh=([0-9a-f]{64})", sent.headers["location"])
    assert digest is not None
    return home.post("/quan-ly/anh/moi", data={"anh": digest[1], **said}, headers=OWN)


def lot_facts(services: Services) -> dict[str, Any]:
    found = services.views.lot(GTIN, LOT)
    assert found is not None
    return found.facts


def entry_of(home: TestClient) -> str:
    found = re.search(r'name="phieu" value="([0-9a-f]{64})"', home.get("/quan-ly/anh").text)
    assert found is not None
    return found[1]


def test_a_photo_of_a_lot_is_seen_before_it_is_signed_and_then_stands_at_its_stage(
    home: TestClient, services: Services, public: TestClient
) -> None:
    sent = choose(home, telephone(640, 480))
    form = home.get(sent.headers["location"])
    assert form.status_code == 200
    shown = re.search(r'src="(/quan-ly/anh/cho/[0-9a-f]{64}\.jpg)"', form.text)
    assert shown is not None
    preview = home.get(shown[1])
    assert preview.headers["content-type"] == "image/jpeg"
    assert public.get(shown[1]).status_code == 403
    before = services.log.size
    digest = shown[1][-68:-4]
    assert public.get(f"/anh/{digest}.jpg").status_code == 404  # nobody has signed for it
    done = home.post("/quan-ly/anh/moi", data={"anh": digest, **STAGE}, headers=OWN)
    assert done.status_code == 303, done.text
    assert services.log.size == before + 1
    (packed,) = [one for one in lot_facts(services)["stages"] if one["type"] == "packed"]
    (photo,) = packed["photos"]
    assert photo["digest"] == digest
    assert photo["alt"] == "Đóng gói tại xưởng"
    assert (photo["party"], photo["day"], photo["gone"]) == ("HTX-MD", "2026-10-01", False)
    assert photo["by"] == lot_facts(services)["producer"]["name"]
    large, small = public.get(f"/anh/{digest}.jpg"), public.get(f"/anh/{photo['small']}.jpg")
    assert large.content == preview.content
    assert Image.open(io.BytesIO(large.content)).size == (photo["width"], photo["height"])
    assert len(small.content) <= 30_000
    assert "Đóng gói tại xưởng" in home.get("/quan-ly/anh").text


def test_a_photo_of_a_product_becomes_its_picture_and_its_registration_names_it(
    home: TestClient, services: Services
) -> None:
    assert "image" not in lot_facts(services)["product"]
    done = put_up(home, telephone(640, 480), what=f"product|{GTIN}", caption="Gói miến", main="1")
    assert done.status_code == 303, done.text
    image = lot_facts(services)["product"]["image"]
    known = services.views.known_for("HTX-MD").product(GTIN)
    assert known is not None
    assert known["image"] == image["digest"]
    assert known["name"] == lot_facts(services)["product"]["name"]
    # A newer one is signed, but the registration goes on naming the first.
    put_up(home, telephone(640, 480, shade=60), what=f"product|{GTIN}", caption="Gói miến khác")
    assert lot_facts(services)["product"]["image"]["digest"] == image["digest"]
    put_up(
        home,
        telephone(640, 480, shade=40),
        what=f"product|{GTIN}",
        caption="Gói miến mới",
        main="1",
    )
    assert lot_facts(services)["product"]["image"]["alt"] == "Gói miến mới"


def test_a_photo_of_a_site_stands_at_every_stage_there_of_every_lot(
    home: TestClient, services: Services
) -> None:
    put_up(home, telephone(640, 480), what="site|XCB-01", caption="Xưởng nhìn từ cổng")
    sites = [
        site
        for stage in lot_facts(services)["stages"]
        for site in stage["sites"]
        if site["code"] == "XCB-01"
    ]
    assert sites
    assert all(site["photos"][0]["alt"] == "Xưởng nhìn từ cổng" for site in sites)


def test_a_photo_of_what_a_lot_was_made_of_is_shown_with_it(
    home: TestClient, services: Services
) -> None:
    put_up(home, telephone(640, 480), what=f"lot|{RAW}|{RAW_LOT}", stage="", caption="Bột dong")
    assert [one["alt"] for one in lot_facts(services)["photos"]] == ["Bột dong"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"what": f"product|{GTIN}", "caption": " "}, "viết một dòng"),
        ({"what": f"product|{GTIN}", "caption": "x" * 201}, "201"),
        ({"what": "", "caption": "Gói miến"}, "chọn ảnh chụp gì"),
        ({"what": f"product|{GTIN}", "caption": "Gói", "day": "2026-10-02"}, "2026-10-02"),
        ({"what": f"product|{GTIN}", "caption": "Gói", "day": "hôm qua"}, "hôm qua"),
        ({"what": "product|08930000000008", "caption": "Của người khác"}, "08930000000008"),
        ({"what": "lot|CTY-B/x|L1", "caption": "Của người khác"}, "CTY-B"),
    ],
)
def test_what_cannot_be_signed_is_told_and_what_was_typed_stays(
    home: TestClient, services: Services, said: dict[str, str], words: str
) -> None:
    size = services.log.size
    answer = put_up(home, telephone(500, 400), **said)
    assert answer.status_code == 422
    assert words in answer.text
    assert said["caption"].strip() in answer.text
    assert services.log.size == size
    assert list(services.album.shelf.digests()) == []


@pytest.mark.parametrize(
    "raw", [b"", b"no picture", telephone(640, 480)[:4000]], ids=["none", "text", "cut"]
)
def test_a_file_that_is_no_picture_leads_back_to_the_choice(home: TestClient, raw: bytes) -> None:
    answer = choose(home, raw)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_form_of_another_site_or_without_a_file_takes_nothing(home: TestClient) -> None:
    files = {"file": ("a.jpg", telephone(200, 100), "image/jpeg")}
    other = home.post("/quan-ly/anh", files=files, headers={"sec-fetch-site": "cross-site"})
    assert other.status_code == 403
    for body, kind in (
        (b"x" * 100, "multipart/form-data; boundary=abc"),
        (b"--abc\r\n\r\n\r\n--abc--", "multipart/form-data; boundary=abc"),
        (b"--abc--", "multipart/form-data"),
        (b"file=1", "application/x-www-form-urlencoded"),
    ):
        answer = home.post("/quan-ly/anh", content=body, headers={**OWN, "content-type": kind})
        assert answer.status_code == 422, kind
    huge = home.post(
        "/quan-ly/anh",
        content=bytes(13 * 1024 * 1024),
        headers={**OWN, "content-type": "multipart/form-data; boundary=abc"},
    )
    assert huge.status_code == 422
    assert "12 MB" in huge.text


def test_a_correction_stands_beside_and_moves_the_photo(
    home: TestClient, services: Services
) -> None:
    put_up(home, telephone(640, 480), **STAGE)
    entry = entry_of(home)
    assert "Đóng gói tại xưởng" in home.get(f"/quan-ly/anh/sua?phieu={entry}").text
    said = {"phieu": entry, "what": f"product|{GTIN}", "caption": "Gói miến"}
    assert home.post("/quan-ly/anh/sua", data=said, headers=OWN).status_code == 303
    facts = lot_facts(services)
    assert all(not stage["photos"] for stage in facts["stages"])
    assert facts["product"]["image"]["alt"] == "Gói miến"
    foreign = {"phieu": "ab" * 32, "what": f"product|{GTIN}", "caption": "Gói"}
    assert home.post("/quan-ly/anh/sua", data=foreign, headers=OWN).status_code == 404


def test_a_photo_that_is_taken_down_leaves_its_statement_and_no_bytes(
    home: TestClient, services: Services, public: TestClient
) -> None:
    put_up(home, telephone(640, 480), **STAGE)
    (digest, small) = dict.fromkeys(_JPG.findall(home.get("/quan-ly/anh").text))
    files = list((Path(services.folder) / "photos").rglob("*.jpg"))
    assert len(files) == 2
    said = {"phieu": entry_of(home), "reason": "customer-request"}
    assert home.post("/quan-ly/anh/go", data=said, headers=OWN).status_code == 303
    assert not any(path.exists() for path in files)
    for one in (digest, small):
        assert public.get(f"/anh/{one}.jpg").status_code == 410
    (packed,) = [one for one in lot_facts(services)["stages"] if one["type"] == "packed"]
    (photo,) = packed["photos"]
    assert photo["gone"]
    assert photo["digest"] == photo["small"] == photo["alt"] == ""
    page = home.get("/quan-ly/anh").text
    assert "Ảnh đã gỡ" in page
    assert 'name="phieu"' not in page
    # The very same picture does not come back by mistake.
    again = put_up(home, telephone(640, 480), **STAGE)
    assert again.status_code == 422
    assert "đã từng bị xóa" in again.text


def test_a_file_is_served_as_a_picture_and_as_nothing_else(
    home: TestClient, services: Services, public: TestClient
) -> None:
    put_up(home, telephone(640, 480), **STAGE)
    (digest, _) = dict.fromkeys(_JPG.findall(home.get("/quan-ly/anh").text))
    found = public.get(f"/anh/{digest}.jpg")
    assert found.headers["content-type"] == "image/jpeg"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["etag"] == f'"{digest}"'
    same = public.get(f"/anh/{digest}.jpg", headers={"if-none-match": f'"{digest}"'})
    assert same.status_code == 304
    path = services.album.shelf.path_of(digest)
    path.write_bytes(path.read_bytes()[:-10] + b"0123456789")
    assert public.get(f"/anh/{digest}.jpg").status_code == 404  # not what its name says
    for name in ("ab" * 32, "..%2F..%2Fsettings", digest.upper(), digest[:-1]):
        assert public.get(f"/anh/{name}.jpg").status_code == 404


def test_a_photo_that_one_process_took_is_recorded_by_another_and_once(
    services: Services,
) -> None:
    ways = [
        TestClient(
            create_app(services),
            base_url="http://127.0.0.1:8471",
            client=("127.0.0.1", 40000),
            follow_redirects=False,
        )
        for _ in range(2)
    ]
    sent = choose(ways[0], telephone(320, 240))
    digest = re.search("anh=([0-9a-f]{64})", sent.headers["location"])
    assert digest is not None
    assert ways[1].get(f"/quan-ly/anh/cho/{digest[1]}.jpg").status_code == 200
    (kept,) = (services.folder / "uploads" / "photos").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    before = services.store.size()
    form = {"anh": digest[1], **STAGE}
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda way: way.post("/quan-ly/anh/moi", data=form, headers=OWN), ways)
        )
    assert [one.status_code for one in answers] == [303, 303]
    assert services.store.size() == before + 1
    assert ways[0].post("/quan-ly/anh/moi", data=form, headers=OWN).status_code == 303
    assert services.store.size() == before + 1 and not kept.exists()


def test_a_party_keeps_so_many_photos_and_takes_one_down_for_another(
    home: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.photos.recording.MOST_OF_PARTY", 1)
    assert put_up(home, telephone(320, 240), **STAGE).status_code == 303
    before = services.store.size()
    full = put_up(home, telephone(300, 240), **STAGE)
    assert full.status_code == 422 and "gỡ bớt" in full.text
    assert services.store.size() == before
    entry = entry_of(home)
    home.post("/quan-ly/anh/go", data={"phieu": entry, "reason": "replaced"}, headers=OWN)
    assert put_up(home, telephone(300, 240), **STAGE).status_code == 303


def test_chosen_photos_are_few_and_go_after_an_hour(tmp_path: Path) -> None:
    drafts = PhotoDrafts(tmp_path)
    made = [Photo(b"large %d" % number, b"small", 4, 3) for number in range(MOST + 3)]
    folder = tmp_path / "uploads" / "photos"
    for number, one in enumerate(made):
        drafts.keep(one)
        os.utime(folder / f"{one.digest}.draft", (time.time() - 900 + number,) * 2)
    drafts.keep(made[-1])
    assert len(list(folder.iterdir())) == MOST
    assert drafts.get(made[0].digest) is None and drafts.get(made[-1].digest) == made[-1]
    os.utime(folder / f"{made[-1].digest}.draft", (time.time() - LIFETIME - 1,) * 2)
    assert drafts.get(made[-1].digest) is None
    (folder / f"{made[5].digest}.draft").write_bytes(b"{}")
    for name in (made[5].digest, "../../keys/root.pem", "x", ""):
        assert drafts.get(name) is None
