"""How `ocop witness` and `ocop auditor` put things."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from api.commands.words import choose
from api.witness.cosigned import Heard
from api.witness.findings import LogFault
from api.witness.store import SPLIT_VIEW


def next_steps(folder: Path, kind: str, lang: str) -> str:
    """After `init`: what the key promises and what comes next."""
    english = {
        "witness": "It promises: the log only ever grew. It does not look into entries.",
        "auditor": "It promises: the log only ever grew, and every entry and the index were examined.",
    }
    vietnamese = {
        "witness": "Khóa này cam kết: sổ chỉ nối thêm, không sửa. Nó không xem nội dung phiếu.",
        "auditor": "Khóa này cam kết: sổ chỉ nối thêm, và mọi phiếu cùng mục lục đã được kiểm tra.",
    }
    # Only an auditor reads the log itself.
    at, at_vi = (
        (" --url https://HOST/log", " --url https://MÁY/log") if kind == "auditor" else ("", "")
    )
    return choose(
        lang,
        f"The line above is its public key. {english[kind]} Keep {folder} whole: never restore it "
        f"from an older copy. Next: ocop {kind} add-log --dir {folder} --trust FILE{at}, then ocop "
        f"{kind} serve --dir {folder}",
        f"Dòng trên là khóa công khai. {vietnamese[kind]} Giữ nguyên {folder}: không bao giờ khôi "
        f"phục từ bản cũ. Tiếp theo: ocop {kind} add-log --dir {folder} --trust TỆP{at_vi}, rồi ocop "
        f"{kind} serve --dir {folder}",
    )


def contradictions(state: dict[str, Any]) -> int:
    """How many kept checkpoints of a log contradict it by themselves, whoever sent them."""
    return sum(one["why"] == SPLIT_VIEW for one in state["evidence"])


def log_text(state: dict[str, Any], lang: str) -> str:
    """One log of a witness."""
    size, at = state["size"], state["cosigned"]
    lines = [
        choose(
            lang,
            f"{state['origin']}: "
            + (f"co-signed {size} entries, {at}" if at else "nothing co-signed yet"),
            f"{state['origin']}: "
            + (f"đã đồng ký {size} phiếu, {at}" if at else "chưa đồng ký gì"),
        )
    ]
    if state["audited"] is not None:
        number = state["audited"]
        lines.append(
            choose(lang, f"  examined: {number} entries", f"  đã kiểm tra: {number} phiếu")
        )
    if state["fault"]:
        lines.append(f"  ! {LogFault.read(state['fault']).say(lang)}")
    count = contradictions(state)
    if unproved := len(state["evidence"]) - count:
        lines.append(
            choose(
                lang,
                f"  {unproved} signed checkpoints came with a proof that does not hold. That may be "
                "anybody's doing, or a log that was rewritten: ask its operator",
                f"  {unproved} mốc niêm phong có chữ ký được gửi kèm bằng chứng sai. Có thể do bất kỳ "
                "ai gửi, hoặc do sổ đã bị viết lại: hãy hỏi bên vận hành sổ",
            )
        )
    if count:
        lines.append(
            choose(
                lang,
                f"  ! {count} signed checkpoints contradict what was co-signed; see --json",
                f"  ! {count} mốc niêm phong có chữ ký mâu thuẫn với mốc đã đồng ký; xem --json",
            )
        )
    return "\n".join(lines)


def heard_text(name: str, heard: Heard, lang: str) -> str:
    """How one witness of a ledger stands."""
    if heard.said is not None:
        return f"{name}: {heard.said[1 if lang == 'vi' else 0]}"
    if heard.answered is None:
        return choose(lang, f"{name}: no answer yet", f"{name}: chưa trả lời")
    at = dt.datetime.fromtimestamp(heard.answered, dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return choose(
        lang,
        f"{name}: co-signed {heard.size} entries, {at}",
        f"{name}: đã đồng ký {heard.size} phiếu, {at}",
    )
