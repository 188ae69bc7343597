"""What a listener hands over, and what it passes over and counts."""

from __future__ import annotations

import msgspec
import pytest
import trio
from trio.testing import MockClock

from rvm_edge.bridges.cloud.reverb import AuthorizedFrame, CommandFrame, ReverbState
from rvm_edge.bridges.cloud.reverb.dispatcher import MOST_COMMANDS, MOST_SESSIONS
from rvm_edge.bridges.cloud.reverb.recent import MOST, Recent
from rvm_edge.simulator.cloud.exchange import Json
from tests.bridges.cloud.reverb.rig import AUTHORIZED, CHANNEL, COMMAND, PRIVATE, Rig, rig_of


@pytest.fixture
async def rig(autojump_clock: MockClock, nursery: trio.Nursery) -> Rig:
    """A listener that is subscribed."""
    rig = rig_of(nursery)
    nursery.start_soon(rig.listener.listen)
    await rig.settle()
    assert rig.listener.state is ReverbState.UP
    return rig


LONG_NAME: dict[str, Json] = {"id": 1, "name": "n" * 256}


def session(number: int = 1) -> dict[str, Json]:
    user: Json = {"id": 7, "name": "Budi\nSantoso", "balance": 120}
    return {"session_id": f"s-{number}", "user": user, "timestamp": "2026-02-10T10:00:00+07:00"}


async def test_a_command_is_handed_over_as_it_came(rig: Rig) -> None:
    await rig.server.broadcast(
        CHANNEL,
        COMMAND,
        {"command": "test_motor", "params": {"ms": 500}, "request_id": "c1", "timestamp": "t"},
    )
    await rig.settle()
    assert rig.heard.commands == [CommandFrame("test_motor", msgspec.Raw(b'{"ms":500}'), "c1", "t")]
    assert rig.listener.counts.commands == 1


@pytest.mark.parametrize("params", [{}, [], None])
async def test_empty_params_are_an_empty_object_however_php_writes_them(
    rig: Rig, params: Json
) -> None:
    await rig.server.broadcast(CHANNEL, COMMAND, {"command": "test_led", "params": params})
    await rig.server.broadcast(CHANNEL, COMMAND, {"command": "test_led"})
    await rig.settle()
    assert [bytes(command.params) for command in rig.heard.commands] == [b"{}", b"{}"]


async def test_a_user_at_the_machine_is_announced_once(rig: Rig) -> None:
    for number in (1, 1, 2, 1):
        await rig.server.broadcast(CHANNEL, AUTHORIZED, session(number))
    await rig.settle()
    assert rig.heard.sessions == [
        AuthorizedFrame("s-1", "7", "Budi Santoso", "2026-02-10T10:00:00+07:00"),
        AuthorizedFrame("s-2", "7", "Budi Santoso", "2026-02-10T10:00:00+07:00"),
    ]
    assert (rig.listener.counts.authorizations, rig.listener.counts.repeats) == (2, 2)


def test_so_many_sessions_are_known_and_the_oldest_are_forgotten_first() -> None:
    recent = Recent()
    for number in range(MOST):
        recent.add(str(number))
    recent.add("0")
    recent.add("news")
    assert "0" in recent
    assert "1" not in recent
    assert str(MOST - 1) in recent


async def test_events_for_screens_are_counted_and_change_nothing(rig: Rig) -> None:
    for event in ("item.processed", "ui.update"):
        await rig.server.broadcast(CHANNEL, event, {"type": "x"})
    await rig.settle()
    assert rig.listener.counts.notices == 2
    assert (rig.heard.commands, rig.heard.sessions) == ([], [])


@pytest.mark.parametrize(
    "frame",
    [
        '{"event":"client-hardware.command","channel":"rvm.1","data":{"command":"open_door"}}',
        '{"event":"hardware.command","channel":"rvm.2","data":"{\\"command\\":\\"open_door\\"}"}',
        '{"event":"hardware.command","data":"{\\"command\\":\\"open_door\\"}"}',
        '{"event":"hardware.commands","channel":"rvm.1","data":"{}"}',
        '{"event":"HARDWARE.COMMAND","channel":"rvm.1","data":"{\\"command\\":\\"x\\"}"}',
        '{"event":"pusher_internal:member_added","channel":"rvm.1","data":"{}"}',
    ],
)
async def test_whispers_other_channels_and_unknown_events_are_ignored(rig: Rig, frame: str) -> None:
    rig.client.say(frame)
    await rig.settle()
    assert rig.listener.counts.ignored == 1
    assert (rig.heard.commands, rig.heard.sessions) == ([], [])
    assert rig.listener.state is ReverbState.UP


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (COMMAND, {}),
        (COMMAND, {"command": ""}),
        (COMMAND, {"command": 7}),
        (COMMAND, {"command": "x" * 65}),
        (COMMAND, {"command": "x", "request_id": "r" * 65}),
        (COMMAND, {"command": "x", "timestamp": 5}),
        (AUTHORIZED, {}),
        (AUTHORIZED, {**session(), "session_id": "../../etc"}),
        (AUTHORIZED, {**session(), "session_id": ""}),
        (AUTHORIZED, {**session(), "user": None}),
        (AUTHORIZED, {**session(), "user": {"id": -1}}),
        (AUTHORIZED, {**session(), "user": {"id": ""}}),
        (AUTHORIZED, {**session(), "user": LONG_NAME}),
    ],
)
async def test_what_does_not_keep_its_promise_is_dropped_and_counted(
    rig: Rig, event: str, data: dict[str, Json]
) -> None:
    await rig.server.broadcast(CHANNEL, event, data)
    await rig.settle()
    assert rig.listener.counts.malformed == 1
    assert (rig.heard.commands, rig.heard.sessions) == ([], [])
    assert rig.listener.state is ReverbState.UP


@pytest.mark.parametrize("text", ["", "hello", "[]", '{"event":7}', '{"event":""}', "[" * 9_000])
async def test_what_is_no_frame_is_dropped_and_counted(rig: Rig, text: str) -> None:
    rig.client.say(text)
    await rig.settle()
    assert rig.listener.counts.malformed == 1
    assert rig.listener.state is ReverbState.UP


async def test_a_flood_of_commands_is_cut_and_delays_no_user(rig: Rig) -> None:
    rig.heard.held = trio.Event()
    for number in range(500):
        await rig.server.broadcast(CHANNEL, COMMAND, {"command": f"c{number}"})
    await rig.server.broadcast(CHANNEL, AUTHORIZED, session())
    rig.client.say('{"event":"pusher:ping"}')
    await rig.settle()
    rig.heard.held.set()
    counts = rig.listener.counts
    assert counts.commands + counts.overflowed == 500
    assert MOST_COMMANDS <= counts.commands <= MOST_COMMANDS + 1
    assert [one.session_id for one in rig.heard.sessions] == ["s-1"]
    assert rig.client.heard[-1] == "pusher:pong"


async def test_a_session_that_found_no_room_may_be_announced_again(rig: Rig) -> None:
    rig.heard.held = trio.Event()
    for number in range(MOST_SESSIONS + 5):
        await rig.server.broadcast(CHANNEL, AUTHORIZED, session(number))
    await rig.settle()
    assert rig.listener.counts.overflowed >= 4
    rig.heard.held.set()
    await rig.settle()
    for number in range(MOST_SESSIONS + 5):
        await rig.server.broadcast(CHANNEL, AUTHORIZED, session(number))
    await rig.settle()
    assert len({one.session_id for one in rig.heard.sessions}) == MOST_SESSIONS + 5
    assert len(rig.heard.sessions) == MOST_SESSIONS + 5


async def test_a_private_channel_is_signed_for_this_socket(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    rig = rig_of(nursery, channel=PRIVATE)
    nursery.start_soon(rig.listener.listen)
    await rig.settle()
    assert rig.listener.state is ReverbState.UP
    assert rig.heard.asked == [(rig.client.socket_id, PRIVATE)]
    await rig.server.broadcast(PRIVATE, COMMAND, {"command": "test_led"})
    await rig.settle()
    assert [command.command for command in rig.heard.commands] == ["test_led"]


async def test_a_bug_in_a_handler_is_not_swallowed(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    rig = rig_of(nursery)

    async def broken(frame: CommandFrame) -> None:
        raise KeyError(frame.command)

    rig.listener._on_command = broken

    async def order() -> None:
        await rig.settle()
        await rig.server.broadcast(CHANNEL, COMMAND, {"command": "test_led"})

    nursery.start_soon(order)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - a group, however deep
        await rig.listener.listen()
    error: BaseException = caught.value
    while not isinstance(error, KeyError):
        (error,) = error.exceptions  # type: ignore[attr-defined]
    assert rig.listener.state is ReverbState.DISABLED
