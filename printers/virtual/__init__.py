"""A printer that prints pictures: for demonstration and tests, no proof by itself."""

from printers.virtual.faults import Faults
from printers.virtual.server import VirtualPrinter, serve_virtual_printer
from printers.virtual.stock import Stock

__all__ = ["Faults", "Stock", "VirtualPrinter", "serve_virtual_printer"]
