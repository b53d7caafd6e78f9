"""OCOP Ledger: signed statements, a sealed log, offline verdicts."""
