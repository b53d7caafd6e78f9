"""The station side of a hub: joining it, the outbox, what it pulls, and how it stands."""
