"""What is posted and printed: the text for the web or Zalo, always in Vietnamese, and its facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api.drill.scene import Scene
from api.drill.telling import DrillTeller
from api.pages.dates import day
from api.pages.messages_catalogue import Tongue
from api.pages.words import REASONS, worded
from api.recall.reach import Reach
from api.routes.services import Views


@dataclass(frozen=True, slots=True)
class Pack:
    """One lot of packs that people may have: what stands on the pack."""

    name: str
    code: str
    expiry: str
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What people are told. `real` once the recall stands in the ledger; until then it is a drill."""

    real: bool
    order: str
    reason: str
    packs: tuple[Pack, ...]
    party: str
    address: str
    phone: str


def notice_of(
    scene: Scene, reach: Reach, views: Views, teller: DrillTeller, phone: str, say: Tongue
) -> Notice:
    """The facts of the notice: lots in packs, and whatever else was given to somebody."""
    stopped = scene.facts["stopped"]
    real = stopped is not None and stopped["type"] == "recalled"
    given = {one.lot for one in reach.went}
    packs = []
    for one in reach.lots:
        if real and one.placed.stopped != "recalled":
            continue  # the order is for the lot alone
        item, code = one.placed.lot
        known = views.lot(item, code)
        if known is not None and (known.facts["kind"] == "packed" or one.placed.lot in given):
            expiry = known.facts["expiry"]
            packs.append(
                Pack(
                    one.placed.name,
                    code,
                    day(expiry) if expiry else "",
                    teller.serials((item, code)),
                )
            )
    body = views.registry.parties.get(scene.party, {})
    return Notice(
        real,
        str(stopped["order"]) if real else "",
        worded(REASONS, stopped["reason"], say) if real else "",
        tuple(packs),
        scene.party_name,
        str(body.get("address", "")),
        phone,
    )


def post_of(found: Notice, base: str | None, say: Tongue) -> str:
    """The text to copy, a line a sentence."""
    lines: list[str] = []
    if not found.real:
        lines.append(say("DIỄN TẬP – KHÔNG PHẢI THU HỒI THẬT. Không đăng tin này."))
    lines.append(say("{party} thông báo thu hồi sản phẩm", party=found.party))
    lines += list(_of_packs(found.packs, say))
    if found.reason:
        lines.append(say("Lý do: {reason}.", reason=found.reason))
    lines.append(say("Xin ngừng dùng và ngừng bán, để riêng, giữ nguyên bao bì và tem."))
    lines.append(say("Mang trả nơi đã mua hoặc gọi cho chúng tôi để được hoàn tiền hoặc đổi."))
    if found.phone:
        lines.append(say("Điện thoại: {phone}", phone=found.phone))
    if found.address:
        lines.append(say("Địa chỉ: {address}", address=found.address))
    if base:
        lines.append(say("Quét mã QR trên tem để xem gói của bạn có thuộc diện thu hồi không."))
    if found.order:
        lines.append(say("Số lệnh: {order}", order=found.order))
    return "\n".join(lines)


def _of_packs(packs: Iterable[Pack], say: Tongue) -> Iterable[str]:
    for one in packs:
        line = say("• {name}, mã lô {code}", name=one.name, code=one.code)
        if one.expiry:
            line += say(", hạn dùng {expiry}", expiry=one.expiry)
        if one.serials:
            line += say(", số tem {serials}", serials="; ".join(one.serials))
        yield line
