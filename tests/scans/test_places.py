"""An address becomes one bit of 63 and nothing else; headers count only from named proxies."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from starlette.types import Scope

from api.errors import DoorError
from api.scans.places import SLOTS, Peers, network_of, place_bit
from api.settings import Settings


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "cb0071"),
        ("203.0.113.250", "cb0071"),
        ("::ffff:203.0.113.9", "cb0071"),
        ("2001:db8:1:2::3", "20010db80001"),
        ("2001:DB8:1:ffff::", "20010db80001"),
    ],
)
def test_a_network_is_24_bits_of_ipv4_and_48_of_ipv6(address: str, network: str) -> None:
    assert network_of(address).hex() == network


@pytest.mark.parametrize("odd", ["", "testclient", "unknown", "1.2.3", "1.2.3.4:80", "[::1]", "\0"])
def test_what_is_no_address_is_no_place(odd: str) -> None:
    assert network_of(odd) == b""
    assert place_bit(b"k" * 32, odd) == 0


def test_one_network_sets_one_bit_and_another_day_another_one() -> None:
    keys = [secrets.token_bytes(32) for _ in range(40)]
    bits = [place_bit(key, "203.0.113.7") for key in keys]
    assert all(bit.bit_count() == 1 and bit < 1 << SLOTS for bit in bits)
    assert bits == [place_bit(key, "203.0.113.200") for key in keys]
    assert len(set(bits)) > 10


def test_the_bits_are_spread_evenly_over_networks() -> None:
    key = secrets.token_bytes(32)
    seen: dict[int, int] = {}
    for number in range(6_300):
        bit = place_bit(key, f"10.{number // 256}.{number % 256}.1")
        seen[bit] = seen.get(bit, 0) + 1
    assert len(seen) == SLOTS
    assert max(seen.values()) < 200  # 100 on average


def scope(peer: str | None, *forwarded: str) -> Scope:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    return {"client": None if peer is None else (peer, 1), "headers": headers}


def test_nobodys_header_is_believed_by_default() -> None:
    assert Peers(()).sender(scope("198.51.100.1", "203.0.113.7")) == "198.51.100.1"
    assert Peers(()).sender(scope(None)) == ""


def test_a_named_proxy_tells_the_last_hop_that_is_not_ours() -> None:
    peers = Peers(("127.0.0.1", "172.16.0.0/12"))
    forged = "8.8.8.8, 203.0.113.7"
    assert peers.sender(scope("127.0.0.1", forged)) == "203.0.113.7"
    assert peers.sender(scope("172.18.0.5", forged, "172.18.0.9")) == "203.0.113.7"
    assert peers.sender(scope("198.51.100.1", forged)) == "198.51.100.1"
    # The proxy itself is no place of a buyer.
    assert peers.sender(scope("127.0.0.1")) == ""


def test_a_proxy_that_is_no_address_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="proxy"):
        Peers(("proxy.example",))


def test_the_settings_file_names_proxies_by_address_or_network(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    Settings("ocop.example/log", trusted_proxies=("127.0.0.1/32", "172.16.0.0/12")).save(path)
    assert Settings.load(path).trusted_proxies == ("127.0.0.1/32", "172.16.0.0/12")
    path.write_text(path.read_text(encoding="utf-8").replace("127.0.0.1/32", "proxy.example"))
    with pytest.raises(DoorError) as refused:
        Settings.load(path)
    assert refused.value.code == "settings-wrong"
    path.write_text('{"origin": "ocop.example/log", "base_url": null, "version": 1}')
    assert Settings.load(path).trusted_proxies == ()
