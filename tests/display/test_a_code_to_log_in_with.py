"""The code on the screen is fresh, of one session, and asked for no oftener than it has to be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone

import trio
from trio.testing import MockClock

from rvm_edge.bridges.cloud.login_wire import LoginCode
from rvm_edge.display.login_offer import BETWEEN_S, HIDE_S, LOOK_S, RENEW_S, LoginOffer

LASTS_S = 300.0
HOURS_S = 10_800.0
NOON = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)


@dataclass
class Stage:
    """A server that numbers its codes, and a machine that the test plays.

    Attributes:
        asked_s: when it was asked.
        gives: whether it makes codes.
        of_use: whether a user could be let in.
        lasts_s: how long its codes do.
    """

    asked_s: list[float] = field(default_factory=list)
    gives: bool = True
    of_use: bool = True
    lasts_s: float = LASTS_S

    def __post_init__(self) -> None:
        self.offer = LoginOffer(self._ask, lambda: self.of_use, lambda: NOON)

    async def _ask(self) -> LoginCode | None:
        await trio.lowlevel.checkpoint()
        self.asked_s.append(trio.current_time())
        number = len(self.asked_s)
        return LoginCode(f"myrvm://session/{number}", self.lasts_s) if self.gives else None

    @property
    def shown(self) -> str:
        login = self.offer.current
        return login.qr_content.rpartition("/")[2] if login else ""


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    played = Stage()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(played.offer.keep)
        await trio.sleep(LOOK_S)
        yield played
        nursery.cancel_scope.cancel()


async def test_a_new_code_comes_well_before_the_old_one_ends(autojump_clock: MockClock) -> None:
    async with stage() as played:
        assert played.shown == "1"
        assert played.offer.current is not None
        assert played.offer.current.expires_at == "2026-11-28T12:05:00.000+00:00"
        await trio.sleep(LASTS_S - RENEW_S - 2 * LOOK_S)
        assert played.shown == "1"
        await trio.sleep(3 * LOOK_S)
        assert played.shown == "2"


async def test_hours_cost_the_server_one_call_per_code(autojump_clock: MockClock) -> None:
    async with stage() as played:
        await trio.sleep(HOURS_S)
    calls = HOURS_S / (LASTS_S - RENEW_S)
    assert calls - 2 < len(played.asked_s) < calls + 2


async def test_whoever_comes_next_gets_another_code(autojump_clock: MockClock) -> None:
    async with stage() as played:
        await trio.sleep(BETWEEN_S)
        played.of_use = False
        assert played.shown == ""
        await trio.sleep(2 * LOOK_S)
        played.of_use = True
        assert played.shown == ""
        await trio.sleep(2 * LOOK_S)
        assert played.shown == "2"


async def test_people_in_a_hurry_are_no_flood_for_the_server(autojump_clock: MockClock) -> None:
    async with stage() as played:
        for _ in range(60):
            played.of_use = not played.of_use
            await trio.sleep(2 * LOOK_S)
    assert len(played.asked_s) <= 1 + 60 / BETWEEN_S


async def test_a_code_that_cannot_be_renewed_is_hidden_before_its_end(
    autojump_clock: MockClock,
) -> None:
    async with stage() as played:
        played.gives = False
        await trio.sleep(LASTS_S - HIDE_S - 3 * LOOK_S)
        assert played.shown == "1"
        await trio.sleep(3 * LOOK_S)
        assert played.shown == ""


async def test_a_server_that_makes_none_is_asked_ever_more_rarely(
    autojump_clock: MockClock,
) -> None:
    played = Stage(gives=False)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(played.offer.keep)
        await trio.sleep(HOURS_S)
        nursery.cancel_scope.cancel()
    assert 20 < len(played.asked_s) < 200


async def test_codes_that_end_at_once_are_not_asked_for_all_the_time(
    autojump_clock: MockClock,
) -> None:
    played = Stage(lasts_s=1.0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(played.offer.keep)
        await trio.sleep(600)
        assert played.shown == ""
        nursery.cancel_scope.cancel()
    assert len(played.asked_s) <= 1 + 600 / BETWEEN_S
