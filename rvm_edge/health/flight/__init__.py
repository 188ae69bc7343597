"""The flight recorder: what the machine did in the last hours, bounded on disk."""
