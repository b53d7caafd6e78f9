"""What of a lot each viewer may see: who hides what, whose partner is whose, what a station may have."""
