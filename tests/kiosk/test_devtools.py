"""The pipe to the browser, whatever comes out of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec
import pytest
import trio
from trio.testing import MemoryReceiveStream, MemorySendStream, memory_stream_pair

from rvm_edge.kiosk.keeper import devtools_wire as wire
from rvm_edge.kiosk.keeper.devtools import (
    MOST_BYTES,
    BrowserGoneError,
    DevTools,
    DevToolsError,
    NoAnswerError,
)


@dataclass
class Browser:
    """The other end of the pipe, which the test plays."""

    tools: DevTools
    stream: trio.StapledStream[MemorySendStream, MemoryReceiveStream]
    listened: trio.Event

    async def asked(self) -> dict[str, object]:
        """Return the next command."""
        heard = b""
        while not heard.endswith(b"\0"):
            heard += await self.stream.receive_some()
        asked: dict[str, object] = json.loads(heard[:-1])
        return asked

    async def say(self, **message: object) -> None:
        await self.stream.send_all(json.dumps(message).encode() + b"\0")


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    ours, theirs = memory_stream_pair()
    played = Browser(DevTools(ours, ours), theirs, trio.Event())

    async def listen() -> None:
        await played.tools.listen()
        played.listened.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        yield played
        nursery.cancel_scope.cancel()


async def answering(played: Browser, answer: Callable[[object], dict[str, object]]) -> None:
    asked = await played.asked()
    await played.say(**answer(asked["id"]))


async def create(played: Browser, patience_s: float = 5.0) -> str:
    made = await played.tools.call(wire.CreateTarget(), wire.TargetId, patience_s=patience_s)
    return made.target_id


async def test_a_command_gets_its_own_answer() -> None:
    async with browser() as played, trio.open_nursery() as nursery:
        nursery.start_soon(
            answering, played, lambda number: {"id": number, "result": {"targetId": "T"}}
        )
        assert await create(played) == "T"


async def test_a_command_looks_as_the_browser_wants_it() -> None:
    async with browser() as played, trio.open_nursery() as nursery:
        call = wire.AttachToTarget(target_id="T")

        async def attach() -> None:
            with pytest.raises(BrowserGoneError):
                await played.tools.call(call, wire.Done, session="S", patience_s=5.0)

        nursery.start_soon(attach)
        assert await played.asked() == {
            "id": 1,
            "method": "Target.attachToTarget",
            "params": {"targetId": "T", "flatten": True},
            "sessionId": "S",
        }
        await played.stream.aclose()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": {"code": -32000, "message": "Not allowed"}}, "Target.createTarget: Not allowed"),
        ({"result": {"targetId": 7}}, "Target.createTarget: an answer of another kind"),
        ({}, "Target.createTarget: an answer of another kind"),
    ],
)
async def test_a_refusal_names_the_command(answer: dict[str, object], said: str) -> None:
    async with browser() as played, trio.open_nursery() as nursery:
        nursery.start_soon(answering, played, lambda number: {"id": number, **answer})
        with pytest.raises(DevToolsError, match=said):
            await create(played)


async def test_no_answer_is_told_in_time_and_a_late_one_ignored(autojump_clock: object) -> None:
    async with browser() as played:
        with pytest.raises(NoAnswerError, match="no answer within 2 s"):
            await create(played, patience_s=2.0)
        await played.say(id=1, result={"targetId": "late"})
        async with trio.open_nursery() as nursery:
            nursery.start_soon(create, played)
            await played.asked()
            await played.say(id=2, result={"targetId": "in time"})


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"nonsense\0", "does not speak DevTools"),
        (b'{"id": "one"}\0', "does not speak DevTools"),
        (b'{"unknown":' + b"[" * 20_000 + b"\0", "does not speak DevTools"),
        (b"x" * (MOST_BYTES + 1), "more than is believed"),
        (b"", "has hung up"),
    ],
)
async def test_a_pipe_that_ends_or_talks_nonsense_ends_every_command(
    sent: bytes, said: str
) -> None:
    async with browser() as played, trio.open_nursery() as nursery:

        async def ask() -> None:
            with pytest.raises(BrowserGoneError, match=said):
                await create(played)

        nursery.start_soon(ask)
        await played.asked()
        await played.stream.send_all(sent)
        if not sent:
            await played.stream.aclose()
        await played.listened.wait()
        with pytest.raises(BrowserGoneError, match=said):
            await create(played)


async def test_events_reach_whoever_listens_to_their_session() -> None:
    heard: list[tuple[str, bytes]] = []

    def hear(event: str, carried: msgspec.Raw) -> None:
        heard.append((event, bytes(carried)))

    async with browser() as played:
        played.tools.on_events("S", hear)
        await played.say(method="Page.loadEventFired", sessionId="other", params={})
        await played.stream.send_all(b'{"method":"Inspector.targetCrashed","sess')
        await played.stream.send_all(
            b'ionId":"S","params":{"a":1}}\0{"method":"x","sessionId":"S"}\0'
        )
        await trio.testing.wait_all_tasks_blocked()
        played.tools.forget("S")
        await played.say(method="Page.loadEventFired", sessionId="S", params={})
        await trio.testing.wait_all_tasks_blocked()
    assert heard == [("Inspector.targetCrashed", b'{"a":1}'), ("x", b"{}")]
