"""Which view belongs on the screen."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.kiosk.keeper.choice import HOLDING, Kind, Situation, View, choose
from rvm_edge.kiosk.keeper.outlook import Outlook
from rvm_edge.kiosk.keeper.setbacks import STEADY_S, Setbacks

BRIDGE = "http://127.0.0.1:8888"
URL = "https://rvm.example/rvm-ui/7d3e?signature=ab"
IDLE = ("operational.link.online", "operational.intake.idle")
DEPOSIT = ("operational.link.online", "operational.intake.deposit.capture")
ONLINE = Outlook(here=True, configuration=IDLE, online=True, token="t/&", server_url=URL)  # noqa: S106
OFFLINE = replace(ONLINE, online=False, server_url="")
AWAY = Outlook()
SERVER = View(Kind.SERVER, URL)
LOCAL = View(Kind.LOCAL, f"{BRIDGE}/#token=t%2F%26")


@pytest.mark.parametrize(
    ("outlook", "more", "wanted"),
    [
        (AWAY, {}, HOLDING),
        (AWAY, {"shown": SERVER}, HOLDING),
        (AWAY, {"shown": LOCAL}, LOCAL),
        (OFFLINE, {}, LOCAL),
        (OFFLINE, {"shown": SERVER}, LOCAL),
        (OFFLINE, {"shown": View(Kind.LOCAL, f"{BRIDGE}/#token=old")}, LOCAL),
        (OFFLINE, {"resting": {Kind.LOCAL}}, HOLDING),
        (ONLINE, {}, LOCAL),
        (ONLINE, {"shown": HOLDING}, LOCAL),
        (ONLINE, {"shown": HOLDING, "resting": {Kind.LOCAL}}, SERVER),
        (ONLINE, {"resting": {Kind.LOCAL, Kind.SERVER}}, HOLDING),
        (ONLINE, {"shown": LOCAL}, SERVER),
        (ONLINE, {"shown": LOCAL, "thanks": True}, LOCAL),
        (ONLINE, {"shown": SERVER, "thanks": True}, SERVER),
        (ONLINE, {"resting": {Kind.SERVER}}, LOCAL),
        (ONLINE, {"resting": {Kind.SERVER}, "shown": SERVER}, SERVER),
        (OFFLINE, {"resting": {Kind.LOCAL}, "shown": LOCAL}, LOCAL),
        (replace(ONLINE, server_url=""), {"shown": SERVER}, LOCAL),
        (replace(ONLINE, configuration=DEPOSIT), {"shown": LOCAL}, LOCAL),
        (replace(ONLINE, configuration=DEPOSIT), {"shown": SERVER}, SERVER),
        (replace(ONLINE, configuration=DEPOSIT), {}, LOCAL),
        (replace(OFFLINE, token=""), {}, View(Kind.LOCAL, f"{BRIDGE}/")),
    ],
)
def test_what_is_known_decides(outlook: Outlook, more: dict[str, object], wanted: View) -> None:
    situation = msgspec.structs.replace(Situation(outlook, BRIDGE), **more)
    assert choose(situation) == wanted


@given(
    outlook=st.sampled_from([AWAY, OFFLINE, ONLINE, replace(ONLINE, configuration=DEPOSIT)]),
    shown=st.sampled_from([None, HOLDING, LOCAL, SERVER]),
    resting=st.sets(st.sampled_from([Kind.SERVER, Kind.LOCAL])),
    thanks=st.booleans(),
)
def test_one_step_on_the_way_and_then_it_rests(
    outlook: Outlook,
    shown: View | None,
    resting: set[Kind],
    thanks: bool,
) -> None:
    situation = Situation(outlook, BRIDGE, shown, resting, thanks)
    for _ in range(2):
        chosen = choose(situation)
        assert chosen.kind not in resting or chosen == situation.shown
        situation = msgspec.structs.replace(situation, shown=chosen)
    assert choose(situation) == chosen


def test_a_failure_rests_longer_each_time_and_one_that_lasted_not_at_all() -> None:
    now_s = 100.0
    setbacks = Setbacks(1.0, 8.0, lambda: now_s, chance=lambda: 0.99)
    setbacks.note(Kind.SERVER, 0.0)
    assert setbacks.resting() == {Kind.SERVER}
    now_s = 101.0
    assert setbacks.resting() == set()
    setbacks.note(Kind.SERVER, STEADY_S - 1)
    now_s = 102.5
    assert setbacks.resting() == {Kind.SERVER}
    assert setbacks.in_a_row(Kind.SERVER) == 2
    setbacks.note(Kind.SERVER, STEADY_S)
    assert setbacks.resting() == set()
    assert setbacks.in_a_row(Kind.SERVER) == 0
    assert setbacks.in_a_row(Kind.LOCAL) == 0


def test_a_view_that_lasted_forgives_the_failures_before() -> None:
    setbacks = Setbacks(1.0, 8.0, lambda: 0.0)
    setbacks.note(Kind.LOCAL, 0.0)
    setbacks.lasted(Kind.LOCAL, STEADY_S - 1)
    assert setbacks.in_a_row(Kind.LOCAL) == 1
    setbacks.lasted(Kind.LOCAL, STEADY_S)
    assert setbacks.in_a_row(Kind.LOCAL) == 0
