"""What is asked of a printer and what its answers mean."""
