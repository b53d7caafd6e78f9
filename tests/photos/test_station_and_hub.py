"""Photos travel to the hub after the statements that name them, whatever interrupts them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.bootstrap import Services
from api.photos.encoding import Photo
from api.photos.recording import Said, add_photo, own_photo, withdraw_photo
from api.photos.waiting import waiting_photos
from api.station.asking import signer_of
from api.station.hub_client import HubAway, HubClient, HubRefused
from api.station.loop import synchroniser_of
from tests.photos.pictures import some_photo, telephone
from tests.station_sync.conftest import hub as hub  # noqa: PLC0414  # a fixture
from tests.station_sync.scene import BIEN, SON, Hub, harvest, joined, station, sync


def put_up(services: Services, photo: Photo, **shows: Any) -> str:
    answer: Any = add_photo(services, SON, photo, Said("Hái chè", shows or {"site": "VT-1"}))
    return str(answer.id)


def waiting(services: Services) -> int:
    assert services.link is not None
    return len(waiting_photos(services.album, services.link.state, SON))


def at_hub(hub: Hub, digest: str) -> int:
    return httpx.get(f"{hub.address}/anh/{digest}.jpg", timeout=10).status_code


def until_sent(services: Services) -> None:
    """The hub takes a photo once the statement is sealed, which is a moment after it came."""
    for _ in range(40):
        sync(services)
        if not waiting(services):
            return
    raise AssertionError(f"{waiting(services)} files still wait")


@contextmanager
def client_of(services: Services) -> Iterator[HubClient]:
    link, signer = signer_of(services)
    client = link.client(signer, services.now)
    try:
        yield client
    finally:
        client.close()


def test_a_photo_comes_to_the_hub_and_is_shown_there(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    photo = some_photo(71)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "ANH-1")
        lot = {"item": f"{SON}/che", "code": "ANH-1"}
        put_up(son, photo, lot=lot, stage="harvested")
        assert waiting(son) == 2
        assert at_hub(hub, photo.digest) == 404
        until_sent(son)
        found = httpx.get(f"{hub.address}/anh/{photo.digest}.jpg", timeout=10)
        assert found.content == photo.large
        assert at_hub(hub, photo.small_digest) == 200
        facts = hub.services.views.lot(f"{SON}/che", "ANH-1")
        assert facts is not None
        assert facts.facts["stages"][0]["photos"][0]["digest"] == photo.digest
        assert sync(son).photos == 0


def test_what_was_cut_off_goes_on_where_it_was(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(tmp_path / "son", hub, SON)
    photos = [some_photo(shade) for shade in (72, 73)]
    with station(tmp_path / "son") as son:
        sync(son)
        for one in photos:
            put_up(son, one)
        sent: list[bytes] = []
        true = HubClient.photo

        def cut(client: HubClient, raw: bytes) -> dict[str, Any]:
            if len(sent) == 1:
                raise HubAway("hub-away", address=client.address, why="cut off")
            sent.append(raw)
            return true(client, raw)

        monkeypatch.setattr(HubClient, "photo", cut)
        # With the statements or a round later, once the hub has sealed them.
        for _ in range(40):
            try:
                sync(son)
            except HubAway:
                break
        assert waiting(son) == 3
        monkeypatch.setattr(HubClient, "photo", true)
        until_sent(son)
        for one in photos:
            assert at_hub(hub, one.digest) == at_hub(hub, one.small_digest) == 200


def test_a_hub_that_lost_its_photos_is_given_them_again(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    photo = some_photo(74)
    with station(tmp_path / "son") as son:
        sync(son)
        put_up(son, photo)
        until_sent(son)
        for digest in (photo.digest, photo.small_digest):
            hub.services.album.shelf.path_of(digest).unlink()
        assert at_hub(hub, photo.digest) == 404
        assert sync(son).photos == 2  # the first round of a run asks for everything
        assert at_hub(hub, photo.digest) == 200


def test_the_hub_takes_no_photo_that_no_sealed_statement_of_the_sender_names(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    joined(tmp_path / "bien", hub, BIEN)
    photo = some_photo(75)
    with station(tmp_path / "son") as son, station(tmp_path / "bien") as bien:
        sync(son), sync(bien)
        with client_of(son) as client, pytest.raises(HubRefused) as unnamed:
            client.photo(photo.large)
        assert unnamed.value.reason == "photo-unnamed"
        put_up(son, photo)
        until_sent(son)
        with client_of(bien) as client:
            with pytest.raises(HubRefused) as foreign:
                client.photo(photo.large)
            assert foreign.value.reason == "photo-unnamed"
            assert client.photos_lacking([photo.digest]) == {
                "missing": [],
                "unnamed": [photo.digest],
            }
        with client_of(son) as client:
            assert client.photo(photo.large) == {"digest": photo.digest, "kept": True}
            for body in ({"digests": ["x"]}, {"digests": "x"}, {}, {"digests": ["ab" * 32] * 501}):
                with pytest.raises(HubRefused) as malformed:
                    client._signed("POST", "photos", json.dumps(body).encode(), "application/json")
                assert malformed.value.reason == "body-malformed"
            with pytest.raises(HubRefused) as large:
                client.photo(bytes(300_001))
            assert large.value.reason == "too-large"
    unsigned = httpx.post(
        f"{hub.address}/api/v1/station/photo",
        content=photo.large,
        headers={"content-type": "image/jpeg"},
        timeout=10,
    )
    assert unsigned.status_code == 401


def test_a_signed_file_that_is_no_plain_picture_is_not_taken_either(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    hidden = telephone(300, 200)  # still has its EXIF
    with station(tmp_path / "son") as son:
        sync(son)
        photo = Photo(hidden, some_photo(76).small, 300, 200)
        put_up(son, photo)
        for _ in range(40):
            sync(son)
            if waiting(son) == 1:
                break
        assert waiting(son) == 1
        assert at_hub(hub, photo.small_digest) == 200
        assert at_hub(hub, photo.digest) == 404
        with client_of(son) as client, pytest.raises(HubRefused) as unfit:
            client.photo(hidden)
        assert unfit.value.reason == "photo-unfit"


def test_what_a_station_takes_down_goes_from_the_hub_too(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    photo = some_photo(77)
    with station(tmp_path / "son") as son:
        sync(son)
        entry = put_up(son, photo)
        until_sent(son)
        withdraw_photo(son, own_photo(son, SON, entry), "customer-request")
        for _ in range(40):
            sync(son)
            if at_hub(hub, photo.digest) == 410:
                break
        assert at_hub(hub, photo.digest) == at_hub(hub, photo.small_digest) == 410
        assert not hub.services.album.shelf.path_of(photo.digest).exists()


def test_photos_of_a_hub_before_photos_wait_without_harm(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        put_up(son, some_photo(78))

        def unknown(client: HubClient, digests: list[str]) -> dict[str, Any]:
            raise HubRefused(client.address, 404, {"code": "http-404"})

        monkeypatch.setattr(HubClient, "photos_lacking", unknown)
        synchroniser = synchroniser_of(son)
        try:
            assert synchroniser.once().photos == 0
            assert synchroniser.photos.waiting() == 2
        finally:
            synchroniser.close()
