"""What a service manager hears, and what it takes to be heard."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rvm_edge.service.notify import ServiceManager, service_manager


@pytest.fixture(name="manager")
def a_manager_that_listens(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def _env(manager: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": str(manager.getsockname()), **more}


def test_every_message_is_one_datagram_in_systemds_words(manager: socket.socket) -> None:
    told = service_manager(_env(manager))
    told.ready()
    told.alive()
    told.status("operational.link.online +\noperational.intake.idle")
    told.stopping()

    heard = [manager.recv(4096).decode() for _ in range(4)]

    assert heard == [
        "READY=1",
        "WATCHDOG=1",
        "STATUS=operational.link.online + operational.intake.idle",
        "STOPPING=1",
    ]


def test_a_status_cannot_smuggle_in_another_message(manager: socket.socket) -> None:
    service_manager(_env(manager)).status("all is well\nMAINPID=1")

    assert manager.recv(4096) == b"STATUS=all is well MAINPID=1"


def test_an_abstract_socket_is_reached() -> None:
    name = f"rvm-edge-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        listening.setblocking(False)
        service_manager({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert listening.recv(64) == b"READY=1"


def test_a_manager_that_went_away_stops_nobody(tmp_path: Path) -> None:
    service_manager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()


def test_a_manager_that_reads_nothing_is_not_waited_for(manager: socket.socket) -> None:
    told = service_manager(_env(manager))
    for _ in range(2000):  # far more than a socket's queue holds
        told.alive()


def test_without_a_manager_nothing_is_said() -> None:
    assert service_manager({}) == ServiceManager("", None)
    service_manager({}).ready()


@pytest.mark.parametrize("address", ["relative/path", "vsock:2:1234", ""])
def test_an_address_that_is_no_unix_socket_counts_as_nobody(address: str) -> None:
    assert service_manager({"NOTIFY_SOCKET": address}).address == ""


def test_the_watchdogs_limit_is_read_in_microseconds(manager: socket.socket) -> None:
    ours = _env(manager, WATCHDOG_USEC="3000000", WATCHDOG_PID=str(os.getpid()))

    assert service_manager(ours).watchdog_s == 3.0


def test_a_watchdog_for_another_process_is_not_ours(manager: socket.socket) -> None:
    theirs = _env(manager, WATCHDOG_USEC="3000000", WATCHDOG_PID=str(os.getpid() + 1))

    assert service_manager(theirs).watchdog_s is None


@pytest.mark.parametrize("period", ["", "0", "-5", "soon", "٣"])
def test_a_limit_that_is_no_number_is_no_watchdog(manager: socket.socket, period: str) -> None:
    assert service_manager(_env(manager, WATCHDOG_USEC=period)).watchdog_s is None
