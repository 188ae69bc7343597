"""The files that the bridge serves, read once: what is not in the list does not exist."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".ico": "image/x-icon",
        ".jpg": "image/jpeg",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".mp3": "audio/mpeg",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".webmanifest": "application/manifest+json",
        ".woff2": "font/woff2",
    }
)
"""What is served, by suffix; anything else in a folder stays there."""

OWN: Final = Path(__file__).parent / "static"
"""The client's module, beside this one."""

MOST_BYTES: Final = 2 * 1024 * 1024


class StaticFile(msgspec.Struct, frozen=True):
    """One file.

    Attributes:
        content_type: for the browser.
        body: its bytes.
        etag: changes with them.
    """

    content_type: str
    body: bytes
    etag: str


def load(
    folders: Iterable[Path], written: Mapping[str, bytes] = MappingProxyType({})
) -> Mapping[str, StaticFile]:
    """Read all files of all folders, by their path below; a later folder wins.

    Args:
        folders: where they lie. What is no file, or leads somewhere else, is left out.
        written: files that lie nowhere, by their path; these win over all folders.

    Raises:
        OSError: one cannot be read.
        ValueError: one is larger than `MOST_BYTES`.
    """
    found: dict[str, StaticFile] = {}
    for folder in folders:
        for inner, _, names in os.walk(folder):
            for name in names:
                path = Path(inner, name)
                if path.suffix in TYPES and stat.S_ISREG(path.lstat().st_mode):
                    below = os.path.relpath(path, folder)
                    found[below] = _served(below, path.read_bytes())
    found.update({name: _served(name, body) for name, body in written.items()})
    return MappingProxyType(found)


def _served(name: str, body: bytes) -> StaticFile:
    if len(body) > MOST_BYTES:
        raise ValueError(f"{name} is too large for a page: {len(body)} bytes")
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    return StaticFile(TYPES[Path(name).suffix], body, etag)
