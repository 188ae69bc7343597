"""What the machine has done, as handshakes and heartbeats tell it."""

from __future__ import annotations

import msgspec


class FiguresInfo(msgspec.Struct, frozen=True):
    """What the machine has done; ``journal_head`` anchors the journal's chain at the server."""

    items: int
    dropped: int
    returned: int
    waiting: int
    ambiguous: int
    dead: int
    journal_rows: int
    journal_head: str
