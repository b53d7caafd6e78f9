"""The recall drill, which records nothing, and the way from it to the party's own recall."""
