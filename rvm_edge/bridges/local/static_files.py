"""The files that the bridge serves, read once: what is not in the list does not exist."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

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


@dataclass(frozen=True)
class StaticFile:
    """One file.

    Attributes:
        content_type: for the browser.
        body: its bytes.
        etag: changes with them.
    """

    content_type: str
    body: bytes
    etag: str


def load(folders: Iterable[Path]) -> Mapping[str, StaticFile]:
    """Read all files of all folders, by their path below; a later folder wins.

    Raises:
        OSError: one cannot be read.
        ValueError: one is larger than `MOST_BYTES`.
    """
    found: dict[str, StaticFile] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            content_type = TYPES.get(path.suffix)
            if content_type is None or path.is_symlink() or not path.is_file():
                continue
            body = path.read_bytes()
            if len(body) > MOST_BYTES:
                raise ValueError(f"{path} is too large for a page: {len(body)} bytes")
            etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            found[path.relative_to(folder).as_posix()] = StaticFile(content_type, body, etag)
    return MappingProxyType(found)
