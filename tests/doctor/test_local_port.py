"""The machine's own page: served by a machine that runs, free for one that does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import msgspec
import pytest

from rvm_edge.doctor.checks import local_port
from rvm_edge.doctor.finding import Finding, Level
from rvm_edge.settings import ScreenSettings, Settings
from tests.doctor.conftest import Computer


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _look(computer: Computer, port: int, *, enabled: bool = True) -> Finding:
    screen = ScreenSettings(port=port, enabled=enabled)
    return local_port.look(computer.place(msgspec.structs.replace(Settings(), screen=screen)))


def test_a_port_that_is_free_is_fine_for_a_machine_that_does_not_run(
    computer: Computer, free: int
) -> None:
    found = _look(computer, free)
    assert (found.level, found.what) == (Level.FINE, f"127.0.0.1:{free} is free")


def test_a_port_that_another_program_has_is_a_warning_with_the_way_to_find_it(
    computer: Computer, taken: int
) -> None:
    found = _look(computer, taken)
    assert found.level is Level.WARNING
    assert f"sudo ss -ltnp 'sport = :{taken}'" in found.todo


def test_a_machine_that_runs_has_its_port(computer: Computer, taken: int) -> None:
    computer.runs()
    assert _look(computer, taken).level is Level.FINE


def test_a_machine_that_runs_without_its_page_is_a_warning(computer: Computer, free: int) -> None:
    computer.runs()
    found = _look(computer, free)
    assert (found.level, "nobody serves" in found.what) == (Level.WARNING, True)


def test_where_nobody_can_say_who_runs_nobody_is_accused(computer: Computer, taken: int) -> None:
    computer.runs()
    (computer.root / "proc/locks").unlink()
    assert _look(computer, taken).level is Level.FINE


def test_no_port_is_looked_at_that_is_not_wanted(computer: Computer, taken: int) -> None:
    assert _look(computer, taken, enabled=False).level is Level.NOTE
    assert _look(computer, 0).level is Level.NOTE
