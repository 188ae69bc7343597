"""As whom the machine was known before its credentials were taken away: no secret, and for one use.

The ledger keeps that by itself once it runs. One that an older version wrote knows nothing of it
before its first start with this one, and credentials may be gone by then: what waits in it belongs
to the machine that they named.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from rvm_edge.identity import Registration
from rvm_edge.provisioning.credentials import CredentialsError, read_credentials
from rvm_edge.provisioning.one_file import keep, read_bounded
from rvm_edge.untrusted_json import UnreadableError, read_json

MOST_BYTES: Final = 4096

_LOG = logging.getLogger(__name__)


class _Former(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: Literal[1]
    server_url: Annotated[str, Meta(min_length=1, max_length=2_000)]
    hardware_id: Annotated[str, Meta(min_length=1, max_length=100)]


def note_of(credentials_path: Path) -> Path:
    """Return where it is noted, beside the credentials."""
    return credentials_path.with_name("former-registration.json")


def note_former(credentials_path: Path, to_be: Registration | None) -> None:
    """Note as whom the machine is known, before that is taken away.

    Of several in turn the first counts: only that one can have taken what an older ledger holds.

    Args:
        credentials_path: the credentials as they are.
        to_be: who it is next; None for nobody.

    Raises:
        OSError: it cannot be written.
    """
    note = note_of(credentials_path)
    if note.exists():
        return
    try:
        known = read_credentials(credentials_path).identity.registration
    except CredentialsError:
        return  # none, or none that anything was ever taken under
    if known != to_be:
        keep(note, msgspec.json.encode(_Former(1, known.server_url, known.hardware_id)))


def read_former(credentials_path: Path) -> Registration | None:
    """Return what is noted; None where there is nothing, or nothing that can be believed."""
    note = note_of(credentials_path)
    try:
        said = read_json(read_bounded(note, MOST_BYTES, follow=False), _Former)
    except FileNotFoundError:
        return None
    except (OSError, UnreadableError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or "is not what was written"
        _LOG.warning("%s: %s", note.name, why)
        return None
    return Registration(said.server_url, said.hardware_id)
