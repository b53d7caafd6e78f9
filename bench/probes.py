"""What is looked up in ledgers of every size: the same lots in each, in the middle of the log."""

from __future__ import annotations

from bench.season import Body, Scribe, kilos

PARTY = "HTX-DO"
GTIN = "08931234567897"
PRODUCT: Body = {
    "gtin": GTIN,
    "name": "Miến dong Đo lường",
    "brand": "Đo lường",
    "net_content": {"value": "500", "unit": "g"},
    "ingredients": "100 % tinh bột dong riềng",
    "storage": "Nơi khô ráo, thoáng mát",
    "standards": ["TCCS 01:2026/HTX-DO"],
}
CERTIFICATE: Body = {
    "kind": "ocop",
    "number": "99/QĐ-UBND",
    "issuer": "UBND tỉnh",
    "subject": f"product:{GTIN}",
    "valid_from": "2025-01-01",
    "valid_to": "2027-12-31",
    "stars": 4,
}
# Lots in each of the eleven rows of a trace of ten levels.
WIDTHS = (1, 10, 30, 100, 200, 318, 200, 100, 30, 10, 1)
LOTS = sum(WIDTHS)
PAGE_LOT, PAGE_PACKS = "L-1", 900
BUNDLE_LOT = "L-12"
BUNDLED = 12


def trace_ends() -> tuple[tuple[str, str], tuple[str, str]]:
    """The lot that everything comes from, and the one that everything goes into."""
    item = f"{PARTY}/cu-dong"
    return (item, _name(0, 0)), (item, _name(len(WIDTHS) - 1, 0))


def _name(row: int, number: int) -> str:
    return f"T{row:02d}-{number:03d}"


def _lot(row: int, number: int) -> Body:
    return {"item": f"{PARTY}/cu-dong", "code": _name(row, number)}


def trace(scribe: Scribe) -> None:
    """One lot is split ten wide, and wider, then put together again."""
    body: Body = {"lot": _lot(0, 0), "quantity": kilos(9_000_000), "site": "VT-01"}
    heads = {(0, 0): scribe.say("harvested", body)}
    for row in range(1, len(WIDTHS)):
        before, wide = WIDTHS[row - 1], WIDTHS[row]
        for number in range(wide):
            if wide >= before:
                sources = [number * before // wide]
            else:
                sources = [one for one in range(before) if one * wide // before == number]
            body = {
                "site": "VT-01",
                "inputs": [{"lot": _lot(row - 1, one), "quantity": kilos(9)} for one in sources],
                "outputs": [{"lot": _lot(row, number), "quantity": kilos(8 * len(sources))}],
            }
            links = [heads[row - 1, one] for one in sources]
            heads[row, number] = scribe.say("processed", body, links, minute=row)


def bundle_lot(scribe: Scribe) -> None:
    """A packed lot whose story is twelve statements."""
    seen = {"site": "VT-01", "instrument": "CAN-01"}
    heads: list[str] = []
    inputs: list[Body] = []
    for number in (1, 2):
        lot = {"item": f"{PARTY}/cu-dong", "code": f"R-{number}"}
        body: Body = {"lot": lot, "quantity": kilos(300), **seen}
        head = scribe.say("harvested", body, minute=number)
        heads.append(scribe.say("received", body, [head], minute=60 + number))
        inputs.append({"lot": lot, "quantity": kilos(300)})
    starch = [{"item": f"{PARTY}/bot-dong", "code": f"S-{n}"} for n in (1, 2)]
    for number in (0, 1):
        body = {
            "site": "VT-01",
            "inputs": [inputs[number]],
            "outputs": [{"lot": starch[number], "quantity": kilos(90)}],
        }
        heads[number] = scribe.say("processed", body, [heads[number]], minute=400 + number)
    packed = {"item": GTIN, "code": BUNDLE_LOT}
    used = [{"lot": one, "quantity": kilos(90)} for one in starch]
    body = {"lot": packed, "site": "VT-01", "inputs": used, "packs": 300, "expiry": "2027-12-01"}
    head = scribe.say("packed", body, heads, minute=500)
    after: tuple[tuple[str, Body], ...] = (
        ("tested", {"lot": packed, "result": "pass"}),
        ("inspected", {"lot": packed, "result": "pass"}),
        ("labels-issued", {"lot": packed, "tag": "A1", "first": 1_000_001, "count": 300}),
        ("shipped", {"lot": packed, "quantity": {"value": "9", "unit": "pack"}, "site": "VT-01"}),
        ("sold", {"lot": packed, "quantity": {"value": "9", "unit": "pack"}}),
    )
    for kind, body in after:
        head = scribe.say(kind, body, [head], minute=600)
