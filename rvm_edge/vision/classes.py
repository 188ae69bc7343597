"""The seven classes, and which way each of them speaks."""

from __future__ import annotations

PET = "mineral"
"""A PET bottle: the only thing this machine takes."""

NOT_EMPTY = "not_empty"
"""Lies on the box of a container with something inside."""

FORBIDDEN = ("soda", "milk", "yogurt", "dishwasher", "non_mineral")
"""Containers that this machine does not take."""

REQUIRED = frozenset({PET, NOT_EMPTY, *FORBIDDEN})
"""A model that does not know all of these cannot reject what must be rejected."""
