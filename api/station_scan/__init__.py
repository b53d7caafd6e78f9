"""What a scan at the station means, and what may be done with what was scanned."""
