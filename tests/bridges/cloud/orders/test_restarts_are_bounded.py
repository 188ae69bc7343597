"""The server may restart the machine now and then, and cannot keep it from working."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from rvm_edge.bridges.cloud.orders.desk import OrderDesk
from rvm_edge.bridges.cloud.orders.restart_notes import MOST_NOTES, RestartFile, RestartNote
from rvm_edge.settings import OrderSettings
from tests.bridges.cloud.orders.sent import at, by_heartbeat, by_socket


def desk_beside(notes: Path | None, per_hour: int = 3) -> OrderDesk:
    return OrderDesk(
        OrderSettings(restarts_per_hour=per_hour, may_reboot=True),
        named_hash=lambda: None,
        restarts=None if notes is None else RestartFile(notes),
    )


async def test_restarts_and_reboots_count_together(autojump_clock: MockClock) -> None:
    desk = desk_beside(None)
    words = ["RESTART", "REBOOT", "reboot_edge", "RESTART"]
    desk.take_in([by_socket(word, request_id=f"r{n}") for n, word in enumerate(words)], at())
    assert (desk.counts.admitted, desk.counts.refused) == (3, 1)
    assert (await desk.next_refusal()).why == "3 restarts within an hour are allowed"
    desk.take_in([by_heartbeat("MAINTENANCE")], at())
    assert desk.counts.admitted == 4
    await trio.sleep(3_600)
    desk.take_in([by_heartbeat("RESTART", timestamp=at(3_600))], at(3_600))
    assert desk.counts.admitted == 5


async def test_none_may_be_allowed_at_all() -> None:
    desk = desk_beside(None, per_hour=0)
    desk.take_in([by_heartbeat("REBOOT")], at())
    assert desk.counts.refused == 1


async def test_the_computer_is_restarted_only_where_its_owner_wants_that() -> None:
    desk = OrderDesk(OrderSettings(), named_hash=lambda: None, restarts=None)
    desk.take_in([by_heartbeat("REBOOT"), by_heartbeat("RESTART")], at())
    assert (desk.counts.admitted, desk.counts.refused) == (1, 1)
    why = (await desk.next_refusal()).why
    assert why == "the owner does not let the server restart the computer"


async def test_the_bound_holds_through_the_restarts_themselves(tmp_path: Path) -> None:
    taken = 0
    for life in range(10):
        desk = desk_beside(tmp_path / "restarts.json")
        desk.take_in([by_heartbeat("RESTART", timestamp=at(life * 60))], at(life * 60))
        taken += desk.counts.admitted
    assert taken == 3
    desk = desk_beside(tmp_path / "restarts.json")
    desk.take_in([by_heartbeat("RESTART", timestamp=at(3_600))], at(3_600))
    assert desk.counts.admitted == 1


async def test_an_order_that_restarted_the_machine_is_not_taken_again(tmp_path: Path) -> None:
    desk_beside(tmp_path / "restarts.json").take_in([by_heartbeat("RESTART")], at())
    reborn = desk_beside(tmp_path / "restarts.json")
    reborn.take_in([by_heartbeat("RESTART")], at(30))
    assert (reborn.counts.repeated, reborn.counts.admitted) == (1, 0)


async def test_a_disk_that_takes_no_note_forbids_no_restart(tmp_path: Path) -> None:
    desk = desk_beside(tmp_path / "gone" / "restarts.json")
    orders = [by_heartbeat("RESTART", timestamp=at(n)) for n in range(4)]
    desk.take_in(orders, at(5))
    assert (desk.counts.admitted, desk.counts.refused) == (3, 1)


def test_notes_are_for_their_owner_and_the_newest_stay(tmp_path: Path) -> None:
    path = tmp_path / "restarts.json"
    notes = RestartFile(path)
    for number in range(MOST_NOTES + 1):
        notes.add(RestartNote(f"r{number}", float(number)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    found = RestartFile(path).earlier()
    assert found == notes.earlier()
    assert (len(found), found[0].order_id) == (MOST_NOTES, "r1")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[{}]", b'[{"order_id": 1, "taken_at_s": 1}]', b'[{"a":' + b"[" * 16_000],
)
def test_notes_that_cannot_be_read_count_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "restarts.json"
    path.write_bytes(content)
    notes = RestartFile(path)
    assert notes.earlier() == ()
    notes.add(RestartNote("r", 1.0))
    assert RestartFile(path).earlier() == (RestartNote("r", 1.0),)


@given(st.binary(max_size=400))
def test_no_content_of_the_notes_keeps_the_desk_from_opening(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("notes") / "restarts.json"
    path.write_bytes(content)
    assert len(RestartFile(path).earlier()) <= MOST_NOTES
