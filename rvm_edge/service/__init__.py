"""What a service manager and the daemon tell each other, and how the daemon becomes a service."""
