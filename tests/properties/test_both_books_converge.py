"""Whatever dies, is lost or comes twice: what lies in the bin is at the server, once."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import trio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from rvm_edge.simulator.cloud import Dialect, Misbehaviour, Mishap, Reach
from tests.properties.lives import Bring, Deed, Schedule, disagreements, live_through

SYNC = "*/sync-offline"
HIDES_WHAT_IT_DID = frozenset({Mishap.FAILS, Mishap.HTML, Mishap.REDIRECTS})
"""Behind these a request may have been carried out; 429 says that it was not, and is believed."""


@st.composite
def misbehaviours(draw: st.DrawFn) -> Misbehaviour:
    mishap = draw(st.sampled_from(Mishap))
    return Misbehaviour(
        mishap,
        draw(st.sampled_from([SYNC, SYNC, SYNC, "*/deposit", "*/heartbeat", "*/handshake", "*"])),
        times=draw(st.integers(1, 3)),
        seconds=draw(st.sampled_from([0.2, 2.0, 4.0, 8.0])),
        status=draw(st.sampled_from([500, 502, 503, 504])),
        pieces=draw(st.sampled_from([2, 20])),
        carried_out=mishap in HIDES_WHAT_IT_DID and draw(st.booleans()),
    )


BRINGS = st.builds(Bring, good=st.sampled_from([True, True, False]), user=st.booleans())
HAPPENINGS = st.one_of(
    BRINGS, BRINGS, BRINGS, misbehaviours(), st.sampled_from(Reach), st.sampled_from(Deed)
)
SCHEDULES = st.lists(st.tuples(st.floats(0.0, 4.0), HAPPENINGS), min_size=4, max_size=30)

BOTTLE = Bring(good=True, user=True)
KILLED_WITH_THE_REPLY_UNDER_WAY: Schedule = [
    (4.0, BOTTLE),
    (0.5, Misbehaviour(Mishap.LATE, SYNC, seconds=4.0)),
    (3.0, Deed.KILL),
]
LOST_TWICE: Schedule = [
    (4.0, Misbehaviour(Mishap.REPLY_LOST, SYNC, times=2)),
    (0.0, BOTTLE),
    (4.0, BOTTLE),
    (4.0, Reach.REFUSED),
    (4.0, Reach.REACHED),
]
SERVER_DIES_WITH_THE_REPLY: Schedule = [
    (4.0, Misbehaviour(Mishap.LATE, SYNC, seconds=4.0)),
    (0.0, BOTTLE),
    (3.0, Reach.REFUSED),
    (4.0, Reach.REACHED),
]
NEVER_ARRIVED: Schedule = [
    (4.0, Misbehaviour(Mishap.REQUEST_CUT, SYNC)),
    (0.0, BOTTLE),
    (4.0, Misbehaviour(Mishap.FAILS, SYNC, status=502)),
    (0.0, BOTTLE),
    (4.0, Misbehaviour(Mishap.HTML, SYNC, times=2)),
    (0.0, Bring(good=True, user=False)),
]
HANDED_ON_TWICE: Schedule = [
    (4.0, Misbehaviour(Mishap.REQUEST_TWICE, SYNC, times=2)),
    (0.0, BOTTLE),
]


@pytest.mark.parametrize("dialect", list(Dialect), ids=lambda one: one.value)
@given(schedule=SCHEDULES)
@example(schedule=KILLED_WITH_THE_REPLY_UNDER_WAY)
@example(schedule=LOST_TWICE)
@example(schedule=SERVER_DIES_WITH_THE_REPLY)
@example(schedule=NEVER_ARRIVED)
@example(schedule=HANDED_ON_TWICE)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    print_blob=True,
)
def test_any_schedule_of_people_crashes_and_a_bad_wire_ends_with_books_that_agree(
    dialect: Dialect, schedule: Schedule
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = MockClock(autojump_threshold=0)
        rig, wire = trio.run(live_through, Path(folder), dialect, schedule, clock=clock)
        assert disagreements(rig, wire) == []
