"""Wrappers that make any driver of any port fail on request."""
