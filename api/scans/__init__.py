"""Scan counts: how often labels were opened. Outside the ledger, and never evidence."""
