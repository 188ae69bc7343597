"""Ports that note whether they answered when they were last asked; they change nothing."""
