"""What every model must show before it runs, whichever library runs it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from rvm_edge.vision.classes import REQUIRED
from rvm_edge.vision.detector import ModelError

MOST_BYTES = 512 * 1024 * 1024
MOST_SIDE = 2048


def read_model(path: Path, sha256: str = "", most_bytes: int = MOST_BYTES) -> tuple[bytes, str]:
    """Read a model's file once, so that the bytes that are hashed are the bytes that are run.

    Args:
        path: the file.
        sha256: what it must hash to, in hex, or "" to take it as it is.
        most_bytes: a longer file is no model.

    Returns:
        The bytes, and their SHA-256 in hex.

    Raises:
        ModelError: missing, unreadable, of absurd size, or not the expected file.
    """
    content = _read(path, most_bytes)
    actual = hashlib.sha256(content).hexdigest()
    if sha256 and actual != sha256:
        raise ModelError(f"{path} is not the expected model: SHA-256 {actual}, not {sha256}")
    return content, actual


def checked_names(said: object) -> tuple[str, ...]:
    """Return the class names that a model states: a mapping from index to name.

    Raises:
        ModelError: they are none, or lack one that the acceptance rule asks for.
    """
    if not isinstance(said, Mapping) or sorted(said, key=repr) != sorted(
        range(len(said)), key=repr
    ):
        raise ModelError("the model's metadata does not name its classes")
    names = tuple(str(said[index]) for index in range(len(said)))
    missing = sorted(REQUIRED - set(names))
    if missing:
        raise ModelError(f"the model does not know {', '.join(missing)}")
    return names


def _read(path: Path, most_bytes: int) -> bytes:
    try:
        if not path.is_file():
            raise ModelError(f"there is no model at {path}")
        size = path.stat().st_size
        if not 0 < size <= most_bytes:
            raise ModelError(f"{path} is no model: {size} bytes")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
