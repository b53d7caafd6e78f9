"""From template and words to the one bitmap."""
