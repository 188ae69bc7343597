"""Whatever the machine becomes and whenever it does: each deposit goes out once, as who took it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from rvm_edge.delivery import Proof, Receipt, Record
from rvm_edge.identity import Registration
from rvm_edge.item import SessionEnd, SessionMode
from rvm_edge.ledger import Ledger, check, open_ledger, read_only
from rvm_edge.ledger.courier.records import RecordCourier
from rvm_edge.ledger.queue import QueueState, undelivered
from rvm_edge.offload import inline
from tests.ledger.couriers import DAY_S, batches_of, delivering, record_courier
from tests.ledger.scenes import VirtualClock, bring_to, new_session
from tests.ledger.servers import FakeServer

KNOWN_AS = (
    Registration("https://rvm.example.org", "RVM-202601-042"),
    Registration("https://rvm.example.org", "RVM-202601-043"),
    Registration("https://mall.example.net", "RVM-202601-042"),
)
BECOME = st.tuples(st.just("become"), st.sampled_from((*KNOWN_AS, None)))
STEPS = st.one_of(
    st.tuples(st.just("deposit"), st.integers(1, 3)),
    # In the middle of a deposit, and while a request may be under way:
    st.tuples(st.just("deposit_across"), st.sampled_from(KNOWN_AS)),
    BECOME,
    BECOME,
    st.tuples(st.just("pass"), st.sampled_from((0.005, 0.015, 400.0))),
    st.tuples(st.just("restart"), st.none()),
)


class Servers(FakeServer):
    """All servers there are: each request is told as whom it was made.

    Like the bridge, and unlike the ledger, it knows who the machine is at the very moment of the
    request, and sends nothing that another one took.

    Attributes:
        now: who the machine is.
        told: each record that left, and as whom.
    """

    now: Registration | None = None

    def __init__(self) -> None:
        super().__init__(takes_s=0.01)
        self.told: list[tuple[str, Registration | None]] = []

    async def send_records(self, records: Sequence[Record]) -> Receipt:
        """Answer as the bridge does."""
        await trio.lowlevel.checkpoint()
        if self.now is None or any(one.taken_by != self.now for one in records):
            return Receipt(Proof.NOT_NOW, "another one's")
        self.told.extend((one.client_uuid, self.now) for one in records)
        return await super().send_records(records)


@dataclass
class Life:
    """A machine, and what its depositors know of whose their deposits are."""

    ledger: Ledger
    servers: Servers
    courier: RecordCourier
    now: Registration | None
    owner: dict[str, Registration | None] = field(default_factory=dict)

    async def become(self, who: Registration | None) -> None:
        """Be told new credentials; nobody's deposits are from now on those of the first."""
        if who is not None:
            await self.ledger.outbox.become(who)
            self.owner.update({uuid: who for uuid, mine in self.owner.items() if mine is None})
            self.now = who
        self.servers.now = who
        self.courier.pause.begin_anew()

    async def deposit(self, items: int, meanwhile: Registration | None = None) -> None:
        """Take so many items in one session, and one more after the machine became another one."""
        session = new_session(SessionMode.USER)
        await self.ledger.open_session(session)
        whose = self.now
        for _ in range(items):
            item = await bring_to(self.ledger, "accepted dropped")
            self.owner[item.client_uuid] = whose
        if meanwhile is not None:
            await self.become(meanwhile)
            late = await bring_to(self.ledger, "accepted dropped")
            self.owner[late.client_uuid] = whose or meanwhile
        await self.ledger.close_session(session.session_id, SessionEnd.FINISHED)

    def shows_what_is_held(self) -> None:
        """The list tells what waits for whom, and no count contradicts it."""
        if self.now is None:
            return
        with read_only(self.ledger.path) as connection:
            for one in undelivered(connection):
                whose = self.owner[one.client_uuid]
                assert whose is not None
                assert (one.hardware_id, one.server_url) == (whose.hardware_id, whose.server_url)
                assert (one.state is QueueState.HELD) == (whose != self.now)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, max_size=12), batch=st.integers(1, 4))
def test_each_deposit_goes_out_once_and_only_as_who_took_it(
    steps: list[tuple[str, int | float | Registration | None]], batch: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        trio.run(live, path, steps, batch, clock=MockClock(autojump_threshold=0))
        assert check(path).violations == ()


async def live(
    path: Path, steps: list[tuple[str, int | float | Registration | None]], batch: int
) -> None:
    """Live through the steps, and be everybody once more in the end."""
    servers = Servers()
    owner: dict[str, Registration | None] = {}
    now: Registration | None = None
    todo = [*steps, *(("be", who) for who in KNOWN_AS)]
    while todo:
        clocks = VirtualClock()
        async with open_ledger(path, inline, clocks) as ledger:
            courier = record_courier(ledger, servers, clocks, batches_of(batch))
            life = Life(ledger, servers, courier, now, owner)
            async with delivering(courier):
                while todo:
                    what, how = todo.pop(0)
                    if what == "restart":
                        await answered(courier)
                        break
                    await step(life, what, how)
                    life.shows_what_is_held()
            now = life.now
    assert all(sender == owner[uuid] for uuid, sender in servers.told)
    assert servers.stored == dict.fromkeys(owner, 1)


async def answered(courier: RecordCourier) -> None:
    """Wait for an answer that is under way: what is cut off is another model's (deliveries)."""
    while courier.in_progress:
        await trio.sleep(0.001)


async def step(life: Life, what: str, how: int | float | Registration | None) -> None:
    """Do one step."""
    if what == "pass":
        assert isinstance(how, float)
        await trio.sleep(how)
    elif what == "deposit":
        assert isinstance(how, int)
        await life.deposit(how)
    else:
        assert how is None or isinstance(how, Registration)
        if what == "deposit_across":
            await life.deposit(2, how)
        else:
            await life.become(how)
    if what == "be":
        await trio.sleep(3 * DAY_S)
