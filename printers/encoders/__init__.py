"""From a bitmap to the bytes of a printer language."""
