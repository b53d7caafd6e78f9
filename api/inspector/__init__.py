"""The inspector: finding anything, lots both ways, orders, evidence, papers beside the ledger."""
