"""Refusals of the room of photos: what is wrong, and the way out."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class PhotoError(DoorError):
    """A photo cannot be taken, or what is said of it is incomplete; nothing was recorded."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "photo-none": (
            "No file was chosen; choose a photo (JPEG, PNG or WebP) first.",
            "Chưa chọn tệp; hãy chọn một ảnh (JPEG, PNG hoặc WebP) trước.",
        ),
        "photo-too-large": (
            "The file is larger than {most} MB; send the photo in a smaller size, as telephones "
            "offer when sharing.",
            "Tệp lớn hơn {most} MB; hãy gửi ảnh ở cỡ nhỏ hơn, như điện thoại gợi ý khi chia sẻ.",
        ),
        "photo-kind": (
            "The file is no JPEG, PNG or WebP picture; on an iPhone choose Settings, Camera, "
            "Formats, Most Compatible, or send the photo as JPEG.",
            "Tệp không phải ảnh JPEG, PNG hoặc WebP; trên iPhone hãy chọn Cài đặt, Camera, Định "
            "dạng, Tương thích nhất, hoặc gửi ảnh dạng JPEG.",
        ),
        "photo-pixels": (
            "The picture has {width} x {height} pixels, more than {most} million; make it smaller "
            "and choose it again.",
            "Ảnh có {width} x {height} điểm, nhiều hơn {most} triệu; hãy thu nhỏ rồi chọn lại.",
        ),
        "photo-broken": (
            "The picture is damaged or was cut off; take or send it anew.",
            "Ảnh bị hỏng hoặc bị cắt cụt; hãy chụp hoặc gửi lại.",
        ),
        "photo-slow": (
            "The picture could not be read within {seconds} seconds; send it as a plain JPEG.",
            "Không đọc xong ảnh trong {seconds} giây; hãy gửi dạng JPEG thông thường.",
        ),
        "photo-busy": (
            "Several photos are just being read; send this one again in a minute.",
            "Máy đang đọc mấy ảnh khác; hãy gửi lại ảnh này sau một phút.",
        ),
        "photos-many": (
            "This party has {most} photos already, as many as are kept; take some down first.",
            "Cơ sở đã có {most} ảnh, nhiều nhất được giữ; hãy gỡ bớt ảnh cũ trước.",
        ),
        "photo-lost": (
            "The photo chosen before is not kept any more; choose the file again.",
            "Ảnh đã chọn trước đó không còn được giữ; hãy chọn lại tệp.",
        ),
        "photo-unsaid": (
            "Write in one line what the photo shows: people who cannot see it are read this.",
            "Hãy viết một dòng ảnh chụp gì: người không nhìn được ảnh sẽ được đọc dòng này.",
        ),
        "photo-said-long": (
            "The description has {found} characters, at most {most} fit; make it shorter.",
            "Lời mô tả có {found} ký tự, nhiều nhất {most}; hãy viết ngắn lại.",
        ),
        "photo-of-what": (
            "Choose what the photo shows: a product, a lot or a site of your own.",
            "Hãy chọn ảnh chụp gì: sản phẩm, lô hàng hoặc địa điểm của cơ sở.",
        ),
        "photo-day": (
            "{found} is no day up to today; write it as 2026-11-20, or leave it empty for today.",
            "{found} không phải ngày đến hôm nay; hãy ghi dạng 2026-11-20 hoặc để trống nếu là hôm nay.",
        ),
        "photo-unknown": (
            "There is no such photo of this party in the ledger; open the list of photos again.",
            "Cơ sở này không có ảnh đó trong sổ; hãy mở lại danh sách ảnh.",
        ),
        "photo-erased": (
            "This very photo was erased from this folder before, so it is not taken again; choose "
            "another one.",
            "Chính ảnh này đã từng bị xóa khỏi sổ nên không nhận lại; hãy chọn ảnh khác.",
        ),
    }
