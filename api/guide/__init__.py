"""The guides that travel with the program: what each user does, and a page for the shed's wall."""
