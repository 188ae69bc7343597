"""Reads of a unit file what others must agree with (systemd.syntax(7))."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_CONTINUES = "\\"
_COMMENTS = ("#", ";")


def words_of(texts: Iterable[str], key: str) -> tuple[str, ...]:
    """Return the words of a key that may be said more than once, in their order.

    Args:
        texts: the unit, then its drop-ins. One that sets the key to nothing forgets what came
            before.
        key: such as ``SupplementaryGroups``.
    """
    words: list[str] = []
    for text in texts:
        for name, value in _assignments(text):
            if name == key:
                words = [*words, *value.split()] if value else []
    return tuple(dict.fromkeys(words))


def unit_texts(unit: Path) -> tuple[str, ...]:
    """Return a unit and its drop-ins, as `systemctl edit` leaves them beside it.

    Raises:
        OSError: one of them cannot be read.
    """
    drop_ins = sorted(unit.with_name(f"{unit.name}.d").glob("*.conf"))
    return tuple(path.read_text(encoding="utf-8", errors="replace") for path in (unit, *drop_ins))


def _assignments(text: str) -> Iterable[tuple[str, str]]:
    whole = ""
    for line in text.splitlines():
        if line.lstrip().startswith(_COMMENTS):
            continue
        whole += line.strip()
        if whole.endswith(_CONTINUES):
            whole = f"{whole[:-1]} "
            continue
        name, is_said, value = whole.partition("=")
        if is_said:
            yield name.strip(), value.strip()
        whole = ""
