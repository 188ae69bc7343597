"""Knobs: which request they meet, how often, and which figures are refused."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rvm_edge.simulator.cloud import CloudServer, Misbehaviour, Mishap
from rvm_edge.simulator.cloud.misbehaviour import MisbehaviourBoard

ASKED = st.builds(
    Misbehaviour,
    st.sampled_from(Mishap),
    path=st.sampled_from(["*", "/a", "/a/*", "/b"]),
    times=st.none() | st.integers(1, 4),
    seconds=st.just(1.0),
)


@given(asked=st.lists(ASKED, max_size=6), paths=st.lists(st.sampled_from(["/a", "/a/x", "/b"])))
def test_each_knob_meets_its_own_requests_so_many_times(
    asked: list[Misbehaviour], paths: list[str]
) -> None:
    board = MisbehaviourBoard()
    for one in asked:
        board.add(one)
    allowed = dict.fromkeys(Mishap, 0.0)
    for one in asked:
        allowed[one.mishap] += float("inf") if one.times is None else one.times
    for path in paths:
        plan = board.plan(path)
        met = [plan.misbehaviour.mishap] if plan.misbehaviour else []
        met += [Mishap.LATE] if plan.late_s else []
        assert len(met) == len(set(met))
        for mishap in met:
            allowed[mishap] -= 1
            assert allowed[mishap] >= 0
            of_kind = [one for one in asked if one.mishap is mishap]
            assert any(one.path in {"*", path} or path.startswith("/a/") for one in of_kind)
    left = sum(float("inf") if one.times is None else one.times for one in board.turned)
    assert left == sum(allowed.values())


async def test_a_lasting_storm_ends_when_it_is_taken_back(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    storm = Misbehaviour(Mishap.FAILS, path="*/edge/*", times=None, status=503)
    server.misbehave(storm)
    server.misbehave(replace(storm, mishap=Mishap.HTML, path="/up"))
    for _ in range(5):
        assert (await client.post("/edge/heartbeat", json={})).status_code == 503
    server.behave(Mishap.FAILS)
    assert (await client.post("/edge/heartbeat", json={})).status_code == 200
    assert "hotspot" in (await client.get("https://rvm.example.org/up")).text
    server.behave()
    assert "hotspot" not in (await client.get("https://rvm.example.org/up")).text


async def test_lateness_joins_with_another_mishap(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    server.misbehave(Misbehaviour(Mishap.LATE, seconds=0))
    server.misbehave(Mishap.THROTTLES)
    reply = await client.post("/edge/heartbeat", json={})
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "10")
    assert server.conduct.board.turned == ()


@pytest.mark.parametrize(
    "figures",
    [{"times": 0}, {"seconds": -1.0}, {"seconds": 90_000.0}, {"status": 200}, {"pieces": 0}],
)
def test_figures_that_mean_nothing_are_refused(figures: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(figures))):
        Misbehaviour(Mishap.FAILS, **figures)  # type: ignore[arg-type] # one figure by its name
