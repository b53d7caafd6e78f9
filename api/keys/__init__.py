"""Keys of people and stations: wiring, changes, disputes, paper backups, the root keys' ceremony."""
