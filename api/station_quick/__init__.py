"""From harvest to printed labels on one form: harvested, packed, and the print begun."""
