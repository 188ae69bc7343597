"""What can go wrong where torch is at work; these need none of it, so anybody can catch them."""

from __future__ import annotations


class WeightsError(Exception):
    """The weights to start from cannot be used."""


class ExportError(Exception):
    """The trained model cannot be exported as a machine needs it."""
