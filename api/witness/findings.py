"""What an auditor finds wrong with a log: for ever (`LogFault`), or for now (`LogTrouble`)."""

from __future__ import annotations

import json
from typing import ClassVar

from ledger.verify.wording import Refusal, sentence


class LogFault(Refusal):
    """The log itself, as its own key signed it, breaks a rule. Never co-signed again."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "entry-refused": (
            "The entry at index {index} may not stand in the log: {why}",
            "Phiếu ở vị trí {index} không được phép có trong sổ: {why}",
        ),
        "entry-again": (
            "The entry at index {index} stands in the log a second time.",
            "Phiếu ở vị trí {index} có mặt lần thứ hai trong sổ.",
        ),
        "genesis-other": (
            "The log opens as {found}, or with another key than the one that signs it.",
            "Sổ được mở với tên {found}, hoặc với khóa khác khóa đang ký sổ.",
        ),
        "anchor-false": (
            "The entry at index {index} names a checkpoint of {size} entries that is not of this log.",
            "Phiếu ở vị trí {index} nêu mốc niêm phong {size} phiếu không thuộc sổ này.",
        ),
        "index-false": (
            "The completeness index that the log commits to is not what its entries give: {why}",
            "Mục lục đầy đủ mà sổ cam kết không khớp với các phiếu: {why}",
        ),
        "kept": ("{en}", "{vi}"),
    }

    @classmethod
    def at(cls, index: int, refused: Refusal) -> LogFault:
        """An entry that the verifier refuses."""
        said = {"why": refused.say("en"), "why_vi": refused.say("vi")}
        return cls("entry-refused", index=index, **said)

    @classmethod
    def read(cls, text: str) -> LogFault:
        """A fault that was kept."""
        said = json.loads(text)
        return cls("kept", en=said["en"], vi=said["vi"])

    def say(self, lang: str = "en") -> str:
        """As `Refusal.say`; what was kept, and what another refusal said, is in `lang` too."""
        if self.code == "kept":
            return str(self.params["vi" if lang == "vi" else "en"])
        why = self.params.get("why_vi" if lang == "vi" else "why")
        return sentence(self.catalogue, self.code, {**self.params, "why": why}, lang)

    def text(self) -> str:
        """To be kept; `read` gives it back."""
        return json.dumps({"en": self.say("en"), "vi": self.say("vi")}, ensure_ascii=False)


class LogTrouble(Refusal):
    """What is served now does not lead to the checkpoint; asked again later."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "tiles-differ": (
            "What is served at {where} up to {size} entries is not what the log's key signed ({why}).",
            "Nội dung phục vụ ở {where} đến {size} phiếu không phải nội dung mà khóa của sổ đã ký "
            "({why}).",
        ),
        "history-differs": (
            "The checkpoint of {size} entries does not continue the {known} entries examined here: the "
            "log was rewritten, or shows two faces.",
            "Mốc niêm phong {size} phiếu không nối tiếp {known} phiếu đã kiểm tra ở đây: sổ đã bị viết "
            "lại hoặc có hai phiên bản.",
        ),
    }
