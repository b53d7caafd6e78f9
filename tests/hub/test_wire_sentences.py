"""Every refusal of the hub is a sentence in both languages, is used, is documented, has a status."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from api.hub import errors as hub_errors
from api.routes import station_wire, station_wire_examples
from api.station_wire import errors as wire_errors
from ledger.verify.wording import Refusal

API = Path(station_wire.__file__).resolve().parents[1]
SOURCES = [
    *(API / "hub").glob("*.py"),
    *(API / "photos").glob("*.py"),
    *(API / "station_wire").glob("*.py"),
    *(API / "commands").glob("station*.py"),
    Path(station_wire.__file__),
]
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
DOCUMENT = (API.parent / "docs" / "station-wire.md").read_text(encoding="utf-8")
CATALOGUES: list[type[Refusal]] = [hub_errors.HubRefused, wire_errors.WireRefused]
STATUSES = {**hub_errors.STATUSES, **wire_errors.STATUSES}
# What only people at the hub's own command line are told.
AT_THE_HUB = {
    "party-unregistered",
    "address-missing",
    "days-wrong",
    "ticket-unknown",
    "station-unknown",
    "ticket-wrong",
    "ticket-plain",
}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("kind", CATALOGUES, ids=lambda kind: kind.__name__)
def test_every_sentence_is_there_in_both_languages_and_is_said_somewhere(
    kind: type[Refusal],
) -> None:
    for code, (english, vietnamese) in kind.catalogue.items():
        assert fields(english) == fields(vietnamese), code
        assert english != vietnamese
        said = re.search(rf'(?:Refused|_refuse\w*)\(\s*"{code}"', SOURCE)
        assert (
            said
            or f'code = "behind" if there >= seen else "{code}"' in SOURCE
            or (code == "behind")
        ), f"{code} is never said"


def test_every_refusal_that_a_station_may_get_has_a_status_and_is_documented() -> None:
    codes = {code for kind in CATALOGUES for code in kind.catalogue}
    assert set(STATUSES) == codes - AT_THE_HUB
    undocumented = [
        code for code, status in STATUSES.items() if f"`{code}`" not in DOCUMENT and status != 503
    ]
    assert undocumented == []


def test_every_status_is_in_the_description_of_each_signed_route() -> None:
    for described in (station_wire_examples.PUSH_OPENAPI, station_wire_examples.PULL_OPENAPI):
        missing = set(STATUSES.values()) - set(described["responses"])
        assert missing == set()
    for described in (station_wire_examples.JOIN_OPENAPI, station_wire_examples.ENROL_OPENAPI):
        assert {200, 400, 403, 409, 413, 415, 422, 429, 503} <= set(described["responses"])
