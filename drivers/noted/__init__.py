"""Notes which ports answered when they were last asked."""
