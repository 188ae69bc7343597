"""Records that no answer ever comes for travel alone, and are passed over for a while."""

from __future__ import annotations

import math

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.delivery import Record
from rvm_edge.item import SessionMode
from rvm_edge.ledger.courier.aside import ALONE, SetAside, travelling_together
from rvm_edge.ledger.outbox_rows import WaitingRecord
from rvm_edge.settings.cloud import RequestSettings


def waiting(number: int, unanswered: int = 0) -> WaitingRecord:
    record = Record(str(number), "", SessionMode.GUEST, "", "mineral", None, 0)
    return WaitingRecord(number, unanswered, unanswered, record)


@pytest.mark.parametrize(
    ("unanswered", "together"),
    [
        ([0, 0, 0, 0], [1, 2, 3]),
        ([ALONE - 1] * 4, [1, 2, 3]),
        ([ALONE, 0, 0], [1]),
        ([ALONE, ALONE, 0], [1]),
        ([0, ALONE, 0], [1]),
        ([0, 0, ALONE + 7, 0], [1, 2]),
        ([0, 0, 0, ALONE], [1, 2, 3]),
        ([], []),
    ],
)
def test_one_that_is_to_travel_alone_shares_a_request_with_nobody(
    unanswered: list[int], together: list[int]
) -> None:
    found = [waiting(number, count) for number, count in enumerate(unanswered, 1)]
    assert [one.number for one in travelling_together(found, 3)] == together


async def test_what_is_passed_over_is_passed_over_longer_than_the_pause(
    autojump_clock: MockClock,
) -> None:
    aside = SetAside(RequestSettings(), lambda: 0.0)
    assert (aside.after(), aside.left_s()) == (0, math.inf)
    aside.pass_over(waiting(7), pause_s=300.0)
    await trio.sleep(300.5)
    assert aside.after() == 7
    assert 0 < aside.left_s() < 1
    await trio.sleep(0.5)
    assert (aside.after(), aside.left_s()) == (0, math.inf)


async def test_the_intervals_grow_up_to_some_hours_and_begin_anew_after_an_answer(
    autojump_clock: MockClock,
) -> None:
    settings = RequestSettings()
    aside = SetAside(settings, lambda: 0.5)
    waits = []
    for _ in range(9):
        aside.pass_over(waiting(7, ALONE), pause_s=0.0)
        waits.append(aside.left_s() - settings.retry_first_s)
    assert waits[:3] == pytest.approx([150.0, 300.0, 600.0])
    assert waits[-1] == pytest.approx(settings.not_allowed_s / 2)
    aside.answered([waiting(8)])
    aside.pass_over(waiting(7, ALONE), pause_s=0.0)
    assert aside.left_s() > 1_000
    aside.answered([waiting(7, ALONE)])
    aside.pass_over(waiting(7, ALONE), pause_s=0.0)
    assert aside.left_s() == pytest.approx(151.0)
