"""Each way in which Reverb refuses or drops a client, and when the client comes back."""

from __future__ import annotations

import math

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.bridges.cloud.reverb import ReverbState
from rvm_edge.bridges.cloud.reverb.errors import Retry, ends_the_connection, retry_after
from rvm_edge.bridges.cloud.reverb.guarded_websocket import CLOSE_S
from rvm_edge.settings.cloud import ReverbSettings
from rvm_edge.simulator.cloud.reverb import ReverbServer
from rvm_edge.simulator.cloud.reverb.messages import Complaint, complaint
from tests.bridges.cloud.reverb.rig import CHANNEL, COMMAND, PRIVATE, Rig, rig_of

CAP_S = 60.0


@pytest.fixture
def rig(autojump_clock: MockClock, nursery: trio.Nursery) -> Rig:
    """A listener that does not listen yet, and that always waits the longest it may."""
    return rig_of(nursery, ReverbSettings(retry_first_s=1.0, retry_cap_s=CAP_S))


async def live(rig: Rig, seconds: float) -> None:
    with trio.move_on_after(seconds):
        await rig.listener.listen()


def test_codes_fall_into_their_classes() -> None:
    assert {retry_after(code) for code in (4000, 4001, 4004, 4009, 4099)} == {Retry.RARELY}
    assert {retry_after(code) for code in (4100, 4199, 1006, 1009, 4400, 0, None)} == {Retry.SOON}
    assert {retry_after(code) for code in (4200, 4201, 4299)} == {Retry.AT_ONCE}
    assert {retry_after(code) for code in (4300, 4301, 4399)} == {Retry.LATER}
    assert [ends_the_connection(code) for code in (4009, 4100, 4201)] == [True] * 3
    assert [ends_the_connection(code) for code in (4200, 4301, 1000, None)] == [False] * 4


async def test_an_unknown_application_is_asked_for_rarely_and_never_given_up(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.server._application.key = "another"
    await live(rig, 1_000)
    waits_s = rig.wire.waits_s()
    assert len(waits_s) >= 7
    assert all(CAP_S <= wait_s <= 2 * CAP_S for wait_s in waits_s)
    assert rig.listener.trouble == "the server refuses: Application does not exist (4001)"
    assert rig.listener.counts.failures == len(waits_s) + 1


async def test_over_quota_and_a_refused_origin_are_failed_connections_asked_for_rarely(
    autojump_clock: MockClock,
    rig: Rig,
) -> None:
    rig.server.quirks.over_quota = True
    await live(rig, 100)
    assert rig.listener.trouble == "the server refuses: Application is over connection quota (4004)"
    rig.server.quirks.over_quota = False
    rig.server.quirks.allowed_origins = ("elsewhere.example",)
    await live(rig, 100)
    assert rig.listener.trouble == "the server refuses: Origin not allowed (4009)"
    assert all(wait_s >= CAP_S for wait_s in rig.wire.waits_s()[:1])
    assert rig.server.connections == ()


async def test_a_server_that_lets_in_its_own_pages_only_lets_the_machine_in(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    rig.server.quirks.allowed_origins = ("127.0.0.1",)
    nursery.start_soon(rig.listener.listen)
    await rig.settle()
    assert rig.listener.state is ReverbState.UP


async def test_a_private_channel_that_nobody_signs_is_asked_for_rarely(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    rig = rig_of(nursery, channel=PRIVATE)
    rig.heard.signs = False
    await live(rig, 300)
    assert rig.listener.trouble == "the server signs no subscription for us"
    assert all(wait_s >= CAP_S for wait_s in rig.wire.waits_s())


async def test_a_wrong_signature_is_a_failed_subscription_asked_for_rarely(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    rig = rig_of(nursery, channel=PRIVATE)
    rig.heard.server = ReverbServer("key", rig.server._application._secret)

    async def guess(socket_id: str, channel: str) -> str:
        return f"key:{'0' * 64}"

    rig.listener._authorize = guess
    await live(rig, 300)
    assert rig.listener.trouble == "the server refuses: Connection is unauthorized (4009)"
    assert all(wait_s >= CAP_S for wait_s in rig.wire.waits_s())


async def test_a_signature_that_does_not_come_is_waited_for_no_longer_than_a_connection(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    rig = rig_of(nursery, ReverbSettings(connect_s=7), channel=PRIVATE)

    async def never(socket_id: str, channel: str) -> None:
        await trio.sleep_forever()

    rig.listener._authorize = never
    await live(rig, 7.5)
    assert rig.listener.trouble == "the subscription was not signed in time"


@pytest.mark.parametrize("about", [Complaint.BAD_MESSAGE, Complaint.RATE_LIMITED])
async def test_a_complaint_about_a_message_is_counted_and_ends_nothing(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery, about: Complaint
) -> None:
    nursery.start_soon(rig.listener.listen)
    await rig.settle()
    rig.client.say(complaint(about))
    await rig.server.broadcast(CHANNEL, COMMAND, {"command": "test_led"})
    await rig.settle()
    assert rig.listener.counts.complaints == 1
    assert len(rig.heard.commands) == 1
    assert rig.listener.counts.losses == 0


async def test_a_rate_limit_at_the_subscription_is_waited_out(
    autojump_clock: MockClock, rig: Rig
) -> None:
    rig.server.quirks.most_messages = 0
    await live(rig, 1_000)
    assert rig.listener.trouble == "the server refuses: Rate limit exceeded (4301)"
    assert all(wait_s >= CAP_S for wait_s in rig.wire.waits_s())


async def test_no_pong_in_time_is_left_and_come_back_from_at_once_but_not_over_and_over(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    nursery.start_soon(rig.listener.listen)
    await trio.sleep(CAP_S)
    for _ in range(4):
        rig.client.say(complaint(Complaint.NO_PONG))
        await trio.sleep(20)
        assert rig.listener.state is ReverbState.UP
    assert rig.listener.trouble == "the server says: Pong reply not received in time (4201)"
    after_the_first = [b - CAP_S - 20 * i for i, b in enumerate(rig.wire.dialled_s[1:])]
    assert after_the_first == pytest.approx([0, 2, 4, 8])


async def test_a_dropped_connection_is_resumed_and_its_channel_subscribed_to_again(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    nursery.start_soon(rig.listener.listen)
    for number in range(3):
        await trio.sleep(CAP_S)
        await rig.server.broadcast(CHANNEL, COMMAND, {"command": f"c{number}"})
        await rig.settle()
        rig.client.drop()
    assert [one.command for one in rig.heard.commands] == ["c0", "c1", "c2"]
    await rig.settle()
    assert rig.listener.state is ReverbState.WAITING
    assert rig.listener.trouble == "the connection was lost: closed without a word"
    assert (rig.listener.counts.subscriptions, rig.listener.counts.losses) == (3, 3)


@pytest.mark.parametrize(
    ("closing", "trouble"),
    [
        ((1001, "restarting"), "the connection was closed: restarting (1001)"),
        ((1012, ""), "the connection was closed: service_restart (1012)"),
        ((4004, "over quota"), "the connection was closed: over quota (4004)"),
    ],
)
async def test_a_close_in_good_order_is_a_loss_too(
    autojump_clock: MockClock, rig: Rig, closing: tuple[int, str], trouble: str
) -> None:
    async def close() -> None:
        await rig.settle()
        rig.client.close(*closing)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(close)
        await live(rig, 2 * CAP_S)
    assert rig.listener.trouble == trouble
    least_s = CAP_S if closing[0] == 4004 else 0
    assert rig.wire.waits_s() == pytest.approx([least_s + 1])
    assert rig.listener.counts.subscriptions == 2


async def test_an_event_of_more_than_ten_thousand_bytes_is_not_taken_in(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery
) -> None:
    nursery.start_soon(rig.listener.listen)
    await rig.settle()
    await rig.server.broadcast(CHANNEL, COMMAND, {"command": "x", "params": "p" * 10_001})
    await trio.sleep(5)
    assert rig.heard.commands == []
    assert "(1009)" in rig.listener.trouble
    assert rig.listener.counts.subscriptions == 2
    await rig.server.broadcast(CHANNEL, COMMAND, {"command": "x", "params": "p" * 9_800})
    await rig.settle()
    assert len(rig.heard.commands) == 1


@pytest.mark.parametrize("status", [301, 404, 502])
async def test_http_instead_of_a_websocket_is_told_with_its_status_without_waiting(
    autojump_clock: MockClock, rig: Rig, status: int
) -> None:
    rig.server.quirks.http_status = status
    await live(rig, 0.1)
    expected = f"the server answers HTTP {status} instead of a WebSocket"
    assert rig.listener.trouble == expected


async def test_a_server_that_is_not_there_is_tried_with_growing_waits_up_to_the_longest(
    autojump_clock: MockClock,
    rig: Rig,
) -> None:
    rig.wire.down = math.inf
    await live(rig, 400)
    assert rig.wire.waits_s()[:8] == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60])
    assert rig.listener.trouble == "not reached: nobody is there"


@pytest.mark.parametrize(
    ("welcome", "trouble"),
    [
        ("{}", "the server's welcome is none: pusher:connection_established: "),
        ('{\\"socket_id\\":\\"x\\"}', "the server's welcome is none: "),
        ('{\\"socket_id\\":\\"1.2\\",\\"activity_timeout\\":\\"x\\"}', "the server's welcome is "),
    ],
)
async def test_a_welcome_that_is_none_is_a_failed_connection(
    autojump_clock: MockClock, rig: Rig, nursery: trio.Nursery, welcome: str, trouble: str
) -> None:
    rig.server.quirks.welcome_delay_s = 9
    nursery.start_soon(rig.listener.listen)
    await rig.settle()
    rig.client.say(f'{{"event":"pusher:connection_established","data":"{welcome}"}}')
    await trio.sleep(CLOSE_S + 0.1)
    assert rig.listener.trouble.startswith(trouble)
    assert rig.listener.counts.failures == 1
