"""Sequencer, projection and the processes of a hub."""
