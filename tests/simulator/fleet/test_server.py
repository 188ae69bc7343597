"""The one server of a fleet: away in four ways, and never faster than it can."""

from __future__ import annotations

import pytest

from rvm_edge.simulator.fleet.scenario import Fault, Scenario
from rvm_edge.simulator.fleet.server import Answer, Kind, Reply, Server

CONNECT_S, PATIENCE_S = 3.0, 5.0


def ask(server: Server, now_s: float, kind: Kind = Kind.HEARTBEAT) -> Reply:
    return server.ask(kind, now_s, PATIENCE_S, CONNECT_S)


@pytest.mark.parametrize(
    ("fault", "answer", "after_s"),
    [
        (Fault.REFUSED, Answer.REFUSED, 0.0),
        (Fault.SILENT, Answer.SILENT, CONNECT_S),
        (Fault.NO_ROUTE, Answer.NO_ROUTE, 0.0),
        (Fault.SOCKETS, Answer.OK, 0.0),
    ],
)
def test_it_is_away_from_its_going_until_its_return(
    fault: Fault, answer: Answer, after_s: float
) -> None:
    server = Server(Scenario(before_s=10, outage_s=20, fault=fault))
    assert ask(server, 9.9).answer is Answer.OK
    for now_s in (10.0, 29.9):
        assert ask(server, now_s)[:2] == (answer, after_s)
    assert ask(server, 30.0).answer is Answer.OK


def test_where_only_the_sockets_are_away_nothing_else_is() -> None:
    server = Server(Scenario(before_s=10, outage_s=20, fault=Fault.SOCKETS))
    assert ask(server, 15, Kind.SOCKET).answer is Answer.REFUSED
    assert ask(server, 15, Kind.HANDSHAKE).answer is Answer.OK


def test_requests_of_one_instant_are_served_one_after_the_other() -> None:
    server = Server(Scenario(capacity_rps=2))
    assert [ask(server, 0.0).after_s for _ in range(3)] == [0.5, 1.0, 1.5]
    assert ask(server, 50.0, Kind.PICTURE).after_s == 0.5


def test_one_without_a_limit_serves_all_at_once() -> None:
    server = Server(Scenario())
    assert [ask(server, 0.0).after_s for _ in range(3)] == [0.0, 0.0, 0.0]


def test_when_the_queue_is_full_the_next_one_is_turned_away_and_costs_nothing() -> None:
    server = Server(Scenario(capacity_rps=10, queue=2))
    answers = [ask(server, 0.0).answer for _ in range(5)]
    assert answers == [Answer.OK] * 3 + [Answer.BUSY] * 2
    assert ask(server, 0.25).after_s == pytest.approx(0.15)


def test_what_takes_longer_than_anybody_waits_is_done_all_the_same() -> None:
    server = Server(Scenario(capacity_rps=0.25))
    assert ask(server, 0.0) == Reply(Answer.OK, 4.0, was_done=True)
    assert ask(server, 0.0) == Reply(Answer.SILENT, PATIENCE_S, was_done=True)
    assert ask(server, 7.0).after_s == PATIENCE_S  # 1 s until it is free, then 4 s of its own


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.SILENT])
def test_what_waits_when_it_goes_is_lost(fault: Fault) -> None:
    server = Server(Scenario(before_s=10, outage_s=20, fault=fault, capacity_rps=1))
    assert ask(server, 9.5) == Reply(Answer.SILENT, PATIENCE_S, was_done=False)
    assert ask(server, 30.0) == Reply(Answer.OK, 1.0, was_done=True)
