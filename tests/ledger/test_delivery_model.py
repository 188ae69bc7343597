"""Any server, any network, any crash: in the end every item is delivered, or dead with a reason.

With a server that knows duplicates each delivered item is there exactly once. With one that does
not, it is there twice only where the ledger says that it may be.
"""

from __future__ import annotations

import tempfile
from collections import deque
from pathlib import Path

import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from rvm_edge.delivery import Receipt
from rvm_edge.ledger import Ledger, check, open_ledger
from rvm_edge.offload import inline
from tests.ledger.couriers import DAY_S, batches_of, delivering, record_courier
from tests.ledger.scenes import VirtualClock, connection_of, drop
from tests.ledger.servers import NOT_ALLOWED, NOT_NOW, REFUSED, ROLLED_BACK, FakeServer

ANSWERS: tuple[str | Receipt, ...] = (
    "taken",
    "lost",
    "cut",
    "hang",
    "silence",
    ROLLED_BACK,
    REFUSED,
    NOT_NOW,
    NOT_ALLOWED,
)
LIVES = st.lists(
    st.tuples(
        st.integers(0, 4),  # items that drop
        st.lists(st.sampled_from(ANSWERS), max_size=8),  # what the requests meet
        st.sampled_from((0.0, 1.0, 400.0, 20_000.0)),  # seconds until the process dies
    ),
    min_size=1,
    max_size=6,
)


async def live(path: Path, server: FakeServer, items: int, seconds: float, batch: int) -> list[str]:
    """One life of the process; it ends in the middle of whatever it does."""
    clocks = VirtualClock()
    async with open_ledger(path, inline, clocks) as ledger:
        assert ledger.opening.findings == ()
        uuids = await drop(ledger, items) if items else []
        async with delivering(record_courier(ledger, server, clocks, batches_of(batch))):
            await trio.sleep(seconds)
        return uuids


def spoil(server: FakeServer, dropped: list[str], bad: dict[int, bool]) -> None:
    known = {dropped[place]: whole for place, whole in bad.items() if place < len(dropped)}
    server.poison = {uuid for uuid, whole in known.items() if whole}
    server.strangers = {uuid for uuid, whole in known.items() if not whole}


async def fate(ledger: Ledger) -> dict[str, tuple[str, int, bool]]:
    """Return state, possible copies, and whether a reason is kept, of every item that dropped."""
    rows = connection_of(ledger).execute(
        "SELECT o.client_uuid, o.state, o.unanswered + (o.state = 'delivered'), "
        "o.possibly_twice, EXISTS (SELECT 1 FROM dead_letters AS d "
        "WHERE d.client_uuid = o.client_uuid AND d.retried_at IS NULL AND d.why <> '') "
        "FROM outbox AS o"
    )
    found = {}
    for uuid, state, copies, twice, reason in rows.fetchall():
        assert (twice > 0) == (copies > 1)
        found[str(uuid)] = (str(state), int(copies), bool(reason))
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    lives=LIVES,
    batch=st.integers(1, 5),
    bad=st.dictionaries(st.integers(0, 23), st.booleans(), max_size=5),
)
def test_nothing_is_lost_and_each_doubt_is_flagged(
    lives: list[tuple[int, list[str | Receipt], float]], batch: int, bad: dict[int, bool]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        trio.run(schedule, path, lives, batch, bad, clock=MockClock(autojump_threshold=0))
        assert check(path).violations == ()


async def schedule(
    path: Path,
    lives: list[tuple[int, list[str | Receipt], float]],
    batch: int,
    bad: dict[int, bool],
) -> None:
    """Run the lives.

    Args:
        path: the ledger.
        lives: what happens in each.
        batch: items in one request.
        bad: which items, by their order, the server never takes: over those with True it rolls all
            back, those with False it leaves out and complains.
    """
    server = FakeServer(takes_s=0.01)
    dropped: list[str] = []
    for items, answers, seconds in lives:
        server.script = deque(answers)
        spoil(server, dropped, bad)
        dropped += await live(path, server, items, seconds, batch)
    server.script.clear()
    spoil(server, dropped, bad)
    # The network is well now; only the bad items stay so.
    dropped += await live(path, server, 1, 3 * DAY_S, batch)

    async with open_ledger(path, inline, VirtualClock()) as ledger:
        found = await fate(ledger)
    assert set(found) == set(dropped)
    assert {state for state, *_ in found.values()} <= {"delivered", "dead"}
    for uuid, (state, copies, reason) in found.items():
        assert reason == (state == "dead")
        # A server that knows duplicates keeps one of these; one that does not keeps them all.
        assert server.stored[uuid] <= copies
        if state == "delivered":
            assert server.stored[uuid] >= 1
