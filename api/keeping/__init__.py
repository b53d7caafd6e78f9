"""Keeping a ledger: moving, backup, restore, memory of what was sealed, erasure of private texts."""
