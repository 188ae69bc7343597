"""The real services towards a MyRVM server: HTTP, socket, courier, evidence, orders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

from rvm_edge.bridges.cloud.heartbeat_wire import HeartbeatCommand
from rvm_edge.bridges.cloud.my_rvm_cloud import MyRvmCloud
from rvm_edge.bridges.cloud.orders.desk import OrderDesk
from rvm_edge.bridges.cloud.orders.restart_notes import RestartFile
from rvm_edge.bridges.cloud.trust import trusting
from rvm_edge.ledger.courier import Courier
from rvm_edge.ledger.evidence.folder import open_evidence
from rvm_edge.link import Ground, Link
from rvm_edge.telemetry import Deeds, Figures, Telemetry
from rvm_edge.uplink.former import settle_former
from rvm_edge.uplink.ordering import ordered_by_heartbeat
from rvm_edge.uplink.self_knowing import NamesItself, SelfKnowingCloud, take_as
from rvm_edge.uplink.served_policy import ServedPolicies
from rvm_edge.uplink.socket import ServerSocket

if TYPE_CHECKING:
    import httpx

MakeTelemetry = Callable[[Deeds], Telemetry]
"""Makes what measures the machine, given what only the running machine knows."""


class Uplink(msgspec.Struct, frozen=True):
    """A link to a server, with what screens and technicians want to know of it.

    Attributes:
        cloud: speaks HTTP; knows the standing, the hints, what the last handshake taught.
        courier: knows how the delivery stands.
        desk: knows the orders.
        socket: knows how the WebSocket is.
        telemetry: measures the machine, and counts its deeds.
        link: the same as the Machine wants it.
    """

    cloud: MyRvmCloud
    courier: Courier
    desk: OrderDesk
    socket: ServerSocket
    telemetry: Telemetry
    link: Link


def to_server(
    identity: NamesItself,
    telemetry: MakeTelemetry,
    *,
    app_key: str | Callable[[], str] = "",
    transport: httpx.AsyncBaseTransport | None = None,
    made: Callable[[Uplink], None] = lambda _: None,
) -> Callable[[Ground], AbstractAsyncContextManager[Link]]:
    """Return an `rvm_edge.link.LinkMaker` for the server that `identity` names.

    Args:
        identity: who the machine is, read anew before every handshake and heartbeat; None while
            nobody knows.
        telemetry: makes what measures the machine.
        app_key: Reverb's, where the credentials brought one; asked at every connection where it may
            still come.
        transport: stands for the network.
        made: gets the link once it is made.
    """

    @asynccontextmanager
    async def make(ground: Ground) -> AsyncIterator[Link]:
        async with _made(ground, identity, telemetry, app_key, transport) as uplink:
            made(uplink)
            yield uplink.link

    return make


@asynccontextmanager
async def _made(
    ground: Ground,
    identity: NamesItself,
    telemetry: MakeTelemetry,
    app_key: str | Callable[[], str],
    transport: httpx.AsyncBaseTransport | None,
) -> AsyncIterator[Uplink]:
    settings = ground.settings.cloud

    def take_in(commands: Sequence[HeartbeatCommand], at: str) -> None:
        desk.take_in(ordered_by_heartbeat(commands), at)

    measures = telemetry(Deeds(lambda: _figures(ground), ground.found))
    cloud = MyRvmCloud(
        None,
        settings.request,
        measures,
        as_jpeg=ground.eyes.as_jpeg,
        on_commands=take_in,
        transport=transport,
        monotonic_s=ground.clock.monotonic_s,
    )
    desk = OrderDesk(
        settings.orders,
        named_hash=lambda: _named_hash(cloud),
        restarts=RestartFile(ground.locations.restarts_path),
    )
    evidence = await open_evidence(
        ground.locations.evidence_dir,
        ground.ledger.pictures,
        ground.eyes.as_jpeg,
        settings.evidence,
        ground.offload,
        cut_out=ground.cut_out,
    )
    courier = Courier(
        ground.ledger.outbox,
        evidence,
        cloud,
        settings,
        clock=ground.clock,
        chance=ground.chance,
    )
    socket = ServerSocket(
        cloud,
        desk,
        settings.reverb,
        app_key=app_key,
        monotonic_s=ground.clock.monotonic_s,
        chance=ground.chance,
        trust=trusting(settings.request.ca_file) if settings.request.ca_file else None,
    )
    served = ServedPolicies(ground.locations.server_policy_path, ground.rules, ground.offload)
    known = await ground.offload(identity)
    await served.become(known)
    await settle_former(ground.ledger.outbox, ground.locations.credentials_path, ground.offload)
    await take_as(ground.ledger.outbox, known)
    link = Link(
        cloud=SelfKnowingCloud(
            cloud,
            courier,
            served,
            ground.ledger.outbox,
            identity=identity,
            offload=ground.offload,
        ),
        channel=socket,
        courier=courier,
        evidence=evidence,
        orders=desk,
        album=cloud,
    )
    async with cloud.run():
        yield Uplink(cloud, courier, desk, socket, measures, link)


def _named_hash(cloud: MyRvmCloud) -> str | None:
    model = cloud.welcome.model if cloud.welcome else None
    return model.sha256 if model else None


async def _figures(ground: Ground) -> Figures:
    counts, queue = await ground.ledger.counts(), await ground.ledger.outbox.counts()
    head = ground.journal.last
    return Figures(
        items=counts.items,
        dropped=counts.dropped,
        returned=counts.returned,
        waiting=queue.waiting,
        ambiguous=queue.ambiguous,
        dead=queue.dead,
        held=queue.held,
        journal_rows=head.seq if head else 0,
        journal_head=head.hash if head else "",
    )
