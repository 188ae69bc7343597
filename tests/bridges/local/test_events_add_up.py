"""What a client makes of the events is what the bridge knows, and what it sends is read safely."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.bridges.local.fanout import Fanout
from rvm_edge.bridges.local.outbox import Outbox
from rvm_edge.bridges.local.parts import QueueNow
from rvm_edge.bridges.local.present import ITEM_EVENTS, SESSION_REQUESTED, VERDICT, Present
from rvm_edge.bridges.local.requests import INCOMING, MalformedError, read
from rvm_edge.item import Reason
from rvm_edge.statechart.definition import Configuration
from states.chart import CHART
from tests.bridges.local import staged_machine as at
from tests.bridges.local.page import Json
from tests.bridges.local.staged_machine import ITEM, SESSION, step

PLACES = [
    at.IDLE,
    at.IDLE_ONLINE,
    at.WAITING,
    at.CAPTURE,
    at.CLASSIFY,
    at.ACCEPT,
    at.CLEARING,
    at.MAINTENANCE,
    at.FAULT,
    (),
]
ITEMS = [ITEM, "11111111-2222-4333-8444-555555555555"]
TITLES = [*ITEM_EVENTS, SESSION_REQUESTED, "session.finished", "timeout.operational", "link.up"]


def test_the_events_that_the_bridge_reads_are_the_charts() -> None:
    fields = {event.name: set(event.__struct_fields__) for event in CHART.events}
    assert all("client_uuid" in fields[title] for title in ITEM_EVENTS)
    assert {"accepted", "reason"} <= fields[VERDICT]
    assert "reason" in fields["item.returned"]
    assert {"session_id", "mode"} <= fields[SESSION_REQUESTED]


@given(st.data())
def test_replacing_part_by_part_gives_the_snapshot(data: st.DataObject) -> None:
    present = Present(at.IDLE)
    client: Json = msgspec.to_builtins(present.snapshot)
    before: Configuration = at.IDLE
    for _ in range(data.draw(st.integers(0, 12))):
        title = data.draw(st.sampled_from(TITLES))
        after = data.draw(st.sampled_from(PLACES))
        payload = {
            "client_uuid": data.draw(st.sampled_from(ITEMS)),
            "reason": data.draw(st.sampled_from(Reason)).value,
            "accepted": data.draw(st.booleans()),
            "session_id": SESSION,
            "mode": data.draw(st.sampled_from(["guest", "user"])),
        }
        for part in present.take(step(title, after, before, payload), None):
            told = msgspec.to_builtins(part)
            client[told["kind"]] = told
        before = after
        assert client == msgspec.to_builtins(present.snapshot)
    session = present.snapshot.session
    assert session.accepted + session.returned <= 12
    assert session.accepted == session.returned == 0 or session.session_id


@given(st.integers(1, 8), st.integers(0, 20), st.integers(-3, 25))
def test_a_client_that_resumes_gets_exactly_what_it_missed_or_nothing(
    remembered: int, published: int, seen: int
) -> None:
    fanout = Fanout(remembered)
    for number in range(published):
        fanout.publish(QueueNow(waiting=number), "now")
    missed = fanout.since(fanout.boot, seen)
    if 0 <= seen <= published and published - seen <= remembered:
        assert missed is not None
        numbers = [msgspec.json.decode(frame[frame.index(b"{") :])["seq"] for frame in missed]
        assert numbers == list(range(seen + 1, published + 1))
    else:
        assert missed is None
    assert fanout.since("another boot", seen) is None


def test_whoever_has_left_hears_no_more() -> None:
    written: list[bytes] = []

    class Heard(Outbox):
        def __init__(self) -> None:
            self.heard = written

        def write(self, data: bytes) -> None:
            self.heard.append(data)

    fanout, heard = Fanout(4), Heard()
    fanout.join(heard)
    fanout.publish(QueueNow(), "now")
    fanout.leave(heard)
    fanout.publish(QueueNow(), "now")
    assert len(written) == 1


TAGS = [str(kind.__struct_config__.tag) for kind in INCOMING]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside),
    max_leaves=8,
)
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(TAGS) | JSON},
    optional={
        "id": st.text(max_size=70) | JSON,
        "mode": JSON,
        "pin": JSON,
        "language": JSON,
        "resume": JSON,
        "token": JSON,
    },
)


@given(MESSAGES.map(lambda message: msgspec.json.encode(message).decode()) | st.text(max_size=80))
def test_whatever_comes_in_is_a_message_or_malformed(text: str) -> None:
    malformed = None
    try:
        assert isinstance(read(text), INCOMING)
    except MalformedError as error:
        malformed = error
    if malformed is not None:
        assert len(str(malformed)) <= 200
        assert len(malformed.request_id) <= 64
