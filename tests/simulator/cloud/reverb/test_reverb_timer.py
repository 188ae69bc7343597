"""Reverb's one timer: it prunes, then pings; in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from trio.testing import MockClock, memory_stream_pair

from rvm_edge.identity import Secret
from rvm_edge.simulator.cloud.reverb import ReverbServer
from tests.simulator.cloud.reverb.talker import Talker, talking_over


@pytest.fixture
def server() -> ReverbServer:
    return ReverbServer("key", Secret("hush"))


@pytest.fixture
async def talker(server: ReverbServer, nursery: trio.Nursery) -> AsyncIterator[Talker]:
    """A client that came 10 s after the timer started."""
    nursery.start_soon(server.tick)
    await trio.sleep(10)
    near, far = memory_stream_pair()
    nursery.start_soon(server.attend, far)
    async with talking_over(near) as talker:
        await talker.socket_id()
        yield talker


async def subscribed(talker: Talker) -> None:
    await talker.subscribe("rvm.1")
    await talker.hear()


async def hear_within(talker: Talker, seconds: float) -> str | None:
    with trio.move_on_after(seconds):
        while True:
            with trio.move_on_after(1):
                return await talker.hear()
    return None


async def test_a_silent_client_is_pinged_at_the_first_tick_after_a_minute_and_then_dropped(
    autojump_clock: MockClock,
    talker: Talker,
) -> None:
    await subscribed(talker)
    started_s = trio.current_time()
    assert await hear_within(talker, 200) == '{"event":"pusher:ping"}'
    assert trio.current_time() - started_s == pytest.approx(110)
    heard = await hear_within(talker, 100)
    assert heard is not None
    assert '\\"code\\":4201,\\"message\\":\\"Pong reply not received in time\\"' in heard
    assert trio.current_time() - started_s == pytest.approx(170)
    assert await talker.closing_code() == 1006


async def test_a_pong_keeps_a_client_and_has_no_reply(
    autojump_clock: MockClock, talker: Talker
) -> None:
    await subscribed(talker)
    for _ in range(3):
        assert await hear_within(talker, 200) == '{"event":"pusher:ping"}'
        await talker.say('{"event":"pusher:pong","data":{}}')


async def test_who_subscribed_to_nothing_is_never_pinged_or_pruned(
    autojump_clock: MockClock, server: ReverbServer, talker: Talker
) -> None:
    assert await hear_within(talker, 1_000) is None
    assert len(server.connections) == 1


async def test_who_used_control_frames_is_pinged_with_those(
    autojump_clock: MockClock, server: ReverbServer, talker: Talker
) -> None:
    await subscribed(talker)
    await talker.beat()
    assert await hear_within(talker, 1_000) is None
    assert len(server.connections) == 1


async def test_a_mute_server_answers_no_ping_and_a_late_one_welcomes_late(
    autojump_clock: MockClock, server: ReverbServer, talker: Talker, nursery: trio.Nursery
) -> None:
    server.quirks.mute = True
    await talker.say('{"event":"pusher:ping"}')
    assert await hear_within(talker, 30) is None
    server.quirks.welcome_delay_s = 25
    near, far = memory_stream_pair()
    nursery.start_soon(server.attend, far)
    started_s = trio.current_time()
    async with talking_over(near) as late:
        assert await hear_within(late, 30) is not None
    assert trio.current_time() - started_s >= 25


async def test_a_half_open_connection_says_nothing_and_ends_nothing(
    autojump_clock: MockClock, server: ReverbServer, talker: Talker
) -> None:
    await subscribed(talker)
    server.quirks.half_open = True
    await talker.say('{"event":"pusher:ping"}')
    assert await hear_within(talker, 500) is None
