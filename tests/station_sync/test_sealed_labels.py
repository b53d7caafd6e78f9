"""A station of a hub seals labels with its own key, and the hub's list of stations vouches for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.commands.label_evidence import StationListRefused, station_list
from api.labels.sealing import seal_for_print
from ledger.domain.codes import Gtin, LotCode
from ledger.domain.digital_link import label_url
from ledger.domain.serials import serial_text
from ledger.verify.label_check import verify_label
from ledger.verify.trust import Trust
from printers.design.template import Template
from tests.station_sync.scene import (
    BASE,
    SON,
    Hub,
    joined,
    make_hub,
    running_hub,
    say,
    station,
    sync,
)

GTIN = "08938501000125"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    make_hub(tmp_path / "hub")
    with running_hub(tmp_path / "hub") as running:
        product = {"gtin": GTIN, "name": "Chè Shan", "net_content": {"value": "100", "unit": "g"}}
        say(running.services, "product-registered", SON, product)
        yield running


def test_the_hubs_list_vouches_for_labels_that_a_joined_station_sealed(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        seal = seal_for_print(son.labelling.desk, {"party": SON}, Template.shipped("goi-50x40-ky"))
        assert seal is not None
        serial = serial_text(son.labelling.label_key, GTIN, son.station.tag_of(SON), 1)
        text = label_url(BASE, Gtin(GTIN), LotCode("L1"), serial) + seal(GTIN, "L1", serial)
        with pytest.raises(StationListRefused) as refused:
            station_list(son)
        assert refused.value.code == "list-at-hub"
    hub.services.station.catch_up()
    stations = station_list(hub.services)
    report = verify_label(text, Trust.parse(hub.services.trust()), stations=stations)
    assert (report.code, report.params["party"]) == ("seal-good", SON)
