"""A world behind a Unix socket: its verbs, its refusals, and people who hang up."""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.ports import (
    DeviceGoneError,
    Encoding,
    Frame,
    NoAnswerError,
    PictureError,
    WrongAnswerError,
)
from drivers.sim.caller import Caller, RefusalError
from drivers.sim.link import Verb
from drivers.sim.remote import RemoteWorld
from drivers.sim.wire import REQUEST_MAX
from rvm_edge.item import Reason
from rvm_edge.machine import EyesError
from rvm_edge.packaged import samples_dir
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.hardware import hardware_over
from rvm_edge.simulator.remote import RemotePeople
from rvm_edge.simulator.remote_eyes import RemoteScriptedEyes
from rvm_edge.simulator.server import SocketInUseError, listen, serve_world
from rvm_edge.simulator.specimens import Samples
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.tricks import Trick
from rvm_edge.simulator.truth import Fate, Specimen
from rvm_edge.simulator.window import Window
from rvm_edge.simulator.world import ImpossibleError, World


@dataclass
class Scene:
    """A served world and both kinds of users."""

    world: World
    path: Path
    caller: Caller
    host: RemoteWorld
    people: RemotePeople


@pytest.fixture
async def scene(
    tmp_path: Path, nursery: trio.Nursery, bottle: Specimen, can: Specimen
) -> AsyncIterator[Scene]:
    world, path = World(INSTANT), tmp_path / "world.sock"
    window = Window(world, Samples((bottle, can), ()))
    nursery.start_soon(serve_world, window, await listen(path), path)
    with Caller(path) as caller:
        yield Scene(world, path, caller, RemoteWorld(caller), RemotePeople(caller))


async def test_an_item_goes_all_the_way(scene: Scene, bottle: Specimen) -> None:
    hardware = hardware_over(scene.host)
    await hardware.gate.open()
    item = await scene.people.insert("bottle")
    assert item.specimen == bottle
    await hardware.gate.close()
    await hardware.light.on()
    assert (await hardware.camera.take_picture()).data == bottle.picture.read_bytes()
    await hardware.light.off()
    await hardware.sorter.drop_item()
    assert (await scene.people.await_fate(item.number)).fate is Fate.DROPPED
    assert await scene.people.audit() == scene.world.audit()


async def test_people_see_and_do_what_they_can_in_front_of_the_machine(scene: Scene) -> None:
    people, host = scene.people, scene.host
    assert [one.name for one in await people.specimens()] == ["bottle", "can"]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(people.insert_when_open, "can")
        await host.ask(Verb.GATE_OPEN)
    view = await people.view()
    assert (view.gate, view.in_chamber, view.powered) == ("open", (1,), True)
    assert [item.fate for item in await people.take_back()] == [Fate.TAKEN_BACK]
    await people.hand_in()
    assert await host.ask(Verb.SLOT) is True
    await people.hand_out()
    await people.insert("bottle")
    await host.ask(Verb.GATE_CLOSE)
    await host.ask(Verb.SORTER_RETURN)
    assert (await people.view()).to_collect
    assert [item.number for item in await people.collect()] == [2]
    await host.ask(Verb.GATE_OPEN)
    await people.insert("can")
    assert [item.number for item in await people.in_chamber()] == [3]
    await people.open_door()
    assert await host.ask(Verb.DOOR_OPEN) is True
    assert [item.number for item in await people.empty_chamber()] == [3]
    await people.close_door()
    await people.set_bin_pct(95)
    assert await host.ask(Verb.BIN_LEVEL) == 95
    await host.ask(Verb.INDICATE, {"signal": "error"})
    assert (await people.view()).signal == "error"


async def test_a_trick_can_be_tried_from_outside(scene: Scene) -> None:
    await scene.host.ask(Verb.GATE_OPEN)
    telephone = await scene.people.attempt(Trick.SCREEN, "bottle")
    assert (telephone.specimen.glows, telephone.specimen.should_accept) == (True, False)
    assert [item.number for item in await scene.people.in_chamber()] == [telephone.number]


async def test_scripted_eyes_ask_the_world_what_lies_there(
    scene: Scene, bottle: Specimen, can: Specimen
) -> None:
    eyes = RemoteScriptedEyes(scene.people)
    await eyes.ready()
    frame = Frame(b"", Encoding.JPEG, 0, 0, 0.0, 1)
    assert (await eyes.judge([frame], None)).reason is Reason.EMPTY_CHAMBER
    await scene.host.ask(Verb.GATE_OPEN)
    await scene.people.insert("bottle")
    verdict = await eyes.judge([frame, frame], 20.0)
    assert (verdict.accepted, verdict.label, verdict.weight_g) == (True, "mineral", 20.0)
    assert len(verdict.detections) == 2
    await scene.people.insert("can")
    assert (await eyes.judge([frame], None)).reason is Reason.FORBIDDEN_CLASS


async def test_scripted_eyes_are_lost_with_their_world(tmp_path: Path) -> None:
    with Caller(tmp_path / "nobody.sock") as caller:
        eyes = RemoteScriptedEyes(RemotePeople(caller))
        with pytest.raises(EyesError, match="world does not answer"):
            await eyes.ready()


async def test_scripted_eyes_pass_a_short_jpeg_on_without_asking(tmp_path: Path) -> None:
    picture = samples_dir() / "images" / "syn_00012.jpg"
    frame = Frame(picture.read_bytes(), Encoding.JPEG, 0, 0, 0.0, 1)
    with Caller(tmp_path / "nobody.sock") as caller:
        eyes = RemoteScriptedEyes(RemotePeople(caller))
        assert await eyes.as_jpeg(frame, len(frame.data)) is frame.data
        with pytest.raises(EyesError, match="cannot make a JPEG"):
            await eyes.as_jpeg(frame, len(frame.data) - 1)


async def test_faults_and_power_are_at_the_testers_hand(scene: Scene) -> None:
    await scene.people.inject(Fault.ACK_LATE, value=0.5, times=3)
    await scene.people.inject(Fault.CAMERA_GONE)
    assert (await scene.people.view()).faults == ("ack_late", "camera_gone")
    with pytest.raises(PictureError, match="the camera is gone"):
        await scene.host.ask(Verb.PICTURE)
    await scene.people.clear(Fault.CAMERA_GONE)
    assert (await scene.people.view()).faults == ("ack_late",)
    await scene.people.clear()
    await scene.people.power_cut()
    with pytest.raises(DeviceGoneError, match="no power"):
        await scene.host.ask(Verb.PICTURE)
    assert not (await scene.people.view()).powered
    await scene.people.power_on()
    await scene.host.ask(Verb.PICTURE)


async def test_the_impossible_is_refused_with_its_reason(scene: Scene) -> None:
    with pytest.raises(ImpossibleError, match="the gate is not open"):
        await scene.people.insert("bottle")
    with pytest.raises(ImpossibleError, match="no sample is called 'vase'"):
        await scene.people.insert_when_open("vase")
    with pytest.raises(ImpossibleError, match="there is no item 9"):
        await scene.people.await_fate(9)
    with pytest.raises(ImpossibleError, match="at least 1"):
        await scene.people.inject(Fault.ACK_LATE, times=0)


@pytest.mark.parametrize(
    ("verb", "arguments", "message"),
    [
        ("world.end", {}, "no verb is called"),
        ("person.insert", {}, "name must be a text"),
        ("person.set_bin", {"pct": "full"}, "pct must be a number"),
        ("person.set_bin", {"pct": True}, "pct must be a number"),
        ("fault.inject", {"fault": "gremlins"}, "no fault is called"),
        ("person.attempt", {"name": "bottle", "trick": "magnet"}, "no trick is called"),
        ("person.attempt", {"name": "vase", "trick": "photo"}, "no sample is called"),
    ],
)
async def test_nonsense_is_refused_with_its_reason(
    scene: Scene, verb: str, arguments: dict[str, str], message: str
) -> None:
    with pytest.raises(RefusalError, match=message):
        await scene.caller.call(verb, arguments)


async def test_a_caller_who_gives_up_ends_the_question_and_spoils_no_other(scene: Scene) -> None:
    hardware = hardware_over(scene.host, answer_s=0.05)
    scene.world.inject(Fault.CONTROLLER_DEAF)
    for _ in range(3):
        with pytest.raises(NoAnswerError):
            await hardware.pulse.beat()
    scene.world.clear()
    for _ in range(3):
        assert await hardware.bin.level_pct() == 0
        assert not await hardware.chamber.is_occupied()


async def test_a_world_that_dies_is_gone_and_its_successor_is_found(
    tmp_path: Path, bottle: Specimen
) -> None:
    path = tmp_path / "world.sock"
    with Caller(path) as caller:
        host = RemoteWorld(caller)
        with pytest.raises(DeviceGoneError, match="start rvm-edge simulate"):
            await host.ask(Verb.BEAT)
        for _ in range(2):
            async with trio.open_nursery() as nursery:
                window = Window(World(INSTANT), Samples((bottle,), ()))
                nursery.start_soon(serve_world, window, await listen(path), path)
                await host.ask(Verb.BEAT)
                nursery.cancel_scope.cancel()
            with pytest.raises(DeviceGoneError, match="hung up"):
                await host.ask(Verb.BEAT)
    assert not await trio.Path(path).exists()


async def test_only_one_world_serves_a_path_and_only_its_owner_may_call(scene: Scene) -> None:
    with pytest.raises(SocketInUseError, match="served here already"):
        await listen(scene.path)
    assert stat.S_IMODE(scene.path.stat().st_mode) == 0o600


async def test_a_dead_worlds_socket_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "world.sock"
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(path))
    listener = await listen(path)
    await listener.aclose()


async def test_a_path_that_cannot_be_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing" / "world.sock", tmp_path / ("x" * 200)):
        with pytest.raises(SocketInUseError, match="choose another path"):
            await listen(path)


async def raw(path: Path, data: bytes, until: bytes = b"") -> bytes:
    """Send bytes and return what comes back until it ends with `until` or the world hangs up."""
    heard = b""
    async with await trio.open_unix_socket(str(path)) as stream:
        await stream.send_all(data)
        with trio.fail_after(5), suppress(trio.BrokenResourceError):
            while piece := await stream.receive_some(65_536):
                heard += piece
                if until and heard.endswith(until):
                    break
    return heard


async def test_what_is_no_request_is_answered_as_such(scene: Scene) -> None:
    for line in (
        b"hello\n",
        b"[]\n",
        b'{"id": 1}\n',
        b'{"id": 1, "verb": "x", "z": 0}\n',
        b'{"id": 1, "verb": "\xff"}\n',
        b'{"id": 1, "verb": "x", "arguments": {"x": ' + b"[" * 2_000 + b"\n",
    ):
        assert json.loads(await raw(scene.path, line, until=b"\n"))["error"] == "BadRequest"


async def test_an_endless_request_is_hung_up_on(scene: Scene) -> None:
    assert await raw(scene.path, b"x" * (REQUEST_MAX + 70_000)) == b""
    await scene.host.ask(Verb.BEAT)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=300))
def test_garbage_never_stops_the_world(tmp_path: Path, data: bytes) -> None:
    async def live() -> None:
        path = tmp_path / "world.sock"
        async with trio.open_nursery() as nursery:
            window = Window(World(INSTANT), Samples((), ()))
            nursery.start_soon(serve_world, window, await listen(path), path)
            async with await trio.open_unix_socket(str(path)) as stream:
                await stream.send_all(data + b"\n")
            with Caller(path) as caller:
                await RemoteWorld(caller).ask(Verb.BEAT)
            nursery.cancel_scope.cancel()

    trio.run(live)


@pytest.mark.parametrize(
    "answer",
    [
        b"hello\n",
        b"{}\n",
        b'{"id": 77, "answer": null}\n',
        b'{"id": 1, "answer": {"a": 1}}\n',
        b'{"id": 1, "answer": "\xff"}\n',
        b'{"id": 1, "error": "\xff"}\n',
        b'{"id": 1, "more": ' + b"[" * 2_000 + b"\n",
    ],
)
async def test_a_world_that_talks_nonsense_is_a_wrong_answer(
    tmp_path: Path, nursery: trio.Nursery, answer: bytes
) -> None:
    path = tmp_path / "world.sock"

    async def serve(stream: trio.SocketStream) -> None:
        await stream.receive_some(1000)
        await stream.send_all(answer)

    nursery.start_soon(trio.serve_listeners, serve, [await listen(path)])
    with Caller(path) as caller, pytest.raises(WrongAnswerError):
        await RemoteWorld(caller).ask(Verb.BEAT)


async def test_an_error_of_no_known_kind_is_a_wrong_answer(
    tmp_path: Path, nursery: trio.Nursery
) -> None:
    path = tmp_path / "world.sock"

    async def serve(stream: trio.SocketStream) -> None:
        await stream.receive_some(1000)
        await stream.send_all(b'{"id": 1, "error": "SystemExit", "message": "boom"}\n')

    nursery.start_soon(trio.serve_listeners, serve, [await listen(path)])
    with Caller(path) as caller, pytest.raises(WrongAnswerError, match="boom"):
        await RemoteWorld(caller).ask(Verb.BEAT)
