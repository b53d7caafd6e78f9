"""Intake: what people typed elsewhere (diaries, set-up files, JSON Lines) becomes drafts."""
