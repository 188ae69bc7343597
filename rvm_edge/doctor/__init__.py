"""Looks at everything that a machine needs, and says what is wrong, why it matters, what to do."""
