"""Witnesses: the door of one (`ocop witness`, `ocop auditor`), and a hub's way of asking them."""
