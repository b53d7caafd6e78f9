"""Photos: made small and clean, kept beside the ledger, named by signed statements."""
