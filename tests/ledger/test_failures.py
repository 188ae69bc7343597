"""What SQLite says of a file becomes one of ours, also where its message is no text."""

from __future__ import annotations

from pathlib import Path

import pytest

from rvm_edge.ledger.failures import LedgerDamagedError, storage_errors


def test_damage_that_sqlite_cannot_put_into_text_is_damage(tmp_path: Path) -> None:
    """Since Python 3.11 its message is decoded strictly, and names what it cannot read."""
    with (
        pytest.raises(LedgerDamagedError, match=r"ledger .* is damaged .*can't decode byte 0xcc"),
        storage_errors(tmp_path / "ledger.sqlite"),
    ):
        b"malformed database schema (\xcc)".decode()
