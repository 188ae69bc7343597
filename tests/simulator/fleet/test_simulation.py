"""A fleet comes back: spread by us, in step by the naive; and the same seed tells the same tale."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rvm_edge.settings import Policy, Settings
from rvm_edge.simulator.fleet import Account, Fault, Manner, Scenario, Second, simulate
from rvm_edge.simulator.fleet.account import peak

SMALL = Scenario(machines=200, outage_s=300, after_s=300)


def run(scenario: Scenario, manner: Manner = Manner.OURS) -> Account:
    return simulate(scenario, manner, Settings())


def test_the_same_seed_tells_the_same_tale_and_another_one_another() -> None:
    for manner in Manner:
        assert run(SMALL, manner) == run(SMALL, manner)
        assert run(SMALL, manner) != run(msgspec.structs.replace(SMALL, seed=1), manner)


def test_naive_machines_are_in_step_and_ours_are_not() -> None:
    ours, naive = run(SMALL, Manner.OURS), run(SMALL, Manner.NAIVE)
    assert [one.handshakes for one in naive.away[:10]] == [0, 0, 0, 0, 0, 200, 0, 0, 0, 0]
    assert peak(ours.away) < 200 / 3
    assert peak(naive.afterwards) > 5 * peak(ours.afterwards)


def test_a_long_outage_makes_our_tries_as_rare_as_heartbeats() -> None:
    late = [one.handshakes for one in run(SMALL).seconds if -60 <= one.at_s < 0]
    mean_wait_s = Policy().reconnect_cap_s / 2
    assert sum(late) / len(late) == pytest.approx(200 / mean_wait_s, rel=0.15)


def test_everybody_is_back_within_the_longest_wait() -> None:
    account = run(SMALL)
    within_s = account.heard_within_s(1.0)
    assert within_s is not None
    assert within_s < Policy().reconnect_cap_s + 5
    assert account.recovered
    assert account.seconds[-1].online == 200


def test_a_server_that_can_carry_twice_the_usual_recovers_from_ours_and_not_from_the_naive() -> (
    None
):
    scenario = msgspec.structs.replace(SMALL, machines=500, capacity_rps=50, queue=25, after_s=600)
    ours, naive = run(scenario, Manner.OURS), run(scenario, Manner.NAIVE)
    assert ours.usual_rps < 25
    assert ours.recovered
    assert not naive.recovered
    assert naive.caught_up_within_s(0.99) is None


@settings(max_examples=25, deadline=None)
@given(
    scenario=st.builds(
        Scenario,
        machines=st.integers(1, 30),
        outage_s=st.integers(1, 200),
        fault=st.sampled_from(Fault),
        items_per_hour=st.sampled_from([0.0, 60.0, 600.0]),
        capacity_rps=st.none() | st.floats(0.5, 50),
        queue=st.integers(0, 100),
        before_s=st.integers(0, 60),
        after_s=st.integers(1, 200),
        seed=st.integers(0, 9),
    ),
    manner=st.sampled_from(Manner),
)
def test_the_figures_agree_with_each_other(scenario: Scenario, manner: Manner) -> None:
    account = run(scenario, manner)
    assert [one.at_s for one in account.seconds] == list(
        range(-scenario.before_s - scenario.outage_s, scenario.after_s)
    )
    for one in account.seconds:
        assert one.sent == one.served + one.turned_away + one.unreached + one.in_vain
        assert 0 <= one.online <= scenario.machines
        assert one.waiting >= 0
    assert account.told_again >= 0
    for after_s in (account.heard_after_s, account.caught_up_after_s):
        assert list(after_s) == sorted(after_s)
        assert len(after_s) <= scenario.machines
        assert all(0 <= one_s <= scenario.after_s for one_s in after_s)
    if scenario.capacity_rps is None:
        assert sum(one.turned_away + one.in_vain for one in account.seconds) == 0
        assert account.told_again == 0 or manner is Manner.NAIVE


def second(at_s: int, heartbeats: int, *, online: int = 4, unreached: int = 0) -> Second:
    return Second(at_s, 0, heartbeats, 0, 0, 0, heartbeats, 0, unreached, 0, online, 0)


def account_of(caught_up_after_s: tuple[float, ...], online: int = 4) -> Account:
    seconds = (second(-2, 3), second(-1, 9, unreached=9), second(0, 5), second(1, 1, online=online))
    return Account(
        Scenario(machines=4, outage_s=1, before_s=1, after_s=2),
        Manner.OURS,
        seconds,
        (0.5, 1.0, 2.0, 9.0),
        caught_up_after_s,
        2,
        0,
    )


def test_an_account_answers_for_shares_of_all_machines() -> None:
    account = account_of((1.0, 2.0))
    shares = (0.0, 0.25, 0.5, 0.75, 0.99, 1.0)
    assert [account.heard_within_s(share) for share in shares] == [0.5, 0.5, 1.0, 2.0, 9.0, 9.0]
    assert [account.caught_up_within_s(share) for share in (0.5, 0.51)] == [2.0, None]


def test_an_account_tells_before_from_during_and_after() -> None:
    account = account_of(())
    assert account.usual_rps == 3
    assert (peak(account.away), peak(account.afterwards), peak(())) == (9, 5, 0)
    assert [one.arrived for one in account.seconds] == [3, 0, 5, 1]


@pytest.mark.parametrize(
    ("caught_up", "online", "recovered"), [(4, 4, True), (3, 4, False), (4, 3, False)]
)
def test_recovered_is_who_has_delivered_everything_and_has_the_link(
    caught_up: int, online: int, *, recovered: bool
) -> None:
    assert account_of((1.0,) * caught_up, online).recovered is recovered
