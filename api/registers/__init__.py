"""The manager's registers: what a party says exists, and every change of it, signed."""
