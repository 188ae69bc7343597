"""Who the machine is towards its server: looked up anew, for credentials may come at any time."""

from __future__ import annotations

from collections.abc import Callable

from rvm_edge.bridges.cloud.my_rvm_cloud import MyRvmCloud
from rvm_edge.identity import Identity
from rvm_edge.ledger.courier import Courier
from rvm_edge.ledger.outbox import Outbox
from rvm_edge.machine import Standing
from rvm_edge.offload import Offload
from rvm_edge.uplink.served_policy import ServedPolicies

NamesItself = Callable[[], Identity | None]
"""Says who the machine is; may read a file."""


class SelfKnowingCloud:
    """`rvm_edge.machine.Cloud` that looks for new credentials before it speaks for the machine."""

    def __init__(
        self,
        cloud: MyRvmCloud,
        courier: Courier,
        served: ServedPolicies,
        outbox: Outbox,
        *,
        identity: NamesItself,
        offload: Offload,
    ) -> None:
        """Stand before a cloud.

        Args:
            cloud: speaks with the server.
            courier: begins anew for another machine.
            served: keeps what the server said of the machine's behaviour.
            outbox: holds what this machine took.
            identity: says who the machine is.
            offload: where that is read.
        """
        self._cloud = cloud
        self._outbox = outbox
        self._courier = courier
        self._served = served
        self._identity = identity
        self._offload = offload
        self._known: Identity | None = None

    async def handshake(self) -> Standing:
        """Introduce the machine as who it is by now."""
        await self._become(await self._offload(self._identity))
        return await self._introduce()

    async def heartbeat(self, bin_pct: float | None) -> Standing:
        """Tell the server that the machine is alive, or introduce it if it is another one by now.

        A link that is never lost would else never learn of a key or a token that somebody brought.
        Credentials that cannot be read just now end nothing.
        """
        found = await self._offload(self._identity)
        if found is None or found == self._known:
            return await self._cloud.heartbeat(bin_pct)
        await self._become(found)
        return await self._introduce()

    async def _introduce(self) -> Standing:
        standing = await self._cloud.handshake()
        welcome = self._cloud.welcome
        if standing is Standing.OK and welcome is not None and self._known is not None:
            await self._served.take(self._known, welcome)
        return standing

    async def _become(self, found: Identity | None) -> None:
        if found != self._known:
            await take_as(self._outbox, found)
            self._known = found
            self._cloud.become(found)
            self._courier.begin_anew()
            await self._served.become(found)


async def take_as(outbox: Outbox, identity: Identity | None) -> None:
    """Let the ledger take and deliver items as this machine; another key changes nothing there.

    While nobody knows who the machine is, or its credentials cannot be read just now, the ledger
    stays with what it knew: nothing is taken or delivered then.
    """
    if identity is not None:
        await outbox.become(identity.registration)
