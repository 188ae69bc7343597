"""How long a listener waits for what, in virtual time."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.bridges.cloud.reverb import ReverbListener, ReverbState
from rvm_edge.settings.cloud import ReverbSettings
from rvm_edge.simulator.cloud.reverb.messages import subscribed
from tests.bridges.cloud.reverb.rig import (
    CHANNEL,
    COMMAND,
    Heard,
    Rig,
    address,
    listener_of,
    reverb,
    rig_of,
)


@pytest.fixture
def rig(autojump_clock: MockClock, nursery: trio.Nursery) -> Rig:
    return rig_of(nursery, ReverbSettings(connect_s=10, pong_s=10, retry_first_s=1))


async def live(rig: Rig, seconds: float) -> None:
    with trio.move_on_after(seconds):
        await rig.listener.listen()


async def test_a_welcome_is_waited_for_ten_seconds(autojump_clock: MockClock, rig: Rig) -> None:
    rig.server.quirks.welcome_delay_s = 9
    await live(rig, 9.5)
    assert rig.listener.counts.subscriptions == 1
    rig.server.quirks.welcome_delay_s = 11
    await live(rig, 12.5)
    assert rig.listener.trouble == "connected, but not welcomed in time"


async def test_a_subscription_is_waited_for_ten_seconds(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.server.quirks.deaf_to_subscriptions = True
    await live(rig, 9.5)
    assert rig.listener.trouble == ""
    await live(rig, 12.5)
    assert rig.listener.trouble == "the subscription was not confirmed in time"


async def test_the_confirmation_of_another_channel_is_none(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    rig.server.quirks.deaf_to_subscriptions = True
    nursery.start_soon(rig.listener.listen)
    await rig.settle()
    rig.client.say(subscribed("rvm.2"))
    await rig.settle()
    assert rig.listener.counts.subscriptions == 0
    rig.client.say(subscribed(CHANNEL))
    await rig.settle()
    assert rig.listener.counts.subscriptions == 1


async def test_a_server_that_never_agrees_to_speak_websocket_is_waited_for_ten_seconds(
    autojump_clock: MockClock,
    rig: Rig,
) -> None:
    rig.server.quirks.half_open = True
    await live(rig, 10.5)
    assert rig.listener.trouble == "the server does not answer"


async def test_a_dial_that_hangs_is_waited_for_ten_seconds(
    autojump_clock: MockClock, rig: Rig
) -> None:
    async def hang(_: object) -> trio.abc.Stream:
        await trio.sleep_forever()
        raise AssertionError

    rig.listener._dial = hang
    await live(rig, 10.5)
    assert rig.listener.trouble == "not reached in time"


async def test_a_quiet_connection_is_pinged_after_the_silence_that_the_server_named(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    nursery.start_soon(rig.listener.listen)
    await trio.sleep(29.9)
    assert "pusher:ping" not in rig.client.heard
    await trio.sleep(0.2)
    assert rig.client.heard.count("pusher:ping") == 1
    await trio.sleep(3_600)
    assert rig.client.heard.count("pusher:ping") == 121
    assert rig.listener.counts.losses == 0


async def test_what_is_heard_is_a_sign_of_life_and_no_ping_is_wasted(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    nursery.start_soon(rig.listener.listen)
    for _ in range(20):
        await trio.sleep(20)
        await rig.server.broadcast(CHANNEL, COMMAND, {"command": "test_led"})
    assert "pusher:ping" not in rig.client.heard


async def test_nonsense_is_no_sign_of_life(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    nursery.start_soon(rig.listener.listen)
    await trio.sleep(20)
    rig.client.say("nonsense")
    await trio.sleep(10.1)
    assert "pusher:ping" in rig.client.heard


async def test_a_dead_line_is_noticed_by_its_silence_and_replaced(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    nursery.start_soon(rig.listener.listen)
    await rig.settle()
    rig.server.quirks.half_open = True
    await trio.sleep(39.9)
    assert rig.listener.counts.losses == 0
    await trio.sleep(3)
    assert rig.listener.counts.losses == 1
    assert rig.listener.trouble == "the server does not answer a ping: the line is dead"
    rig.server.quirks.half_open = False
    await trio.sleep(30)
    assert rig.listener.state is ReverbState.UP


async def test_a_server_that_answers_no_ping_is_left(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    nursery.start_soon(rig.listener.listen)
    await rig.settle()
    rig.server.quirks.mute = True
    await trio.sleep(43)
    assert rig.listener.counts.losses == 1


async def test_the_servers_timer_keeps_a_listener_for_a_day(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    nursery.start_soon(rig.server.tick)
    nursery.start_soon(rig.listener.listen)
    await trio.sleep(86_400)
    assert (rig.listener.counts.subscriptions, rig.listener.counts.losses) == (1, 0)


async def test_a_servers_ping_is_answered(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    nursery.start_soon(rig.listener.listen)
    await rig.settle()
    rig.client.say('{"event":"pusher:ping"}')
    await rig.settle()
    assert rig.client.heard[-1] == "pusher:pong"


@pytest.mark.parametrize(("told_s", "kept_s"), [(0, 1), (86_400, 120)])
async def test_a_servers_wish_for_silence_is_kept_within_reason(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery, told_s: int, kept_s: float
) -> None:
    rig.server._application.activity_timeout_s = told_s
    nursery.start_soon(rig.listener.listen)
    await trio.sleep(kept_s + 0.1)
    assert rig.client.heard.count("pusher:ping") == 1


async def test_the_wait_grows_over_connections_that_do_not_live_and_shrinks_after_one_that_does(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    nursery.start_soon(rig.listener.listen)
    for lived_s in (0, 0, 59, 60, 0):
        await rig.server.until(lambda: any(one.channels for one in rig.server.connections))
        await trio.sleep(lived_s)
        rig.client.drop()
        await rig.settle()
    await trio.sleep(10)
    waited_s = [1, 2, 59 + 4, 60 + 1, 2]
    assert rig.wire.waits_s() == pytest.approx(waited_s)


async def test_losing_the_socket_alone_ends_nothing(autojump_clock: MockClock, rig: Rig) -> None:
    async def cut() -> None:
        await rig.settle()
        rig.wire.down = math.inf
        rig.client.drop()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(cut)
        await live(rig, 5_000)
    assert rig.listener.counts.failures > 50


async def test_where_it_counts_a_loss_and_three_failures_end_the_listening(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    rig = rig_of(nursery, ReverbSettings(loss_is_offline=True, retry_first_s=1))

    async def cut() -> None:
        await rig.settle()
        rig.wire.down = math.inf
        rig.client.drop()

    nursery.start_soon(cut)
    with trio.fail_after(30):
        await rig.listener.listen()
    assert (rig.listener.counts.losses, rig.listener.counts.failures) == (1, 3)
    assert rig.listener.state is ReverbState.DISABLED


async def test_where_it_counts_two_failures_are_forgiven(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    rig = rig_of(nursery, ReverbSettings(loss_is_offline=True, retry_first_s=1))
    nursery.start_soon(rig.listener.listen)
    for _ in range(3):
        await trio.sleep(100)
        rig.wire.down = 2
        rig.client.drop()
    await trio.sleep(100)
    assert rig.listener.state is ReverbState.UP


async def test_where_it_counts_a_server_that_was_never_reached_loses_nothing(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    rig = rig_of(nursery, ReverbSettings(loss_is_offline=True))
    rig.wire.down = math.inf
    await live(rig, 1_000)
    assert rig.listener.counts.failures > 10


@pytest.mark.parametrize("has_address", [True, False])
async def test_without_a_reverb_it_waits_for_ever_and_is_no_trouble(
    autojump_clock: MockClock, has_address: bool
) -> None:
    listener: ReverbListener = listener_of(Heard(reverb()), ReverbSettings(), None)
    if has_address:
        where = replace(address(), app_key="")
        listener._address = lambda: where
    with trio.move_on_after(100_000) as waited:
        await listener.listen()
    assert waited.cancelled_caught
    assert (listener.state, listener.trouble) == (ReverbState.DISABLED, "")
