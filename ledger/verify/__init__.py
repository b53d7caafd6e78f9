"""The verifier: bytes in, values out. No I/O, no clock, no settings."""
