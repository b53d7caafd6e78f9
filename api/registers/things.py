"""Things of a register as they stand: by their key, with every statement about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.registers.fields import Register
from api.routes.services import Services
from ledger.verify.history import Located

Key = tuple[str, ...]
"""The values of a register's key fields, in their order."""

_MOST = 2_000
_SUBJECT = {
    "product-registered": "product:{key}",
    "item-registered": "item:{party}/{key}",
    "site-registered": "site:{party}/{key}",
    "instrument-registered": "instrument:{party}/{key}",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing. `said` is every statement about it in log order, the last one in force."""

    key: Key
    said: tuple[Located, ...]

    @property
    def newest(self) -> str:
        """Id of the newest statement (hex): what a form was opened on; "" before the first."""
        return self.said[-1].id if self.said else ""

    @property
    def withdrawn(self) -> bool:
        """Whether its last word was a withdrawal."""
        return bool(self.said) and self.said[-1].statement.type == "certificate-withdrawn"

    @property
    def vouched_by(self) -> str:
        """The party whose word stands; "" before the first."""
        return next((one.statement.party for one in reversed(self.said) if _registers(one)), "")

    def body(self, kind: str) -> Mapping[str, Any]:
        """The newest body of a statement type; empty when there is none."""
        for one in reversed(self.said):
            if one.statement.type == kind:
                return one.statement.body
        return {}

    def values(self, register: Register) -> dict[str, Any]:
        """The values of the register's fields as they stand."""
        found = {}
        for field in register.fields:
            value = self.body(field.of or register.type).get(field.name)
            if value is not None:
                found[field.name] = value
        return found


def _registers(one: Located) -> bool:
    return one.statement.type.endswith(("-registered", "-recorded"))


def thing(services: Services, register: Register, party: str, key: Key) -> Thing:
    """One thing as it stands; without statements when there is none of this key."""
    if register.type == "certificate-recorded":
        number, subject = key
        about = services.views.registered(subject)
        return Thing(key, tuple(one for one in about if _number(one) == number))
    subject = _SUBJECT[register.type].format(party=party, key=key[0])
    return Thing(key, tuple(_of(register, services.views.registered(subject))))


def things(services: Services, register: Register, party: str) -> list[Thing]:
    """Everything of a party in a register, at most 2,000, in no order.

    Certificates are those of the party, its sites and products, whoever vouches, and those that it
    vouches for.
    """
    registry = services.views.registry
    if register.type == "certificate-recorded":
        own = set(subjects_of(services, party))
        keys = [
            (number, subject)
            for (subject, number), one in registry.certificates.items()
            if subject in own or one.vouched_by == party
        ][:_MOST]
        about = services.views.registered(*{subject for _, subject in keys})
        grouped: dict[Key, list[Located]] = {key: [] for key in keys}
        for one in about:
            if not one.statement.type.startswith("certificate-"):
                continue
            found = (_number(one), str(one.statement.body["subject"]))
            if found in grouped:
                grouped[found].append(one)
        return [Thing(key, tuple(said)) for key, said in grouped.items()]
    codes = {
        "product-registered": [g for g, (who, _) in registry.products.items() if who == party],
        "item-registered": [
            code.partition("/")[2] for code in registry.items if code.startswith(f"{party}/")
        ],
        "site-registered": [code for who, code in registry.sites if who == party],
        "instrument-registered": [code for who, code in registry.instruments if who == party],
    }[register.type][:_MOST]
    name = {"product-registered": "gtin"}.get(register.type, "code")
    shape = _SUBJECT[register.type]
    about = _of(
        register,
        services.views.registered(*(shape.format(party=party, key=code) for code in codes)),
    )
    by_code: dict[str, list[Located]] = {code: [] for code in codes}
    for one in about:
        by_code.get(str(one.statement.body[name]), []).append(one)
    return [Thing((code,), tuple(said)) for code, said in by_code.items()]


def subjects_of(services: Services, party: str) -> list[str]:
    """What certificates of a party can be about: itself, its sites, its products."""
    registry = services.views.registry
    return [
        f"party:{party}",
        *(f"site:{who}/{code}" for who, code in registry.sites if who == party),
        *(f"product:{gtin}" for gtin, (who, _) in registry.products.items() if who == party),
    ]


def _of(register: Register, about: Iterable[Located]) -> Sequence[Located]:
    """Without the certificates, which name their subjects in the same way."""
    kinds = {register.type, *(field.of for field in register.fields if field.of)}
    return [one for one in about if one.statement.type in kinds]


def _number(one: Located) -> str:
    return str(one.statement.body.get("number", ""))
