"""What people who scan labels say back: reports of problems, and the telephone that they may call."""
