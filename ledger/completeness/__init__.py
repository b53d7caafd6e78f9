"""The completeness index of one ledger folder: kept beside the log, committed to by its key."""
