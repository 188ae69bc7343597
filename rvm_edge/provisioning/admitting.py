"""Nothing is kept that the server does not know: first the handshake, then the file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import msgspec
from msgspec.structs import replace

from rvm_edge.identity import Identity
from rvm_edge.machine import Standing
from rvm_edge.offload import Offload
from rvm_edge.provisioning.credentials import Credentials, origin_of
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.store import Store


class Introduction(msgspec.Struct, frozen=True):
    """What became of a handshake.

    Attributes:
        standing: how the machine stands with that server.
        trouble: what was wrong, in one line; "" for nothing.
    """

    standing: Standing
    trouble: str = ""


Introduce = Callable[[Identity, Site], Awaitable[Introduction]]
"""Makes one handshake as somebody at some site, and changes nothing here."""

KNOWN: Final = frozenset({Standing.OK, Standing.DEGRADED})
NOT_REACHED: Final = frozenset({Standing.UNREACHABLE, Standing.NO_ROUTE})
"""What may be better in a while."""

_WORDS: Final = {
    Standing.UNAUTHORIZED: "the server does not know this key",
    Standing.BLOCKED: "the server has blocked this machine",
    Standing.NO_ROUTE: "there is no way to the server from here",
    Standing.UNREACHABLE: "no answer that can be believed",
}


class NotWelcomeError(Exception):
    """The server does not take the machine. The message says why; it quotes no secret.

    Attributes:
        standing: how the machine stands there.
    """

    def __init__(self, server_url: str, answer: Introduction) -> None:
        super().__init__(f"{server_url}: {answer.trouble or _WORDS[answer.standing]}")
        self.standing = answer.standing


def at_server(credentials: Credentials, server_url: str) -> Credentials:
    """Return credentials with another server's address.

    Raises:
        ProblemError: it is none.
    """
    identity = replace(credentials.identity, server_url=origin_of(server_url))
    return replace(credentials, identity=identity)


async def admit(
    credentials: Credentials, site: Site, introduce: Introduce, store: Store, offload: Offload
) -> Introduction:
    """Keep credentials that their server knows.

    Args:
        credentials: of the machine.
        site: what was chosen beside them.
        introduce: makes the handshake.
        store: keeps them.
        offload: where files are written.

    Raises:
        NotWelcomeError: the server does not know the machine, or is not reached; nothing is kept.
        OSError: they cannot be written; nothing is kept.
    """
    answer = await introduce(credentials.identity, site)
    if answer.standing not in KNOWN:
        raise NotWelcomeError(credentials.identity.server_url, answer)
    await offload(partial(store.save, credentials, site))
    return answer
