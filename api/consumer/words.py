"""The words of the screen for reports: what is wrong, and how far its answer is."""

from __future__ import annotations

from typing import Final

from api.pages.messages_catalogue import N_

KIND_WORDS: Final = {
    "opened": N_("Tem đã bị mở, bóc ra hoặc dán lại"),
    "differs": N_("Thông tin trên trang không khớp với hàng"),
    "spoiled": N_("Hàng hỏng, có mùi lạ hoặc gây khó chịu khi dùng"),
    "fake": N_("Nghi là hàng giả"),
    "other": N_("Chuyện khác"),
}

STATE_WORDS: Final = {
    "new": N_("mới"),
    "seen": N_("đã xem"),
    "closed": N_("đã xong"),
}
