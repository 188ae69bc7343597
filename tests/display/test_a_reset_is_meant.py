"""A code on the screen has to be typed back before the machine forgets who it is."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.bridges.local.control import RefusedError, WrongCodeError
from rvm_edge.display.resetting import Resetting
from rvm_edge.machine import LedgerError
from rvm_edge.orders import Action, Order
from rvm_edge.provisioning.wizard.pairing import LASTS_S
from rvm_edge.provisioning.wizard.tries import FIRST_LOCK_S, TRIES
from rvm_edge.simulator.credentials import SimulatedCredentials
from tests.stand_ins import IdleCourier


class DamagedCourier(IdleCourier):
    """A courier whose ledger cannot be read."""

    async def undelivered(self) -> int:
        await trio.lowlevel.checkpoint()
        raise LedgerError("the ledger is damaged")


@dataclass
class Asked:
    """A machine that takes orders, and what was ordered."""

    credentials: SimulatedCredentials = field(default_factory=SimulatedCredentials)
    courier: IdleCourier = field(default_factory=IdleCourier)
    orders: list[Order] = field(default_factory=list)

    async def carry_out(self, order: Order) -> str:
        await trio.lowlevel.checkpoint()
        self.orders.append(order)
        return "forgotten"

    def resetting(self) -> Resetting:
        return Resetting(self, self.carry_out, trio.current_time)


def another_than(code: str) -> str:
    """Return a code that is another one."""
    return f"{(int(code) + 1) % 10**8:08}"


async def test_the_code_that_was_shown_has_it_done_by_a_local_order(
    autojump_clock: MockClock,
) -> None:
    machine = Asked()
    machine.courier.waiting = 7
    resetting = machine.resetting()
    offer = await resetting.begin()
    assert (len(offer.code), offer.lasts_s, offer.waiting) == (8, LASTS_S, 7)
    assert offer.code not in repr(offer)
    assert machine.orders == []
    assert await resetting.confirm(offer.code) == "forgotten"
    assert [(order.action, order.local) for order in machine.orders] == [(Action.SET_UP_ANEW, True)]


async def test_the_same_code_has_the_machine_wait_for_other_credentials(
    autojump_clock: MockClock,
) -> None:
    machine = Asked()
    resetting = machine.resetting()
    offer = await resetting.begin()
    await resetting.confirm(offer.code, keep=True)
    assert [(one.action, one.local) for one in machine.orders] == [
        (Action.CHANGE_CREDENTIALS, True)
    ]


async def test_a_code_is_good_once(autojump_clock: MockClock) -> None:
    machine = Asked()
    resetting = machine.resetting()
    code = (await resetting.begin()).code
    await resetting.confirm(code)
    with pytest.raises(WrongCodeError, match="begin again"):
        await resetting.confirm(code)
    assert len(machine.orders) == 1


async def test_nothing_is_done_before_a_code_was_shown(autojump_clock: MockClock) -> None:
    machine = Asked()
    with pytest.raises(WrongCodeError, match="begin again"):
        await machine.resetting().confirm("00000000")
    assert machine.orders == []


async def test_a_code_that_has_run_out_is_good_no_more(autojump_clock: MockClock) -> None:
    machine = Asked()
    resetting = machine.resetting()
    code = (await resetting.begin()).code
    await trio.sleep(LASTS_S)
    with pytest.raises(WrongCodeError, match="begin again"):
        await resetting.confirm(code)
    assert machine.orders == []


async def test_a_new_code_takes_the_place_of_the_one_before(autojump_clock: MockClock) -> None:
    machine = Asked()
    resetting = machine.resetting()
    first = (await resetting.begin()).code
    second = (await resetting.begin()).code
    assert first != second
    with pytest.raises(WrongCodeError):
        await resetting.confirm(first)
    await resetting.confirm(second)


async def test_wrong_tries_add_up_over_all_codes_and_then_nobody_may_try(
    autojump_clock: MockClock,
) -> None:
    machine = Asked()
    resetting = machine.resetting()
    for _ in range(TRIES - 1):
        code = (await resetting.begin()).code
        with pytest.raises(WrongCodeError):
            await resetting.confirm(another_than(code))
    code = (await resetting.begin()).code
    with pytest.raises(RefusedError, match="too many wrong codes"):
        await resetting.confirm(another_than(code))
    code = (await resetting.begin()).code
    with pytest.raises(RefusedError, match="too many wrong codes"):
        await resetting.confirm(code)
    assert machine.orders == []
    await trio.sleep(FIRST_LOCK_S + 1)
    await resetting.confirm(code)


async def test_a_machine_that_cannot_forget_offers_no_code(autojump_clock: MockClock) -> None:
    machine = Asked(SimulatedCredentials(why_kept="they are its owner's"))
    with pytest.raises(RefusedError, match="they are its owner's"):
        await machine.resetting().begin()


async def test_a_damaged_ledger_hinders_nobody(autojump_clock: MockClock) -> None:
    machine = Asked(courier=DamagedCourier())
    assert (await machine.resetting().begin()).waiting is None
