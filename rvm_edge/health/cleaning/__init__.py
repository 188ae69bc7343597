"""Keeps the disk clear: what may go, in which order, until there is room again."""
