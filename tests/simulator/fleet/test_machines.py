"""What a single machine of either manner sends, and what the server is told twice."""

from __future__ import annotations

import pytest

from rvm_edge.settings import CloudSettings, ReverbSettings, Settings, SyncSettings
from rvm_edge.simulator.fleet.member import Member
from rvm_edge.simulator.fleet.process import Process
from rvm_edge.simulator.fleet.scenario import Fault, Scenario
from rvm_edge.simulator.fleet.server import Kind
from tests.simulator.fleet.rig import Bench

CALM = Scenario(before_s=1_000, outage_s=1, items_per_hour=0)


def taking(machine: Member, *moments_s: float) -> Process:
    """Take one item at each of these moments."""
    for moment_s in moments_s:
        yield moment_s - machine.clock.now_s
        machine.take(1)


class TestOurs:
    def test_it_beats_once_each_heartbeat_from_its_own_moment_on(self) -> None:
        bench = Bench(CALM)
        machine = bench.ours()
        machine.begin()
        bench.clock.agenda.advance(500)
        first_s, *others_s = bench.tally.times_s(Kind.HEARTBEAT)
        assert 0 < first_s < 35
        assert others_s == pytest.approx([first_s + 35 * n for n in range(1, len(others_s) + 1)])
        assert len(others_s) == (500 - first_s) // 35

    def test_what_waits_goes_in_batches_and_each_picture_by_itself(self) -> None:
        sync = SyncSettings(batch_items=50)
        bench = Bench(CALM, Settings(cloud=CloudSettings(sync=sync)))
        machine = bench.ours()
        machine.take(120)
        machine.start(couriers=machine.couriers())
        bench.clock.agenda.advance(1)
        assert len(bench.tally.times_s(Kind.RECORDS)) == 3
        assert len(bench.tally.times_s(Kind.PICTURE)) == 120
        assert (machine.recorded, machine.pictured, bench.tally.waiting) == (120, 120, 0)

    def test_an_item_taken_online_is_told_at_once(self) -> None:
        bench = Bench(CALM)
        machine = bench.ours()
        machine.start(couriers=machine.couriers())
        bench.clock.spawn(taking(machine, 12.5, 80.0))
        bench.clock.agenda.advance(100)
        assert bench.tally.requests == [
            (Kind.RECORDS, 12.5),
            (Kind.PICTURE, 12.5),
            (Kind.RECORDS, 80.0),
            (Kind.PICTURE, 80.0),
        ]

    def test_a_batch_whose_answer_came_too_late_is_told_again_and_counted(self) -> None:
        bench = Bench(Scenario(before_s=1_000, outage_s=1, capacity_rps=0.15, items_per_hour=0))
        machine = bench.ours()
        machine.take(3)
        machine.start(couriers=machine.couriers())
        bench.clock.agenda.advance(20)
        told = len(bench.tally.times_s(Kind.RECORDS))
        assert told > 1
        assert bench.tally.told_again == 3 * (told - 1)
        assert machine.recorded == 0

    def test_what_was_delivered_before_a_failure_is_not_delivered_again(self) -> None:
        bench = Bench(Scenario(before_s=10, outage_s=300, items_per_hour=0))
        machine = bench.ours()
        machine.begin()
        bench.clock.spawn(taking(machine, 5.0, 5.0, 20.0))
        bench.clock.agenda.advance(600)
        assert machine.pictured == machine.taken == 3
        assert machine.is_online
        assert bench.tally.told_again == bench.tally.waiting == 0

    def test_a_link_that_is_back_ends_the_pauses_of_the_one_that_was_lost(self) -> None:
        bench = Bench(Scenario(before_s=0, outage_s=10, items_per_hour=0))
        machine = bench.ours()
        machine.take(1)
        machine._pictures_pause.until_s = machine._records_pause.until_s = 500.0
        bench.clock.agenda.advance(100)
        assert (machine.recorded, machine.pictured, bench.tally.waiting) == (0, 0, 1)
        machine.start(couriers=machine.couriers())
        bench.clock.agenda.advance(101)
        assert (machine.recorded, machine.pictured, bench.tally.waiting) == (1, 1, 0)

    def test_deliveries_rest_while_the_link_is_lost(self) -> None:
        bench = Bench(Scenario(before_s=10, outage_s=900, items_per_hour=0))
        machine = bench.ours()
        machine.begin()
        bench.clock.agenda.advance(300)
        assert not machine.is_online
        before = len(bench.tally.times_s(Kind.RECORDS))
        machine.take(5)
        bench.clock.agenda.advance(900)
        assert len(bench.tally.times_s(Kind.RECORDS)) == before

    def test_a_socket_that_counts_takes_the_link_and_one_that_does_not_comes_back_alone(
        self,
    ) -> None:
        scenario = Scenario(before_s=10, outage_s=3, fault=Fault.SOCKETS, items_per_hour=0)
        for counts in (True, False):
            reverb = ReverbSettings(app_key="key", loss_is_offline=counts)
            bench = Bench(scenario, Settings(cloud=CloudSettings(reverb=reverb)))
            bench.ours().begin()
            bench.clock.agenda.advance(200)
            assert bool(bench.tally.times_s(Kind.HANDSHAKE)) is counts
            sockets_s = bench.tally.times_s(Kind.SOCKET)
            assert sockets_s
            assert [at_s >= 13 for at_s in sockets_s].index(True) == len(sockets_s) - 1

    def test_a_machine_without_a_socket_never_asks_for_one(self) -> None:
        bench = Bench(Scenario(before_s=10, outage_s=30, fault=Fault.SOCKETS, items_per_hour=0))
        bench.ours().begin()
        bench.clock.agenda.advance(200)
        assert {kind for kind, _ in bench.tally.requests} == {Kind.HEARTBEAT}

    def test_a_silence_shorter_than_the_socket_needs_to_notice_costs_no_socket(self) -> None:
        settings = Settings(cloud=CloudSettings(reverb=ReverbSettings(app_key="key")))
        bench = Bench(Scenario(before_s=10, outage_s=9, fault=Fault.SILENT), settings)
        bench.ours().begin()
        bench.clock.agenda.advance(200)
        assert bench.tally.times_s(Kind.SOCKET) == []


class TestNaive:
    def test_it_tries_every_five_seconds_from_the_moment_the_server_closes(self) -> None:
        bench = Bench(Scenario(before_s=10, outage_s=32, items_per_hour=0))
        machine = bench.naive()
        machine.begin()
        bench.clock.agenda.advance(100)
        assert bench.tally.times_s(Kind.HANDSHAKE) == [15, 20, 25, 30, 35, 40, 45]
        assert machine.is_online

    def test_one_failure_and_everything_is_told_again(self) -> None:
        bench = Bench(Scenario(before_s=0, outage_s=1, items_per_hour=0, capacity_rps=0.15))
        machine = bench.naive()
        machine.take(2)
        machine._known_there = machine.recorded = machine.pictured = 1
        machine.now_online(True)
        machine.start(couriers=[machine._deliver()])
        bench.clock.agenda.advance(6)
        assert not machine.is_online
        assert (machine.recorded, machine.pictured, bench.tally.waiting) == (0, 0, 2)
