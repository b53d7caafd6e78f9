"""Ways to a printer. `open_transport(address)` chooses one."""

from printers.transport.address import open_transport
from printers.transport.base import Transport

__all__ = ["Transport", "open_transport"]
