"""Who may come in, and what they see: people, sessions, PINs, roles, limits, disclosure."""
