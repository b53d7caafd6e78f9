"""Refusals of a hub towards its stations and its people."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class HubRefused(DoorError):
    """What a station or a manager asked of the hub cannot be done."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "code-unknown": (
            "The code of this ticket is wrong, used, expired or withdrawn; ask the cooperative's "
            "manager for a new one: ocop station invite",
            "Mã trên vé sai, đã dùng, hết hạn hoặc đã bị thu hồi; hãy xin quản lý hợp tác xã vé mới: "
            "ocop station invite",
        ),
        "key-taken": (
            "Key {keyid} is enrolled already; join with a new key.",
            "Khóa {keyid} đã được đăng ký; hãy tham gia bằng khóa mới.",
        ),
        "tag-gone": (
            "Another station was given tag {tag} meanwhile; join again with the same ticket.",
            "Trong lúc đó ký hiệu {tag} đã cấp cho trạm khác; hãy tham gia lại bằng cùng vé này.",
        ),
        "admin-awaited": (
            "The station's key {keyid} waits for the admin of {party}, whose key is not on this hub. "
            "Have the admin compare these digits and sign (on the hub: ocop keys admin-request); then "
            "join again with the same ticket.",
            "Khóa trạm {keyid} đang chờ quản trị của {party}, khóa quản trị không nằm ở máy chủ này. "
            "Hãy nhờ quản trị so mã này rồi ký (tại máy chủ: ocop keys admin-request); sau đó tham gia "
            "lại bằng cùng vé này.",
        ),
        "admin-missing": (
            "Party {party} has no admin key in force, so nobody can let a station in for it. Let an "
            "admin key in first: ocop keys new {party}.admin on the hub, or ocop keys request at the "
            "party.",
            "Cơ sở {party} chưa có khóa quản trị còn hiệu lực nên không ai cho trạm vào được. Hãy đăng "
            "ký khóa quản trị trước: ocop keys new {party}.admin tại máy chủ, hoặc ocop keys request "
            "tại cơ sở.",
        ),
        "admin-locked": (
            "The admin key of {party} on this hub is encrypted and not unlocked; whoever runs the hub "
            "must start it with --passphrase-file. Then join again with the same ticket.",
            "Khóa quản trị của {party} trên máy chủ đang được mã hóa và chưa mở; người vận hành phải "
            "khởi động máy chủ kèm --passphrase-file. Sau đó hãy tham gia lại bằng cùng vé này.",
        ),
        "party-unregistered": (
            "Party {party} is not registered in this ledger; register it first, for example with a "
            "set-up file.",
            "Cơ sở {party} chưa được đăng ký trong sổ này; hãy đăng ký trước, chẳng hạn bằng tệp "
            "setup.",
        ),
        "address-missing": (
            "Stations must know where this hub is; give its address: --url https://...",
            "Trạm cần biết địa chỉ máy chủ; hãy ghi địa chỉ: --url https://...",
        ),
        "days-wrong": (
            "A ticket is good for 1 to {most} days, not {found}; choose a number between.",
            "Vé có hạn từ 1 đến {most} ngày, không phải {found}; hãy chọn số trong khoảng đó.",
        ),
        "ticket-unknown": (
            "No open ticket begins with {found}; see them with: ocop station list",
            "Không có vé nào còn hiệu lực bắt đầu bằng {found}; xem bằng: ocop station list",
        ),
        "station-unknown": (
            "No station key begins with {found}, or several do; see them with: ocop station list",
            "Không có khóa trạm nào bắt đầu bằng {found}, hoặc có nhiều khóa; xem bằng: ocop station "
            "list",
        ),
        "key-ended": (
            "Key {keyid} was ended at log index {ended}; ask the manager for a new ticket and join "
            "anew.",
            "Khóa {keyid} đã bị chấm dứt ở vị trí {ended}; hãy xin quản lý vé mới và tham gia lại.",
        ),
        "not-hub": (
            "This machine is a station itself, not the hub; ask at the address on the ticket.",
            "Máy này cũng là một trạm, không phải máy chủ; hãy hỏi theo địa chỉ ghi trên vé.",
        ),
        "nonce-repeated": (
            "This very request was received before; sign it anew.",
            "Yêu cầu này đã nhận trước đó; hãy ký lại.",
        ),
        "query-unexpected": (
            "The address carries a query, which no signature here covers; leave it out.",
            "Địa chỉ có phần truy vấn mà chữ ký không bao gồm; hãy bỏ phần đó.",
        ),
        "media-type": (
            "Send this as {expected}.",
            "Hãy gửi nội dung này dạng {expected}.",
        ),
        "too-many": (
            "Too many requests; come again in {seconds} seconds.",
            "Quá nhiều yêu cầu; hãy thử lại sau {seconds} giây.",
        ),
        "entry-foreign": (
            "Entry {position} is of another key than the one that signed the request; a station "
            "sends its own journal only. Nothing was recorded.",
            "Phiếu thứ {position} thuộc khóa khác với khóa ký yêu cầu; trạm chỉ gửi nhật ký của chính "
            "mình. Chưa ghi gì.",
        ),
        "size-ahead": (
            "The station has seen {found} entries sealed, but this hub has {size}: it was put back to "
            "an older state. Tell whoever runs it; nothing was changed at the station.",
            "Trạm đã thấy {found} phiếu niêm phong nhưng máy chủ này chỉ có {size}: máy chủ đã bị lùi "
            "về bản cũ. Hãy báo người vận hành; tại trạm chưa thay đổi gì.",
        ),
        "behind": (
            "This machine of the hub has {size} entries so far and the station has seen {found}; "
            "come again in a moment.",
            "Máy này của máy chủ mới có {size} phiếu mà trạm đã thấy {found}; hãy thử lại sau ít "
            "phút.",
        ),
        "needs-away": (
            "What stations need cannot be looked up now ({why}); come again in a moment.",
            "Hiện không tra được những gì trạm cần ({why}); hãy thử lại sau ít phút.",
        ),
        "photo-unnamed": (
            "No sealed statement of the sender's party names the photo {digest} yet; send the "
            "statement first, then the photo again.",
            "Chưa có phiếu đã niêm phong nào của cơ sở gửi nêu ảnh {digest}; hãy gửi phiếu trước, rồi "
            "gửi lại ảnh.",
        ),
        "photo-unfit": (
            "The photo {digest} is no plain JPEG without metadata in the agreed size; choose the "
            "picture again on the station's page of photos.",
            "Ảnh {digest} không phải JPEG thuần, không dữ liệu kèm, đúng cỡ quy định; hãy chọn lại ảnh "
            "trên trang ảnh của trạm.",
        ),
        "not-sealed": (
            "Nothing is sealed at this hub yet; come again in a moment.",
            "Máy chủ chưa niêm phong phiếu nào; hãy thử lại sau ít phút.",
        ),
    }


STATUSES = {
    "code-unknown": 403,
    "key-taken": 409,
    "tag-gone": 409,
    "admin-awaited": 409,
    "admin-missing": 409,
    "admin-locked": 503,
    "key-ended": 403,
    "not-hub": 403,
    "nonce-repeated": 401,
    "query-unexpected": 400,
    "media-type": 415,
    "too-many": 429,
    "entry-foreign": 403,
    "size-ahead": 409,
    "behind": 503,
    "not-sealed": 503,
    "needs-away": 503,
    "photo-unnamed": 409,
    "photo-unfit": 400,
}
"""HTTP status of each refusal that a station may be answered with."""
