"""The forms of the station: which fields each has, and what they start with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from api.pages.messages_catalogue import N_

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `kind` is "text", "number", "lot", "choice" or "moment"; labels are messages."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    hint: str = ""
    value: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its address below /tram/, its title, the statement type, and groups of fields."""

    address: str
    title: str
    type: str
    fields: tuple[Field, ...]


MOST_INPUTS: Final = 6
MOST_OUTPUTS: Final = 3

_WHEN = (
    Field("time", N_("Lúc nào"), "moment", hint=N_("Để trống: ngay bây giờ.")),
    Field("note", N_("Ghi chú"), hint=N_("Giữ riêng ở máy này, không đưa lên sổ chung.")),
)
_WHERE = (
    Field("site", N_("Địa điểm"), "choice", required=True),
    Field("instrument", N_("Cân, thiết bị"), "choice"),
)
_PARTNER = Field(
    "partner",
    N_("Nhận từ ai"),
    hint=N_("Ví dụ: Hộ 07. Tên người được giữ riêng, chỉ số hộ lên sổ."),
)
_AMOUNT = Field("amount", N_("Số lượng (kg)"), "number", required=True, hint=N_("Ví dụ: 170,5"))
_NEW_LOT = Field("lot", N_("Mã lô mới"), hint=N_("Để trống: máy tự đặt mã."))


def _inputs() -> tuple[Field, ...]:
    fields = []
    for at in range(1, MOST_INPUTS + 1):
        fields += [
            Field(f"in_lot_{at}", N_("Từ lô"), "lot", required=at == 1),
            Field(f"in_amount_{at}", N_("Số lượng lấy (kg)"), "number", required=at == 1),
        ]
    return tuple(fields)


def _outputs() -> tuple[Field, ...]:
    fields = []
    for at in range(1, MOST_OUTPUTS + 1):
        first = at == 1
        fields += [
            Field(f"out_item_{at}", N_("Ra mặt hàng"), "choice", required=first),
            Field(f"out_lot_{at}", N_("Mã lô mới"), hint=N_("Để trống: máy tự đặt mã.")),
            Field(f"out_amount_{at}", N_("Số lượng ra (kg)"), "number", required=first),
        ]
    return tuple(fields)


FORMS: Final = {
    form.address: form
    for form in (
        Form(
            "thu-hoach",
            N_("Thu hoạch"),
            "harvested",
            (
                Field("item", N_("Mặt hàng"), "choice", required=True),
                _AMOUNT,
                _NEW_LOT,
                _PARTNER,
                *_WHERE,
                *_WHEN,
            ),
        ),
        Form(
            "tiep-nhan",
            N_("Tiếp nhận"),
            "received",
            (
                Field(
                    "lot_given",
                    N_("Lô nhận"),
                    "lot",
                    required=True,
                    hint=N_("Quét tem, hoặc gõ mã lô."),
                ),
                _AMOUNT,
                _PARTNER,
                *_WHERE,
                *_WHEN,
            ),
        ),
        Form(
            "che-bien",
            N_("Chế biến"),
            "processed",
            (
                *_inputs(),
                *_outputs(),
                Field("loss", N_("Hao hụt (kg)"), "number"),
                *_WHERE,
                *_WHEN,
            ),
        ),
        Form(
            "dong-goi",
            N_("Đóng gói"),
            "packed",
            (
                Field("product", N_("Sản phẩm"), "choice", required=True),
                *_inputs(),
                Field("packs", N_("Số gói"), "number", required=True),
                _NEW_LOT,
                Field(
                    "expiry",
                    N_("Hạn sử dụng"),
                    hint=N_("dd/mm/yyyy. Để trống: tính theo hạn của sản phẩm."),
                ),
                *_WHERE,
                *_WHEN,
            ),
        ),
    )
}


def filled(
    form: Form, typed: Mapping[str, str], choices: Mapping[str, Sequence[Choice]]
) -> tuple[Field, ...]:
    """The fields of `form` with values and choices put in; what was typed is always a choice."""
    return tuple(
        replace(
            field,
            value=typed.get(field.name, ""),
            choices=_offered(choices.get(_group(field.name), ()), typed.get(field.name, "")),
        )
        for field in form.fields
    )


def _offered(known: Sequence[Choice], typed: str) -> tuple[Choice, ...]:
    # Without its choice a list would show nothing, and what was chosen would be gone.
    if not typed or any(value == typed for value, _ in known):
        return tuple(known)
    return *known, (typed, typed)


def _group(name: str) -> str:
    """`in_lot_3` has the choices of `lot`, `out_item_1` those of `item`."""
    if name.startswith("in_lot_") or name == "lot_given":
        return "lots"
    return "item" if name.startswith("out_item_") else name


def defaults(statement_type: str, last: Mapping[str, Any] | None) -> dict[str, str]:
    """What the form starts with: place, scale and goods of the newest step of its type."""
    if last is None:
        return {}
    found = {name: last[name] for name in ("site", "instrument") if last.get(name)}
    goods = {"harvested": "item", "packed": "product", "processed": "out_item_1"}
    if statement_type in goods:
        found[goods[statement_type]] = last["item"]
    return found
