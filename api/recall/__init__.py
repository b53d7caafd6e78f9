"""Holds and recalls: how far one reaches, the order that is typed, seen once more and signed."""
