"""What a station and its hub say to each other (docs/station-wire.md): used by both sides."""
