"""This boot's token: whoever can read its file may steer the machine from a page."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rvm_edge.identity import Secret

FOR_ITS_OWNER: Final = 0o600
FOR_ITS_GROUP: Final = 0o640
"""For the screen's own user, which is in the machine's group."""

_BYTES = 32


def new_token() -> Secret:
    """Return a token that nobody can guess."""
    return Secret(secrets.token_urlsafe(_BYTES))


@contextmanager
def left_at(path: Path, token: Secret, mode: int = FOR_ITS_OWNER) -> Iterator[None]:
    """Leave the token in a file while inside.

    Args:
        path: of the file.
        token: what is left there.
        mode: who may read it.

    Raises:
        OSError: the disk refuses.
    """
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, mode)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{token.reveal()}\n")
    unfinished.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
