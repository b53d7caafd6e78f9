"""Every sentence the printing room can say, by code, in English and Vietnamese."""

from __future__ import annotations

from printers.sentences_device import DEVICE
from printers.sentences_layout import LAYOUT

SENTENCES: dict[str, dict[str, str]] = {
    code: {"en": en, "vi": vi} for table in (LAYOUT, DEVICE) for code, (en, vi) in table.items()
}
