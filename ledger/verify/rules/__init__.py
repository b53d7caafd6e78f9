"""Rules about goods. Each module is one theme; `lot_findings` runs them all for one lot."""
