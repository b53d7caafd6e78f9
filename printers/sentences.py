"""Every sentence the printing room can say, by code, in English and Vietnamese."""

from __future__ import annotations

from printers.sentences_design import DESIGN
from printers.sentences_device import DEVICE
from printers.sentences_spool import SPOOL
from printers.sentences_status import STATUS
from printers.sentences_transport import TRANSPORT

_TABLES = (DESIGN, DEVICE, TRANSPORT, STATUS, SPOOL)

SENTENCES: dict[str, dict[str, str]] = {
    code: {"en": en, "vi": vi} for table in _TABLES for code, (en, vi) in table.items()
}
