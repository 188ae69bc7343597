"""What every part of a snapshot is."""

from __future__ import annotations

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """One part; `kind` says which."""
