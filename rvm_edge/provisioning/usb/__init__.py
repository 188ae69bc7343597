"""Credentials on a USB stick: noticed when it is mounted, read and never written."""
