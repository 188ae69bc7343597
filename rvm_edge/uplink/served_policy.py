"""What the server says of the machine's behaviour: heeded, and remembered for outages."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

import msgspec

from rvm_edge.bridges.cloud.welcome import Welcome
from rvm_edge.identity import Identity
from rvm_edge.offload import Offload
from rvm_edge.provisioning.served_policy import Remembered, read_remembered, remember
from rvm_edge.settings import PolicyInForce, ServedPolicy

_LOG = logging.getLogger(__name__)


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
        if found is None or identity is None or not found.is_for(identity):
            found = None
        self._remembered = found
        self._rules.heed(found.policy if found else ServedPolicy())

    async def take(self, identity: Identity, welcome: Welcome) -> None:
        """Go by what a handshake just said, and remember it.

        A disk that does not take it costs a start without a server the news, and nothing else.
        """
        self._rules.heed(welcome.policy)
        said = Remembered.of(identity, welcome.policy)
        if said == self._remembered:
            return
        _LOG.info("the server wants: %s", msgspec.json.encode(welcome.policy).decode())
        try:
            await self._offload(partial(remember, self._path, said))
        except OSError as error:
            _LOG.warning("%s cannot be written: %s", self._path.name, error.strerror or error)
        else:
            self._remembered = said
