"""What the server says of the machine's behaviour: heeded, and remembered for outages."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from rvm_edge.bridges.cloud.welcome import Welcome
from rvm_edge.identity import Identity
from rvm_edge.offload import Offload
from rvm_edge.provisioning.one_file import keep, read_bounded
from rvm_edge.settings import PolicyInForce, ServedPolicy

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

    def is_for(self, identity: Identity) -> bool:
        """Say whether it was said to this machine by its present server."""
        told = (self.server_url, self.hardware_id)
        return told == (identity.server_url, identity.hardware_id)


class ServedPolicies:
    """Lets the machine go by what its server said last, through every restart and every outage."""

    def __init__(self, path: Path, rules: PolicyInForce, offload: Offload) -> None:
        """Nothing is read before `become`.

        Args:
            path: where it is remembered.
            rules: by which the machine goes.
            offload: where the file is read and written.
        """
        self._path = path
        self._rules = rules
        self._offload = offload
        self._remembered: Remembered | None = None

    async def become(self, identity: Identity | None) -> None:
        """Go by what this machine's server said last; by nothing of another one's."""
        found = await self._offload(partial(read_remembered, self._path))
        mine = found is not None and identity is not None and found.is_for(identity)
        self._remembered = found if mine else None
        self._rules.heed(found.policy if mine and found else ServedPolicy())

    async def take(self, identity: Identity, welcome: Welcome) -> None:
        """Go by what a handshake just said, and remember it.

        A disk that does not take it costs a start without a server the news, and nothing else.
        """
        self._rules.heed(welcome.policy)
        said = Remembered(1, identity.server_url, identity.hardware_id, welcome.policy)
        if said == self._remembered:
            return
        _LOG.info("the server wants: %s", msgspec.json.encode(welcome.policy).decode())
        try:
            await self._offload(partial(keep, self._path, msgspec.json.encode(said)))
        except OSError as error:
            _LOG.warning("%s cannot be written: %s", self._path.name, error.strerror or error)
        else:
            self._remembered = said


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
        return msgspec.json.decode(raw, type=Remembered)
    except (ValueError, RecursionError):  # msgspec's own errors are ValueErrors
        _LOG.warning("%s is not what was written there; the next handshake says it anew", path.name)
        return None
