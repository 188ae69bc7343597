"""What the server orders: read, bounded, and kept until a state of the machine takes it."""
