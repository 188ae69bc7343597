"""A camera's process: its words are kept, and it ends for certain, with all it started."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path

import psutil
import pytest
import trio

from drivers.camera.process import CameraProcess
from drivers.ports import DeviceGoneError, DriverError

WITHIN_S = 30.0


def python(code: str) -> CameraProcess:
    return CameraProcess((sys.executable, "-c", code))


async def end_of(process: CameraProcess) -> str:
    with pytest.raises(DriverError) as refused, trio.fail_after(WITHIN_S):  # noqa: PT012
        async with process.open() as pictures:
            while True:
                await pictures.receive()
    return str(refused.value)


async def test_what_it_writes_is_received() -> None:
    async with python("import os; os.write(1, b'picture'); input()").open() as pictures:
        with trio.fail_after(WITHIN_S):
            assert await pictures.receive() == b"picture"


async def test_its_end_is_told_with_its_last_words() -> None:
    said = await end_of(python("import sys; sys.exit('one\\nno\\x1b  camera\\nfound')"))
    assert said == "the camera's process ended with exit code 1; it said: no\x1b camera / found"


async def test_a_silent_end_names_the_program() -> None:
    assert await end_of(CameraProcess(("sh", "-c", "exit 3"))) == (
        "the camera's process ended with exit code 3: sh -c 'exit 3'"
    )


async def test_a_program_that_does_not_exist_is_named() -> None:
    with pytest.raises(DeviceGoneError, match="no-such-program cannot be run: No such file"):
        async with CameraProcess(("no-such-program",)).open():
            pass


async def test_it_is_gone_afterwards_with_its_children_even_if_it_stands_still(
    tmp_path: Path,
) -> None:
    children = tmp_path / "children"
    code = (
        "import os, subprocess, pathlib, time\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"pathlib.Path({str(children)!r}).write_text(f'{{os.getpid()}} {{child.pid}}')\n"
        "print('picture', flush=True); time.sleep(60)"
    )
    async with python(code).open() as pictures:
        with trio.fail_after(WITHIN_S):
            await pictures.receive()
        found = [psutil.Process(int(pid)) for pid in children.read_text().split()]
        for one in found:
            os.kill(one.pid, signal.SIGSTOP)
    with trio.fail_after(WITHIN_S):
        while any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in found):
            await trio.sleep(0.01)


async def test_it_does_not_outlive_the_machines_own_process_that_is_killed(tmp_path: Path) -> None:
    """Not even if it hangs, and never writes into the pipe that nobody reads any more."""
    told = tmp_path / "pid"
    hangs = f"echo $$ >{told}.new; mv {told}.new {told}; trap '' HUP INT PIPE TERM; sleep 60"
    machine = (
        "import trio\n"
        "from drivers.camera.process import CameraProcess\n"
        "async def main():\n"
        f"    async with CameraProcess(('sh', '-c', {hangs!r})).open() as pictures:\n"
        "        await pictures.receive()\n"
        "trio.run(main)"
    )
    async with trio.open_nursery() as nursery:
        run = partial(trio.run_process, [sys.executable, "-c", machine], check=False)
        process: trio.Process = await nursery.start(run)
        with trio.fail_after(WITHIN_S):
            while not told.exists():
                await trio.sleep(0.01)
            camera = psutil.Process(int(told.read_text()))
            process.kill()
            while camera.is_running() and camera.status() != psutil.STATUS_ZOMBIE:
                await trio.sleep(0.01)


async def test_it_hears_nothing_of_the_service_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/secret")
    code = "import os; os.write(1, str('NOTIFY_SOCKET' in os.environ).encode()); input()"
    async with python(code).open() as pictures:
        with trio.fail_after(WITHIN_S):
            assert await pictures.receive() == b"False"
