"""Real cameras: each is a process of its own that writes pictures into a pipe."""
