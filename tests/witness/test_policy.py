"""The witness policy file: C2SP tlog-policy, read strictly."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.witness.cosigned import POLICY_FILE, Cosigned
from api.witness.errors import WitnessError
from ledger.verify.note import COSIGNATURE, ED25519, NoteKey
from ledger.verify.policy import Policy, PolicyRefused
from ledger.verify.signature import PublicKey


def key(name: str, kind: int = COSIGNATURE) -> NoteKey:
    private = Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"."))
    return NoteKey(name, PublicKey(private.public_key().public_bytes_raw()), kind)


LOG = key("log.example/a", ED25519)
X1, X2, X3, Y1, Y2, Y3 = (key(f"w.example/{one}") for one in ("x1", "x2", "x3", "y1", "y2", "y3"))
ALL = (X1, X2, X3, Y1, Y2, Y3)
# The example of the specification, with keys.
EXAMPLE = f"""\
# logs and witnesses
log {LOG.format()} https://log.example/log

witness X1 {X1.format()}
witness X2 {X2.format()} https://x2.example
\twitness  X3\t{X3.format()}
group X-witnesses 2 X1 X2 X3

witness Y1 {Y1.format()}
witness Y2 {Y2.format()}
witness Y3 {Y3.format()}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def parsed(text: str) -> Policy:
    return Policy.parse(text.encode())


def test_the_example_of_the_specification_asks_for_two_of_one_house_and_one_of_the_other() -> None:
    policy = parsed(EXAMPLE)
    assert [one.key for one in policy.logs] == [LOG]
    assert policy.logs[0].url == "https://log.example/log"
    assert [one.key for one in policy.witnesses] == list(ALL)
    assert [one.url for one in policy.witnesses][:2] == [None, "https://x2.example"]
    for count in range(len(ALL) + 1):
        for chosen in itertools.combinations(ALL, count):
            wanted = len({X1, X2, X3} & set(chosen)) >= 2 and bool({Y1, Y2, Y3} & set(chosen))
            assert policy.met(set(chosen)) is wanted


@pytest.mark.parametrize(
    ("lines", "needed", "of"),
    [
        ("quorum none", 0, ()),
        ("quorum A", 1, (X1,)),
        ("group g all A B C\nquorum g", 3, (X1, X2, X3)),
        ("group g any A B\nquorum g", 1, (X1, X2)),
        ("group g 2 C A B\nquorum g", 2, (X3, X1, X2)),
    ],
)
def test_one_list_of_witnesses_is_what_a_trust_file_can_say(
    lines: str, needed: int, of: tuple[NoteKey, ...]
) -> None:
    three = "".join(f"witness {n} {k.format()}\n" for n, k in zip("ABC", (X1, X2, X3), strict=True))
    policy = parsed(f"{three}{lines}\n")
    assert policy.k_of_n() == (of, needed)
    for count in range(4):
        for chosen in itertools.combinations((X1, X2, X3), count):
            assert policy.met(chosen) is (len(set(chosen) & set(of)) >= needed)


def test_a_group_of_groups_is_read_but_no_trust_file_says_it() -> None:
    with pytest.raises(PolicyRefused) as refused:
        parsed(EXAMPLE).k_of_n()
    assert refused.value.code == "nested"
    many = [key(f"w.example/{n}") for n in range(17)]
    lines = "".join(f"witness w{n} {one.format()}\n" for n, one in enumerate(many))
    names = " ".join(f"w{n}" for n in range(17))
    with pytest.raises(PolicyRefused):
        parsed(f"{lines}group g any {names}\nquorum g\n").k_of_n()


A = f"witness A {X1.format()}\n"
B = f"witness B {X2.format()}\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (A, "quorum-missing"),
        ("", "quorum-missing"),
        (f"{A}quorum A\nquorum A\n", "line"),
        (f"quorum A\n{A}", "name-unknown"),
        (f"{A}quorum a\n", "name-unknown"),
        (f"{A}group g 1 A B\n{B}quorum g\n", "name-unknown"),
        (f"{A}group g 1 g\nquorum g\n", "name-unknown"),
        (f"{A}group g 1 A none\nquorum g\n", "name-unknown"),
        (f"{A}{B}group g 1 A A\nquorum g\n", "twice"),
        (f"{A}{B}group g 1 A\ngroup h 1 A B\nquorum h\n", "twice"),
        (f"{A}witness A {X2.format()}\nquorum A\n", "twice"),
        (f"{A}witness C {X1.format()}\nquorum A\n", "twice"),
        (f"{A}witness none {X2.format()}\nquorum A\n", "twice"),
        (f"{A}group A 1 A\nquorum A\n", "twice"),
        (f"log {LOG.format()}\nlog {LOG.format()}\nquorum none\n", "twice"),
        (f"{A}{B}group g 0 A B\nquorum g\n", "threshold"),
        (f"{A}{B}group g 3 A B\nquorum g\n", "threshold"),
        (f"{A}{B}group g 01 A B\nquorum g\n", "threshold"),
        (f"{A}{B}group g -1 A B\nquorum g\n", "threshold"),
        (f"{A}{B}group g most A B\nquorum g\n", "threshold"),
        (f"{A}{B}group g ² A B\nquorum g\n", "threshold"),
        (f"{A}group g 1\nquorum g\n", "line"),
        ("witness A\nquorum A\n", "line"),
        (f"witness A {X1.format()} https://a.example more\nquorum A\n", "line"),
        (f"Witness A {X1.format()}\nquorum none\n", "line"),
        ("quorum\n", "line"),
        (f"witness A {LOG.format()}\nquorum A\n", "key-kind"),
        (f"log {X1.format()}\nquorum none\n", "key-kind"),
        (f"witness A {X1.format()[:-4]}\nquorum A\n", "key"),
        (f"{A}quorum A\r\n", "not-text"),
        (f"{A}quorum A\x00\n", "not-text"),
        (f"{A}quorum A\x7f\n", "not-text"),
        ("#" * 70_000, "too-long"),
        ("".join(f"group g{n} 1 w{n}\n" for n in range(2)), "name-unknown"),
    ],
)
def test_what_breaks_a_rule_of_the_specification_is_refused(text: str, code: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        parsed(text)
    assert refused.value.code == code
    assert refused.value.say("vi") != refused.value.say("en")


def test_names_are_octets_and_nothing_folds_them() -> None:
    kelvin = "\N{KELVIN SIGN}"
    policy = parsed(f"witness K {X1.format()}\nwitness {kelvin} {X2.format()}\nquorum {kelvin}\n")
    assert policy.met([X2])
    assert not policy.met([X1])
    raw = f"witness X {X1.format()}\nquorum X\n".encode().replace(b"X ", b"\xff\xfe ")
    policy = Policy.parse(raw.replace(b"quorum X", b"quorum \xff\xfe"))
    assert policy.met([X1])
    with pytest.raises(PolicyRefused):
        Policy.parse(b"witness A \xff+12345678+AAAA\nquorum A\n")


def test_the_last_line_may_lack_its_newline_and_a_policy_of_32_of_each_is_read() -> None:
    keys = [key(f"w.example/{n}") for n in range(32)]
    logs = [key(f"log.example/{n}", ED25519) for n in range(32)]
    lines = [f"log {one.format()}" for one in logs]
    lines += [f"witness w{n} {one.format()}" for n, one in enumerate(keys)]
    lines += [f"group g{n} all w{n}" for n in range(31)]
    lines += [f"group all 16 w31 {' '.join(f'g{n}' for n in range(31))}", "quorum all"]
    policy = parsed("\n".join(lines))
    assert policy.met(keys[:16])
    assert not policy.met(keys[:15])


def test_a_log_that_names_itself_as_its_witness_is_refused(tmp_path: Path) -> None:
    own_key = NoteKey("w.example", LOG.key, COSIGNATURE)
    own_name = NoteKey(LOG.name, X1.key, COSIGNATURE)
    for witness in (own_key, own_name):
        text = (
            f"log {LOG.format()}\nwitness eins {witness.format()} https://w.example\nquorum eins\n"
        )
        (tmp_path / POLICY_FILE).write_text(text)
        with pytest.raises(WitnessError) as refused:
            Cosigned(tmp_path, LOG).policy()
        assert refused.value.code == "policy-own-key"
        assert Cosigned(tmp_path, LOG).best() is None
        assert Cosigned(tmp_path, LOG).standing().wrong is not None
