"""Drivers for every port against a simulated world, in this process or behind a Unix socket."""
