"""The append-only store. `seam` says what a store must do; one module per database does it."""
