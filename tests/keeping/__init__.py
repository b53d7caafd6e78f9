"""Moving, backup, restore, roll-back and erasure."""
