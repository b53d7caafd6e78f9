"""Which layer of defence notices which attack, at every position of a ledger."""
