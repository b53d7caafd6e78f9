"""The page of what a station has not yet sent to its hub."""
