"""`edge-client.js` in a real JavaScript engine, against a real bridge."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from rvm_edge import __version__
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.static_files import OWN
from tests.bridges.local import staged_machine as at
from tests.bridges.local.page import TOKEN, Json, Running, bridge
from tests.bridges.local.staged_machine import SESSION, StagedMachine
from tests.node_packages import NODE

CLIENT = OWN / "edge-client.js"
HERE = Path(__file__).parent / "client"
QUICK = {"backoffFirstMs": 10, "backoffCapMs": 50}


class Puppet:
    """A JavaScript program with the client in it."""

    def __init__(self, process: trio.Process) -> None:
        self._process = process
        self._read = b""

    async def do(self, what: str, **more: Json) -> None:
        assert self._process.stdin is not None
        await self._process.stdin.send_all(json.dumps({"do": what, **more}).encode() + b"\n")

    async def hear(self, *keys: str) -> Json:
        """Return the next thing that it tells with all these keys; skip others."""
        assert self._process.stdout is not None
        while True:
            while b"\n" not in self._read:
                some = await self._process.stdout.receive_some()
                assert some, "the client's program has ended"
                self._read += some
            line, _, self._read = self._read.partition(b"\n")
            told = json.loads(line)
            if all(key in told for key in keys):
                return told

    async def hear_status(self, status: str) -> Json:
        while (told := await self.hear("status"))["status"] != status:
            pass
        return told

    async def request(self, verb: str, **more: Json) -> Json:
        await self.do("request", verb=verb, **more)
        return await self.hear("verb")


@asynccontextmanager
async def puppet(running: Running, origin: str = "", **options: Json) -> AsyncIterator[Puppet]:
    url = f"ws://127.0.0.1:{running.port}/ws"
    chosen = json.dumps({"token": TOKEN, **QUICK, **options})
    process = await trio.lowlevel.open_process(
        [NODE, HERE / "puppet.mjs", CLIENT, url, origin or running.origin, chosen],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield Puppet(process)
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                await pipe.aclose()


async def test_it_sees_the_machine_and_asks_for_a_session() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, puppet(running) as client:
        await client.do("connect")
        first = await client.hear("snapshot")
        status = await client.hear_status("open")
        await client.do("may", verb="start_session")
        may = await client.hear("may")
        reply = await client.request("start_session", fields={"mode": "guest"})
        await client.do("may", verb="start_session")
        may_again = await client.hear("may")
    assert first["snapshot"]["state"]["configuration"] == list(at.IDLE)
    assert (status["mayAct"], status["version"]) == (True, __version__)
    assert (may["may"], may_again["may"]) == (True, False)
    assert reply == {"verb": "start_session", "result": {"session_id": SESSION}}
    assert machine.done == ["start guest"]


async def test_a_refusal_is_an_error_with_the_bridges_code() -> None:
    async with bridge(StagedMachine(at.CLASSIFY)) as running, puppet(running) as client:
        await client.do("connect")
        await client.hear_status("open")
        assert (await client.request("cancel"))["code"] == "not_here"


async def test_a_bridge_that_starts_anew_is_found_again_with_a_new_snapshot() -> None:
    machine = StagedMachine()
    async with bridge(machine) as first, puppet(first) as client:
        await client.do("connect")
        await client.hear_status("open")
        first.stop.cancel()
        await client.hear_status("connecting")
        await first.ended.wait()
        machine.configuration = at.FAULT
        async with bridge(machine, port=first.port):
            told = await client.hear("snapshot")
            await client.hear_status("open")
    assert told["snapshot"]["state"]["configuration"] == ["fault"]


async def test_a_lost_connection_is_resumed_without_a_gap() -> None:
    machine = StagedMachine()
    impatient = Limits(silence_s=0.3)  # and the page's heartbeat is slower
    async with bridge(machine, limits=impatient) as running, puppet(running) as client:
        await client.do("connect")
        seen = (await client.hear("snapshot"))["seq"]
        await client.hear_status("open")
        await client.hear_status("connecting")  # cut by the bridge
        for _ in range(3):
            machine.step("bin.freed", at.IDLE)
        numbers = [(await client.hear("snapshot"))["seq"] for _ in range(3)]
    assert numbers == [seen + 1, seen + 2, seen + 3]


async def test_a_request_that_is_not_answered_in_time_is_given_up() -> None:
    machine = StagedMachine(hesitates=trio.sleep_forever)
    async with bridge(machine) as running, puppet(running) as client:
        await client.do("connect")
        await client.hear_status("open")
        assert (await client.request("start_session", timeoutMs=50))["code"] == "timeout"


async def test_a_request_under_way_ends_with_the_connection() -> None:
    machine = StagedMachine(hesitates=trio.sleep_forever)
    async with bridge(machine) as running, puppet(running) as client:
        await client.do("connect")
        await client.hear_status("open")
        await client.do("request", verb="start_session")
        await client.do("request", verb="language", fields={"language": "en"})
        await client.hear("result")  # so the first one is at the bridge, too
        running.stop.cancel()
        assert (await client.hear("verb", "code"))["code"] == "lost"


async def test_a_stranger_is_never_let_in_however_often_it_tries() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, puppet(running, "http://evil.test") as client:
        await client.do("connect")
        await client.hear_status("connecting")
        assert (await client.request("start_session"))["code"] == "not_connected"
    assert machine.done == []


async def run_node(*arguments: str | Path) -> str:
    with trio.fail_after(30):
        ended = await trio.run_process(
            [NODE, *arguments], capture_stdout=True, capture_stderr=True, check=False
        )
    assert ended.returncode == 0, ended.stderr.decode()
    return str(ended.stdout.decode())


async def test_by_itself_it_backs_off_counts_time_and_settles_every_promise() -> None:
    assert await run_node(HERE / "alone.mjs", CLIENT) == "all held\n"


async def test_the_vue_composable_follows_the_client_and_ends_with_its_scope(
    tmp_path: Path,
) -> None:
    vue = tmp_path / "node_modules" / "vue"
    vue.mkdir(parents=True)
    shutil.copy(HERE / "played-vue.mjs", vue / "index.mjs")
    (vue / "package.json").write_text('{"name":"vue","type":"module","main":"index.mjs"}')
    (tmp_path / "package.json").write_text('{"type":"module"}')
    for source in (CLIENT, OWN / "edge-client-vue.js", HERE / "vue.mjs"):
        shutil.copy(source, tmp_path)
    said = await run_node(tmp_path / "vue.mjs", tmp_path / "edge-client-vue.js")
    assert said == "all held\n"
