"""The secrets of the machine whose files lie here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from rvm_edge.identity import Secret
from rvm_edge.locations import Locations
from rvm_edge.provisioning.credentials import CredentialsError, read_credentials
from rvm_edge.service.redaction import Redaction

_MOST_BYTES: Final = 65_536
_WORD: Final = re.compile(r"[!#-~]{8,512}")
"""What may be a key, in a file that cannot be read as what it should be."""


def own_redaction(here: Locations, *more: Path) -> Redaction:
    """Return what hides this machine's secrets.

    Args:
        here: where they lie.
        more: other files with credentials.
    """
    redaction = Redaction()
    for path in (here.credentials_path, *more):
        for secret in _in_credentials(path):
            redaction.hide(Secret(secret))
    for token in _words_of(here.screen_token_path):
        redaction.hide(Secret(token))
    return redaction


def _in_credentials(path: Path) -> Iterator[str]:
    try:
        identity = read_credentials(path).identity
    except CredentialsError:
        yield from _words_of(path)  # rather too much is hidden than a key shown
        return
    yield identity.api_key.reveal()
    if identity.sync_token is not None:
        yield identity.sync_token.reveal()


def _words_of(path: Path) -> Iterator[str]:
    with suppress(OSError), path.open("rb") as file:
        text = file.read(_MOST_BYTES).decode("utf-8", "replace")
        yield from _WORD.findall(text)
