"""What goes on without being asked: sealing, projecting, and the processes that do it."""
