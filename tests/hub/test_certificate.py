"""A hub's own certificate: made, renewed with the same key, served, named in tickets."""

from __future__ import annotations

import datetime as dt
import json
import ssl
import stat
import string
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from api.commands.main import main
from api.hub import certificate
from api.hub.certificate import make_certificate, own_certificate, pin_for, server_context
from api.hub.certificate_errors import CertificateRefused
from api.keeping.snapshot import PART
from api.keys.looking import files_here
from api.serving.timely_bodies import SlowRefused
from api.station.errors import StationError
from api.station_wire.errors import WireRefused
from api.station_wire.ticket import Ticket
from api.station_wire.tls_pin import PIN
from ledger.errors import LedgerError
from ledger.verify.wording import Refusal
from tests.station_sync.scene import SON, make_hub

NOW = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)
CODE = "7KQ2MX0VTB9DHWE4RNPC"
FINGERPRINT = "3f1c9a2b7d4055e1c08a"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub") / "hub"
    make_hub(folder)
    return folder


def _run(*words: object) -> int:
    return main([*map(str, words)])


def _code(refused: pytest.ExceptionInfo[CertificateRefused]) -> str:
    return refused.value.code


def test_a_certificate_is_of_p256_for_ten_years_and_for_the_names_given(tmp_path: Path) -> None:
    made = make_certificate(tmp_path, ["192.168.1.10", "Hub.Local", "[fd00::10]"], NOW)
    found = x509.load_pem_x509_certificate(made.path.read_bytes())
    key = found.public_key()
    assert isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
    assert (found.not_valid_after_utc - NOW).days == 3650
    assert found.not_valid_before_utc < NOW
    assert made.names[:3] == ("192.168.1.10", "hub.local", "fd00::10")
    assert {"localhost", "127.0.0.1"} <= set(made.names)
    limits = found.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert not limits.ca, "a device that trusts it would trust what it vouches for"
    for path in (made.path, made.key_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_renewed_with_other_names_the_key_stays_and_a_new_key_is_asked_for_by_name(
    tmp_path: Path,
) -> None:
    first = make_certificate(tmp_path, ["192.168.1.10"], NOW)
    renewed = make_certificate(tmp_path, ["192.168.1.20"], NOW + dt.timedelta(days=3000))
    assert renewed.pin == first.pin and PIN.fullmatch(first.pin)
    assert "192.168.1.10" not in renewed.names and renewed.until > first.until
    other = make_certificate(tmp_path, ["192.168.1.20"], NOW, new_key=True)
    assert other.pin != first.pin
    server_context(other.path, other.key_path)


@pytest.mark.parametrize(
    "name", ["https://192.168.1.10", "192.168.1.10:8471", "hub_local", "", "a" * 64, "1.2.3", "*.x"]
)
def test_what_is_no_name_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(CertificateRefused) as refused:
        make_certificate(tmp_path, [name], NOW)
    assert _code(refused) == "name-wrong"
    assert own_certificate(tmp_path) is None


def test_a_key_that_others_can_read_is_not_used_again(tmp_path: Path) -> None:
    made = make_certificate(tmp_path, ["hub.local"], NOW)
    made.key_path.chmod(0o644)
    with pytest.raises(LedgerError) as refused:
        make_certificate(tmp_path, ["hub.local"], NOW)
    assert refused.value.code == "key-open"


def test_a_certificate_and_a_key_that_do_not_belong_together_are_not_served(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one = make_certificate(tmp_path / "one", ["a.local"], NOW)
    two = make_certificate(tmp_path / "two", ["a.local"], NOW)
    for chain, key in ((one.path, two.key_path), (one.path, tmp_path / "none")):
        with pytest.raises(CertificateRefused) as refused:
            server_context(chain, key)
        assert _code(refused) == "certificate-unusable"
    two.path.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(CertificateRefused):
        own_certificate(tmp_path / "two")


def test_a_server_speaks_nothing_older_than_tls_1_2(tmp_path: Path) -> None:
    made = make_certificate(tmp_path, ["a.local"], NOW)
    context = server_context(made.path, made.key_path)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert all(
        "ECDHE" in one["name"] or one["protocol"] == "TLSv1.3" for one in context.get_ciphers()
    )


def test_the_key_is_no_signing_key_and_goes_into_backups(tmp_path: Path) -> None:
    made = make_certificate(tmp_path, ["a.local"], NOW)
    assert files_here(tmp_path) == {}
    for path in (made.path, made.key_path):
        assert PART.fullmatch(f"keys/{path.name}")


def test_a_ticket_names_the_key_only_where_the_own_certificate_is_for_its_host(
    tmp_path: Path,
) -> None:
    assert pin_for(tmp_path, "https://192.168.1.10:8471") == ""
    made = make_certificate(tmp_path, ["192.168.1.10", "hub.local", "fd00::10"], NOW)
    for url in ("https://192.168.1.10:8471", "https://HUB.local", "https://[fd00:0::10]:8471"):
        assert pin_for(tmp_path, url) == made.pin
    for url in ("https://truyxuat.example.vn", "http://192.168.1.10", "https://[fd00", "x"):
        assert pin_for(tmp_path, url) == ""


def test_a_ticket_with_a_key_reads_back_and_a_ticket_without_one_is_as_before() -> None:
    line = f"https://192.168.1.10:8471 7KQ2M-X0VTB-9DHWE-4RNPC {FINGERPRINT}"
    assert Ticket.parse(line) == Ticket("https://192.168.1.10:8471", CODE, FINGERPRINT)
    assert Ticket.parse(line).format() == line
    pinned = f"{line} {'0a' * 16}"
    assert Ticket.parse(pinned.upper().replace("HTTPS", "https")).pin == "0a" * 16
    assert Ticket.parse(pinned).format() == pinned


@pytest.mark.parametrize(
    ("url", "pin"),
    [
        ("https://192.168.1.10", "0a" * 15),
        ("https://192.168.1.10", "zz" * 16),
        ("https://192.168.1.10", FINGERPRINT),
        ("http://127.0.0.1:8471", "0a" * 16),
    ],
)
def test_a_ticket_with_a_key_that_cannot_be_is_no_ticket(url: str, pin: str) -> None:
    with pytest.raises(WireRefused) as refused:
        Ticket.parse(f"{url} 7KQ2M-X0VTB-9DHWE-4RNPC {FINGERPRINT} {pin}")
    assert refused.value.code == "ticket-wrong"


def test_a_plain_address_of_another_machine_is_told_how_to_get_a_certificate() -> None:
    with pytest.raises(WireRefused) as refused:
        Ticket("http://192.168.1.10:8471", CODE, FINGERPRINT)
    assert refused.value.code == "ticket-plain"
    for lang in ("en", "vi"):
        assert "ocop hub certificate" in refused.value.say(lang)


def test_the_commands_make_show_and_name_it(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("hub", "certificate", "--dir", hub, "--lang", "en")
    assert _run(*words) == 2
    assert "ocop hub certificate 192.168.1.10" in capsys.readouterr().err
    assert _run("serve", "--tls", "--port", 0, "--dir", hub, "--lang", "en") == 2
    assert "has no certificate of its own" in capsys.readouterr().err
    assert _run(*words, "--new-key") == 2
    capsys.readouterr()
    assert _run(*words, "192.168.1.10") == 0
    told = capsys.readouterr()
    assert "ocop serve --tls" in told.err and "192.168.1.10" in told.out
    assert _run(*words, "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["key"] in told.out and data["names"][0] == "192.168.1.10"
    invite = ("station", "invite", "--party", SON, "--dir", hub, "--lang", "en", "--json", "--url")
    assert _run(*invite, "https://192.168.1.10:8471") == 0
    assert Ticket.parse(json.loads(capsys.readouterr().out)["ticket"]).pin == data["key"]
    assert _run(*invite, "https://hub.example") == 0
    assert Ticket.parse(json.loads(capsys.readouterr().out)["ticket"]).pin == ""
    assert _run(*(one for one in invite if one != "--json"), "https://hub.example") == 0
    assert "names no TLS key" in capsys.readouterr().err
    assert _run(*words, "192.168.1.10", "--new-key", "--json") == 0
    assert json.loads(capsys.readouterr().out)["key"] != data["key"]


def test_what_cannot_be_served_is_said_before_a_port_is_taken(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make_certificate(tmp_path, ["a.local"], NOW)
    serve = ("serve", "--port", 0, "--dir", hub, "--lang", "en")
    for words, sentence in (
        (("--certificate", made.path), "give both"),
        (("--certificate-key", made.key_path), "give both"),
        (("--certificate", made.key_path, "--certificate-key", made.key_path), "cannot be served"),
        (("--tls", "--certificate", made.path), "one of"),
    ):
        assert _run(*serve, *words) == 2
        assert sentence in capsys.readouterr().err


def test_a_folder_that_is_no_ledger_gets_no_certificate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("hub", "certificate", "192.168.1.10", "--dir", tmp_path) == 2
    capsys.readouterr()
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("kind", [CertificateRefused, StationError, SlowRefused])
def test_every_sentence_is_there_in_both_languages_and_is_said_somewhere(
    kind: type[Refusal],
) -> None:
    api = Path(certificate.__file__).resolve().parents[1]
    said = "\n".join(
        path.read_text(encoding="utf-8")
        for path in api.rglob("*.py")
        if not path.name.endswith("errors.py")
    )
    for code, (english, vietnamese) in kind.catalogue.items():
        assert english != vietnamese
        places = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (english, vietnamese)
        ]
        assert places[0] == places[1], code
        assert said.count(f'"{code}"') > (kind is SlowRefused), f"{code} is never said"
