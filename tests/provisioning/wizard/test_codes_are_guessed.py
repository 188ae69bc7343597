"""A stranger guesses the code: for how long, and with what chance."""

from __future__ import annotations

import json
from hmac import compare_digest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.provisioning.wizard.pairing import (
    DIGITS,
    LASTS_S,
    NotPairedError,
    PairingDesk,
)
from rvm_edge.provisioning.wizard.tries import FIRST_LOCK_S, LONGEST_LOCK_S, TRIES, WrongTries
from tests.provisioning.wizard.opened import EXPORTED, Clock, opened
from tests.provisioning.wizard.unserved import Unserved

DAY_S = 86_400.0


def guess(desk: PairingDesk) -> float:
    """Try a wrong code; return how long nobody may try then."""
    with pytest.raises(NotPairedError) as refused:
        desk.pair("nothing")
    return refused.value.wait_s


async def test_guessing_burns_the_code_and_costs_time() -> None:
    async with opened() as phone:
        code = phone.offer.code
        wrong = f"{(int(code) + 1) % 10**8:08}"
        for _ in range(TRIES - 1):
            assert (await phone.type_code(wrong)).status_code == 403
        burnt = await phone.type_code(wrong)
        assert burnt.status_code == 429
        assert burnt.json()["wait_s"] == FIRST_LOCK_S
        assert phone.offer.code != code
        assert (await phone.type_code(phone.offer.code)).status_code == 429
        phone.clock.now_s += FIRST_LOCK_S
        await phone.pair()


@given(st.text(max_size=20) | st.from_regex(r"[0-9]{7,9}", fullmatch=True))
def test_no_other_text_is_the_code(typed: str) -> None:
    desk = PairingDesk(Clock())
    if typed != desk.code:
        with pytest.raises(NotPairedError):
            desk.pair(typed)


def test_a_code_is_good_for_ten_minutes_and_for_one_pairing() -> None:
    clock = Clock()
    desk = PairingDesk(clock)
    old = desk.code
    clock.now_s += LASTS_S - 1
    assert (desk.code, desk.lasts_s) == (old, 1)
    clock.now_s += 1
    assert desk.lasts_s == 0
    with pytest.raises(NotPairedError):
        desk.pair(old)
    assert desk.lasts_s == LASTS_S
    code = desk.code
    desk.pair(code)
    with pytest.raises(NotPairedError):
        desk.pair(code)


def test_each_burnt_code_costs_more_time_up_to_a_bound() -> None:
    clock = Clock()
    desk = PairingDesk(clock)
    waits = []
    for _ in range(14):
        code = desk.code
        assert [guess(desk) for _ in range(TRIES - 1)] == [0.0] * (TRIES - 1)
        assert desk.code == code
        waits.append(guess(desk))
        assert desk.code != code
        clock.now_s += waits[-1]
    assert waits[:5] == [30, 60, 120, 240, 480]
    assert waits[-2:] == [LONGEST_LOCK_S] * 2


def test_who_waits_for_the_codes_end_gains_no_tries_by_it() -> None:
    clock = Clock()
    desk = PairingDesk(clock)
    for _ in range(TRIES - 1):
        assert guess(desk) == 0.0
        clock.now_s += LASTS_S
    assert guess(desk) == FIRST_LOCK_S


def test_who_has_the_page_opened_anew_gains_no_tries_by_it() -> None:
    clock = Clock()
    tries = WrongTries(clock)
    for _ in range(TRIES - 1):
        assert guess(PairingDesk(clock, tries)) == 0.0
    assert guess(PairingDesk(clock, tries)) == FIRST_LOCK_S
    desk = PairingDesk(clock, tries)
    with pytest.raises(NotPairedError):
        desk.pair(desk.code)


def test_a_year_of_guessing_is_one_chance_in_fifty_thousand() -> None:
    clock = Clock()
    desk = PairingDesk(clock)
    began_s, by_day = clock.now_s, [0] * 366
    while (day := int((clock.now_s - began_s) / DAY_S)) <= 365:
        by_day[day] += 1
        clock.now_s += guess(desk)
    assert by_day[0] <= 60
    assert max(by_day[2:]) <= TRIES
    assert sum(by_day) <= 10**DIGITS / 50_000


def test_a_technician_who_got_it_right_begins_anew() -> None:
    clock = Clock()
    desk = PairingDesk(clock)
    for _ in range(TRIES - 1):
        guess(desk)
    desk.pair(desk.code)
    assert [guess(desk) for _ in range(TRIES - 1)] == [0.0] * (TRIES - 1)


def test_how_much_of_it_was_right_does_not_show_in_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[int, int]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return compare_digest(one, other)

    desk = PairingDesk(Clock())
    monkeypatch.setattr("hmac.compare_digest", compare)
    code = desk.code
    for typed in ("", "1", f"{code[:7]}x", f"{code}0", "\u0661" * 8):
        with pytest.raises(NotPairedError):
            desk.pair(typed)
    assert compared == [(DIGITS, DIGITS)] * TRIES


async def test_a_stranger_who_guesses_does_not_throw_out_who_has_paired() -> None:
    page = Unserved()
    await page.post("credentials", json.dumps(EXPORTED))
    for _ in range(2 * TRIES):
        refused = await page.post("pair", '{"code": "00000000x"}', Cookie=None, X_RVM_Setup=None)
        assert refused.status_code in {403, 429}
    assert (await (await page.get("/api/hello")).json)["serial"] == "RVM-1"
    stranger = await (await page.get("/api/hello", Cookie=None)).json
    assert (stranger["paired"], stranger["serial"], stranger["csrf"]) == (False, "", "")
