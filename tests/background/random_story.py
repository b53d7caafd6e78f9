"""A random ledger: goods, corrections, stops, and registrations that come before or after them."""

from __future__ import annotations

import random
from typing import Any

from api.bootstrap import Services
from ledger.verify.wording import Refusal
from tests.store.small_ledger import FARM, FLOUR, FRUIT, GTIN, SHOP, kg, lot, say

SITES = ("VT-01", "XUONG", "VT-02")
SCALES = ("CAN-01", "CAN-02")
_DAYS = 28


class RandomStory:
    """Says random things about a few lots. Equal seeds say the same."""

    def __init__(self, services: Services, seed: int) -> None:
        self._services = services
        self._chance = random.Random(seed)
        self._said: list[tuple[str, str, dict[str, Any], str]] = []
        self._stops: list[tuple[str, dict[str, Any], str]] = []
        self._serial = 0
        self._stolen = False
        self.kinds: dict[str, int] = {}

    def tell(self, count: int) -> None:
        """Say `count` things; what the verifier refuses is left unsaid."""
        while count:
            kind, by, body = getattr(self, f"_{self._chance.choice(_WHAT)}")()
            time = f"2026-09-{self._chance.randint(1, _DAYS):02d}T{self._chance.randint(0, 23):02d}:00:00+07:00"
            try:
                entry_id = say(self._services, by, kind, time, body)
            except Refusal:
                continue
            count -= 1
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
            if kind in _CORRECTABLE:
                self._said.append((kind, by, body, entry_id))
            if kind in {"held", "recalled"}:
                self._stops.append((kind, body, entry_id))

    def _code(self) -> str:
        return f"L{self._chance.randint(1, 6)}"

    def _place(self) -> dict[str, str]:
        return {
            "site": self._chance.choice(SITES),
            "instrument": self._chance.choice(SCALES),
        }

    def _mass(self) -> dict[str, str]:
        return kg(str(self._chance.randint(1, 200)))

    def _day(self) -> str:
        return f"2026-09-{self._chance.randint(1, _DAYS):02d}"

    def _any_lot(self) -> dict[str, str]:
        return lot(self._chance.choice((FRUIT, FLOUR, GTIN)), self._code())

    def _harvest(self) -> tuple[str, str, dict[str, Any]]:
        body = {"lot": lot(FRUIT, self._code()), "quantity": self._mass(), **self._place()}
        return "harvested", FARM, body

    def _receive(self) -> tuple[str, str, dict[str, Any]]:
        by = self._chance.choice((FARM, SHOP))
        return "received", by, {"lot": self._any_lot(), "quantity": self._mass(), **self._place()}

    def _process(self) -> tuple[str, str, dict[str, Any]]:
        codes = {self._code() for _ in range(self._chance.randint(1, 3))}
        inputs = [{"lot": lot(FRUIT, code), "quantity": self._mass()} for code in sorted(codes)]
        outputs = [{"lot": lot(FLOUR, self._code()), "quantity": self._mass()}]
        return "processed", FARM, {"inputs": inputs, "outputs": outputs, **self._place()}

    def _pack(self) -> tuple[str, str, dict[str, Any]]:
        inputs = [{"lot": lot(FLOUR, self._code()), "quantity": self._mass()}]
        packs = self._chance.randint(1, 300)
        body = {"lot": lot(GTIN, self._code()), "packs": packs, "inputs": inputs, **self._place()}
        return "packed", FARM, body

    def _ship(self) -> tuple[str, str, dict[str, Any]]:
        pieces = {"value": str(self._chance.randint(1, 200)), "unit": "pack"}
        body = {"lot": lot(GTIN, self._code()), "quantity": pieces}
        return "shipped", FARM, {**body, "site": self._chance.choice(SITES)}

    def _label(self) -> tuple[str, str, dict[str, Any]]:
        count = self._chance.randint(1, 50)
        first, self._serial = self._serial + 1, self._serial + count
        body = {"lot": lot(GTIN, self._code()), "tag": "A1", "first": first, "count": count}
        return "labels-issued", FARM, body

    def _work(self) -> tuple[str, str, dict[str, Any]]:
        body: dict[str, Any] = {"site": self._chance.choice(SITES), "activity": "spraying"}
        if self._chance.random() < 0.8:
            body["interval_days"] = self._chance.randint(0, 15)
        return "field-work-recorded", FARM, body

    def _correct(self) -> tuple[str, str, dict[str, Any]]:
        if not self._said:
            return self._harvest()
        kind, by, body, entry_id = self._chance.choice(self._said)
        right = dict(body)
        if kind == "field-work-recorded":
            right["interval_days"] = self._chance.randint(0, 15)
        elif kind == "photographed":
            right = {**self._photograph()[2], "photo": body["photo"]}
        elif "quantity" in right and right["quantity"]["unit"] == "kg":
            right["quantity"] = self._mass()
        if "site" in right and kind != "photographed":
            right["site"] = self._chance.choice(SITES)
        if "instrument" in right:
            right["instrument"] = self._chance.choice(SCALES)
        said = {"corrects": entry_id, "of": kind, "reason": "typing-error", "body": right}
        return "corrected", by, said

    def _stop(self) -> tuple[str, str, dict[str, Any]]:
        lots = [self._any_lot()]
        if self._chance.random() < 0.5:
            return "held", FARM, {"lots": lots, "reason": "in-doubt"}
        reach = self._chance.choice(("lots", "descendants"))
        return "recalled", FARM, {"lots": lots, "reason": "contamination", "reach": reach}

    def _lift(self) -> tuple[str, str, dict[str, Any]]:
        if not self._stops:
            return self._stop()
        kind, body, entry_id = self._chance.choice(self._stops)
        end = "released" if kind == "held" else "recall-closed"
        return end, FARM, {"lots": body["lots"], "reason": "test-passed", "ends": entry_id}

    def _site(self) -> tuple[str, str, dict[str, Any]]:
        name = f"Vườn {self._chance.randint(1, 3)}"
        by = self._chance.choice((FARM, SHOP))
        code = self._chance.choice(SITES)
        return "site-registered", by, {"code": code, "kind": "growing-area", "name": name}

    def _item(self) -> tuple[str, str, dict[str, Any]]:
        code = self._chance.choice(("qua", "bot"))
        name = f"Hàng {self._chance.randint(1, 3)}"
        return "item-registered", FARM, {"code": code, "name": name}

    def _product(self) -> tuple[str, str, dict[str, Any]]:
        net = {"value": str(self._chance.choice((200, 500))), "unit": "g"}
        name = f"Bột {self._chance.randint(1, 3)}"
        return "product-registered", FARM, {"gtin": GTIN, "name": name, "net_content": net}

    def _certify(self) -> tuple[str, str, dict[str, Any]]:
        subject = self._subject()
        number = f"C{self._chance.randint(1, 4)}"
        if self._chance.random() < 0.3:
            body = {"number": number, "subject": subject, "reason": "authority-order"}
            return "certificate-withdrawn", FARM, body
        since, until = sorted((self._day(), self._day()))
        kind = self._chance.choice(("ocop", "organic"))
        body = {"kind": kind, "number": number, "issuer": "Sở", "subject": subject}
        days = {"valid_from": since, "valid_to": until, "stars": self._chance.randint(3, 5)}
        return "certificate-recorded", FARM, {**body, **days}

    def _subject(self) -> str:
        party = self._chance.choice((FARM, SHOP))
        site = f"site:{party}/{self._chance.choice(SITES)}"
        return self._chance.choice((f"product:{GTIN}", f"party:{party}", site))

    def _scale(self) -> tuple[str, str, dict[str, Any]]:
        since, until = sorted((self._day(), self._day()))
        by, code = self._chance.choice((FARM, SHOP)), self._chance.choice(SCALES)
        return "instrument-verified", by, {"code": code, "verified_on": since, "valid_to": until}

    def _steal(self) -> tuple[str, str, dict[str, Any]]:
        signer = self._services.station.signers[SHOP, "station"]
        if self._stolen or self._chance.random() < 0.8:
            return self._receive()
        self._stolen = True
        last_good = self._chance.randint(0, self._services.log.size)
        body = {"keyid": signer.keyid.hex(), "last_good": last_good, "reason": "key-stolen"}
        return "key-compromised", SHOP, body

    def _attest(self) -> tuple[str, str, dict[str, Any]]:
        own = [entry_id for _, by, _, entry_id in self._said if by == SHOP]
        if not self._stolen or not own:
            return self._harvest()
        entries = sorted(set(self._chance.sample(own, min(2, len(own)))))
        return "reattested", SHOP, {"entries": entries}

    def _photograph(self) -> tuple[str, str, dict[str, Any]]:
        digests = [f"{self._chance.getrandbits(256):064x}" for _ in range(2)]
        shows: dict[str, Any] = self._chance.choice(
            (
                {"lot": lot(FRUIT, self._code()), "stage": "harvested"},
                {"lot": lot(GTIN, self._code())},
                {"site": self._chance.choice(SITES)},
                {"product": GTIN},
                {},
            )
        )
        body = {"photo": digests[0], "small": digests[1], "width": 1280, "height": 960, **shows}
        return "photographed", FARM, body


_WHAT = (
    *("harvest", "receive", "process", "pack", "ship", "label", "work", "correct") * 2,
    *("stop", "lift", "site", "item", "product", "certify", "scale", "steal", "attest"),
    *("photograph",) * 2,
)
_CORRECTABLE = frozenset(
    {"field-work-recorded", "harvested", "received", "processed", "packed", "shipped"}
    | {"photographed"}
)
