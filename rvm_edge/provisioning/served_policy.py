"""What the server said of the machine's behaviour, in one small strict file."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from rvm_edge.identity import Identity, Registration
from rvm_edge.provisioning.one_file import keep, read_bounded
from rvm_edge.settings import ServedPolicy
from rvm_edge.untrusted_json import UnreadableError, read_json

MOST_BYTES: Final = 4096

_LOG = logging.getLogger(__name__)


class Remembered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `server-policy.json` holds. Nothing in it is a secret.

    Attributes:
        version: of this form.
        server_url: who said it.
        hardware_id: to which machine.
        policy: what was said.
    """

    version: Literal[1]
    server_url: Annotated[str, Meta(max_length=2_000)]
    hardware_id: Annotated[str, Meta(max_length=100)]
    policy: ServedPolicy

    @staticmethod
    def of(identity: Identity, policy: ServedPolicy) -> Remembered:
        """Return what is to be remembered of a handshake."""
        return Remembered(1, identity.server_url, identity.hardware_id, policy)

    def is_for(self, identity: Identity) -> bool:
        """Say whether it was said to this machine by its present server."""
        return Registration(self.server_url, self.hardware_id) == identity.registration


def read_remembered(path: Path) -> Remembered | None:
    """Return what is remembered; None where there is nothing, or nothing that can be believed."""
    try:
        raw = read_bounded(path, MOST_BYTES, follow=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        _LOG.warning("%s cannot be read: %s", path.name, error.strerror or error)
        return None
    try:
        return read_json(raw, Remembered)
    except UnreadableError:
        _LOG.warning("%s is not what was written there; the next handshake says it anew", path.name)
        return None


def remember(path: Path, said: Remembered) -> None:
    """Put it in place of what was remembered, for the owner's eyes alone.

    Raises:
        OSError: it cannot be written; what was there is there still.
    """
    keep(path, msgspec.json.encode(said))
