"""What `ocop backup`, `restore`, `move` and `erase` say: for people, and as data for programs."""

from __future__ import annotations

from pathlib import Path

from api.commands.words import choose
from api.keeping.erasing import Erasure
from api.keeping.moving import Moved
from api.keeping.restore import OlderBackup, Restored
from api.station.joined import Joined

_KEYID_SHOWN = 16


def older_data(older: OlderBackup) -> dict[str, object]:
    """Why a backup was not restored."""
    return {
        "restored": False,
        "size": older.behind.size,
        "known": older.behind.known.checkpoint.size,
        "missing": older.behind.missing,
        "from_index": older.behind.size,
        "journals": [
            {"party": one.party, "role": one.role, "key": one.keyid, "last_seq": one.last}
            for one in older.journals
        ],
    }


def restored_data(made: Restored) -> dict[str, object]:
    """What was restored."""
    return {
        "restored": True,
        "size": made.size,
        "root": made.root.hex(),
        "where": made.where,
        "missing": 0 if made.behind is None else made.behind.missing,
        "findings": [
            {"index": index, "code": one.code, "sentence": one.say("en")}
            for index, one in made.findings
        ],
        "station": None
        if made.station is None
        else {"party": made.station.party, "keyid": made.station.keyid},
        "labels_in_doubt": made.doubtful,
        "erased_again": made.erased,
        "keys": made.keys,
    }


def restored_text(lang: str, folder: Path, made: Restored) -> str:
    """What was restored, and what the operator must know before going on."""
    lines = [
        choose(
            lang,
            f"Restored {made.size} statements, root {made.root.hex()}, into {made.where}: every "
            "signature and every checkpoint holds.",
            f"Đã khôi phục {made.size} phiếu, gốc {made.root.hex()}, vào {made.where}: mọi chữ ký và "
            "mốc niêm phong đều đúng.",
        )
    ]
    lines += [
        choose(
            lang,
            f"FOUND, and so before the backup, too: [{index}] {one.say('en')}",
            f"PHÁT HIỆN, và đã có từ trước bản sao lưu: [{index}] {one.say('vi')}",
        )
        for index, one in made.findings
    ]
    if made.station is not None:
        lines.append(_station_text(lang, folder, made.station))
    elif made.behind is not None:
        lines.append(
            choose(
                lang,
                f"It is older than what was sealed: {made.behind.missing} statements are missing from "
                f"number {made.size} on. It can be read; nothing is recorded or sealed until they are "
                f"back: ocop restore --resubmit FILE --dir {folder}",
                f"Bản này cũ hơn phần đã niêm phong: thiếu {made.behind.missing} phiếu từ số "
                f"{made.size} trở đi. Xem được, nhưng không ghi và không niêm phong cho đến khi bổ "
                f"sung: ocop restore --resubmit TỆP --dir {folder}",
            )
        )
    else:
        lines.append(
            choose(
                lang,
                "If anything was recorded after this backup, do not record before it is back: compare "
                "with a checkpoint kept elsewhere (ocop audit --checkpoint FILE).",
                "Nếu đã ghi phiếu nào sau bản sao lưu này thì chưa được ghi tiếp: hãy so với mốc niêm "
                "phong giữ ở nơi khác (ocop audit --checkpoint TỆP).",
            )
        )
    if made.doubtful:
        lines.append(
            choose(
                lang,
                f"{made.doubtful} labels were waiting when the backup was made and are in doubt now: "
                "they may have been printed since (ocop labels status).",
                f"{made.doubtful} tem đang chờ in lúc sao lưu nay thành chưa rõ: có thể đã in sau đó "
                "(ocop labels status).",
            )
        )
    if made.erased:
        lines.append(
            choose(
                lang,
                f"{made.erased} private texts in the backup were erased again.",
                f"Đã xóa lại {made.erased} ghi chú riêng có trong bản sao lưu.",
            )
        )
    if not made.keys:
        lines.append(
            choose(
                lang,
                f"The backup holds no private keys: put them into {folder / 'keys'} (mode 0600).",
                f"Bản sao lưu không có khóa riêng: hãy chép khóa vào {folder / 'keys'} (quyền 0600).",
            )
        )
    return "\n".join(lines)


def _station_text(lang: str, folder: Path, station: Joined) -> str:
    """What to do with a restored station."""
    short = station.keyid[:_KEYID_SHOWN]
    return choose(
        lang,
        f"This is a station of {station.address} for {station.party}. What was recorded after the "
        "backup is not in it, so it can be read and records nothing. To go on: 1. the manager makes "
        f"a ticket at the hub (ocop station invite --party {station.party}); 2. here: ocop station "
        f"join TICKET --dir NEW-FOLDER --from {folder}; 3. the manager ends the old key, at the hub: "
        f"ocop keys retire {short}",
        f"Đây là trạm của {station.address}, ghi cho {station.party}. Phiếu ghi sau bản sao lưu không "
        "có ở đây nên chỉ xem được, không ghi. Để tiếp tục: 1. quản lý tạo vé ở máy chủ (ocop station "
        f"invite --party {station.party}); 2. tại đây: ocop station join VÉ --dir THƯ-MỤC-MỚI --from "
        f"{folder}; 3. quản lý chấm dứt khóa cũ ở máy chủ: ocop keys retire {short}",
    )


def station_backup_text(lang: str) -> str:
    """What the backup of a station is good for."""
    return choose(
        lang,
        "It is of a station: after a restore it can be read, and the station goes on with another "
        "key (ocop station join TICKET --from FILE). To bring a station that works to another "
        "machine, use ocop move.",
        "Đây là bản sao lưu của trạm: khôi phục rồi thì xem được, còn trạm tiếp tục bằng khóa khác "
        "(ocop station join VÉ --from TỆP). Muốn đưa trạm đang chạy sang máy khác, hãy dùng ocop move.",
    )


def moved_text(lang: str, made: Moved) -> str:
    """Where the ledger is now."""
    text = choose(
        lang,
        f"Moved {made.size} statements, root {made.root.hex()}, from {made.before} to {made.now}. "
        "Start ocop serve anew.",
        f"Đã chuyển {made.size} phiếu, gốc {made.root.hex()}, từ {made.before} sang {made.now}. Hãy "
        "khởi động lại ocop serve.",
    )
    if made.still_open is None:
        return text
    text += choose(
        lang,
        f" The database {made.still_open} still holds the old copy: stop every other machine that "
        f"uses it, and let its owner run:\n{_closing(made.role)}",
        f" Cơ sở dữ liệu {made.still_open} vẫn còn bản cũ: hãy dừng mọi máy khác đang dùng nó, và để "
        f"chủ sở hữu chạy:\n{_closing(made.role)}",
    )
    if made.passwords is None:
        return text
    return text + choose(
        lang,
        f"\nThe password of that role is in {made.passwords}; delete the file when the old database "
        "is not needed any more.",
        f"\nMật khẩu của vai trò đó nằm trong {made.passwords}; hãy xóa tệp khi không cần cơ sở dữ "
        "liệu cũ nữa.",
    )


def _closing(role: str | None) -> str:
    """SQL that takes the old database away from the program's role, one statement a line."""
    name = '"' + (role or "").replace('"', '""') + '"'
    return (
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ocop FROM PUBLIC, {name};\n"
        f"REVOKE ALL ON SCHEMA ocop FROM {name};"
    )


def erasure_data(one: Erasure) -> dict[str, object]:
    """One private text, without the text."""
    return {
        "digest": one.digest,
        "here": one.text is not None,
        "statements": [
            {
                "index": said.index,
                "id": said.id,
                "type": said.type,
                "party": said.party,
                "time": said.time,
                "place": said.place,
                "lots": [{"item": item, "code": code} for item, code in said.lots],
            }
            for said in one.mentions
        ],
    }


def erasure_text(lang: str, one: Erasure) -> str:
    """One private text and the statements that hold its digest."""
    text = one.text if one.text is not None else choose(lang, "(not here)", "(không còn)")
    lines = [f"{one.digest}  {text}"]
    for said in one.mentions:
        lots = ", ".join(f"{item} {code}" for item, code in said.lots)
        lines.append(f"    {said.index} {said.time} {said.party} {said.type} {said.place}  {lots}")
    return "\n".join(lines)


def erased_text(lang: str, found: int, gone: int, *, done: bool) -> str:
    """What was or would be erased."""
    if not found:
        return choose(lang, "No private text contains that.", "Không có ghi chú riêng nào như vậy.")
    if not done:
        return choose(
            lang,
            f"{found} private texts or photos would be erased; nothing was changed. Do it with --yes.",
            f"Sẽ xóa {found} ghi chú riêng hoặc ảnh; chưa thay đổi gì. Thêm --yes để xóa.",
        )
    return choose(
        lang,
        f"{gone} private texts or files of photos erased, every proof still verifies. Older backups still hold them: "
        "replace those; a restore from one erases them again.",
        f"Đã xóa {gone} ghi chú riêng hoặc tệp ảnh, mọi bằng chứng vẫn đúng. Bản sao lưu cũ vẫn còn: hãy thay bằng "
        "bản mới; khôi phục từ bản cũ sẽ tự xóa lại.",
    )
