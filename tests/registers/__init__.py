"""The manager's registers, through the pages that keep them."""
