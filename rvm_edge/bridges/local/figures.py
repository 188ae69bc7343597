"""Which figures of the machine and of the bridge are shown to Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping

from rvm_edge import __version__
from rvm_edge.bridges.local.fanout import Fanout
from rvm_edge.bridges.local.metrics import Kind, Metric, Sample
from rvm_edge.bridges.local.parts import Snapshot
from rvm_edge.bridges.local.view import MachineView, Spoken
from rvm_edge.statechart.counts import Counts


class FrontDoorCounts:
    """What the bridge counts at its door, all since its start.

    Attributes:
        opened: WebSockets, by protocol.
        refused: handshakes and connections, by why.
        cut: clients, by why.
    """

    def __init__(self) -> None:
        self.opened: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()


class Gauges:
    """Collects the figures when they are asked for."""

    def __init__(
        self,
        view: MachineView,
        fanout: Fanout,
        door: FrontDoorCounts,
        answered: Mapping[tuple[str, str], int],
        listeners: Callable[[], int],
    ) -> None:
        """Prepare.

        Args:
            view: the machine.
            fanout: counts events and listeners.
            door: counts clients.
            answered: requests by verb and outcome.
            listeners: how many clients listen, of all kinds.
        """
        self._view = view
        self._fanout = fanout
        self._door = door
        self._answered = answered
        self._listeners = listeners

    async def collect(self, snapshot: Snapshot) -> tuple[Metric, ...]:
        """Return all figures as they are now; what cannot be measured is left out."""
        return (
            _gauge("rvm_edge_info", "The running program.", _labelled(1, version=__version__)),
            Metric(
                "rvm_edge_state",
                Kind.GAUGE,
                "The active states of the chart.",
                tuple(_labelled(1, state=one) for one in self._view.configuration),
            ),
            *_of_chart(self._view.counts),
            *_of_sensors(snapshot),
            *[metric async for metric in self._of_work()],
            *[metric async for metric in self._of_computer()],
            *self._of_bridge(),
        )

    async def _of_work(self) -> AsyncIterator[Metric]:
        figures = await self._view.telemetry.figures()
        outcomes = (
            _labelled(figures.dropped, outcome="dropped"),
            _labelled(figures.returned, outcome="returned"),
        )
        yield _counter("rvm_edge_items_seen_total", "Items ever seen.", Sample(figures.items))
        yield _counter("rvm_edge_items_settled_total", "Items by where they ended.", *outcomes)
        yield _gauge(
            "rvm_edge_queue_items", "Items not yet at the server.", Sample(figures.waiting)
        )
        yield _gauge(
            "rvm_edge_queue_ambiguous_items",
            "Items sent without an answer that could be believed.",
            Sample(figures.ambiguous),
        )
        yield _gauge("rvm_edge_queue_dead_items", "Items given up.", Sample(figures.dead))
        yield _gauge(
            "rvm_edge_queue_held_items",
            "Items taken when the machine was known as another one, kept for that one.",
            Sample(figures.held),
        )
        yield _gauge("rvm_edge_journal_rows", "Rows of the journal.", Sample(figures.journal_rows))

    async def _of_computer(self) -> AsyncIterator[Metric]:
        health = await self._view.telemetry.health()
        used = [
            _labelled(health.cpu_pct, of="cpu"),
            _labelled(health.memory_pct, of="memory"),
            _labelled(health.disk_pct, of="disk"),
        ]
        if health.gpu_pct is not None:
            used.append(_labelled(health.gpu_pct, of="gpu"))
        yield _gauge("rvm_edge_used_percent", "How much of the computer is in use.", *used)
        if health.cpu_c is not None:
            yield _gauge(
                "rvm_edge_cpu_celsius", "The processor's temperature.", Sample(health.cpu_c)
            )

    def _of_bridge(self) -> Iterator[Metric]:
        door = self._door
        yield _gauge("rvm_edge_bridge_listeners", "Clients that listen.", Sample(self._listeners()))
        yield _counter(
            "rvm_edge_bridge_events_total", "Events told to clients.", Sample(self._fanout.seq)
        )
        yield _by("rvm_edge_bridge_opened_total", "WebSockets opened.", "protocol", door.opened)
        yield _by("rvm_edge_bridge_refused_total", "Who was not let in.", "why", door.refused)
        yield _by("rvm_edge_bridge_cut_total", "Clients that had to go.", "why", door.cut)
        requests = (
            _labelled(count, outcome=outcome, verb=verb)
            for (verb, outcome), count in sorted(self._answered.items())
        )
        yield _counter("rvm_edge_bridge_requests_total", "Requests answered.", *requests)


def _of_chart(counts: Counts) -> Iterator[Metric]:
    yield _counter("rvm_edge_steps_total", "Steps of the chart.", Sample(counts.steps))
    yield _counter("rvm_edge_stale_events_total", "Events of an ended state.", Sample(counts.stale))
    yield _counter("rvm_edge_hung_cleanups_total", "Clean-ups that hung.", Sample(counts.hung))
    yield _by("rvm_edge_errors_total", "Errors of activities.", "event", counts.errors)
    yield _by("rvm_edge_ignored_events_total", "Events nobody took.", "event", counts.ignored)


def _of_sensors(snapshot: Snapshot) -> Iterator[Metric]:
    sensors = snapshot.sensors
    if sensors.bin_pct is not None:
        yield _gauge("rvm_edge_bin_percent", "How full the bin is.", Sample(sensors.bin_pct))
    if sensors.bin_full_pct is not None and sensors.bin_full_by is not None:
        yield _gauge(
            "rvm_edge_bin_full_percent",
            "From which level the bin is full, and who says so.",
            _labelled(sensors.bin_full_pct, by=sensors.bin_full_by.value),
        )
    if sensors.chamber_occupied is not None:
        yield _gauge(
            "rvm_edge_chamber_occupied",
            "Whether something was in the chamber.",
            Sample(float(sensors.chamber_occupied)),
        )
    if sensors.weight_g is not None:
        yield _gauge(
            "rvm_edge_scale_grams", "On the scale, above the tare.", Sample(sensors.weight_g)
        )
    if sensors.temperature_c is not None:
        yield _gauge(
            "rvm_edge_housing_celsius", "Inside the housing.", Sample(sensors.temperature_c)
        )
    if sensors.door_open is not None:
        yield _gauge("rvm_edge_door_open", "The service door.", Sample(float(sensors.door_open)))
    if sensors.controller is not None:
        yield _gauge(
            "rvm_edge_controller",
            "Whether the motor controller answers, and in which dialect.",
            _labelled(sensors.controller is not Spoken.NOTHING, dialect=sensors.controller.value),
        )
    standing = sum(not alarm.acknowledged for alarm in snapshot.alarms.alarms)
    yield _gauge("rvm_edge_alarms", "Alarms that nobody has seen.", Sample(standing))


def _gauge(name: str, about: str, *samples: Sample) -> Metric:
    return Metric(name, Kind.GAUGE, about, samples)


def _counter(name: str, about: str, *samples: Sample) -> Metric:
    return Metric(name, Kind.COUNTER, about, samples)


def _by(name: str, about: str, label: str, counts: Mapping[str, int]) -> Metric:
    samples = (_labelled(count, **{label: key}) for key, count in sorted(counts.items()))
    return _counter(name, about, *samples)


def _labelled(value: float, **labels: str) -> Sample:
    return Sample(value, tuple(labels.items()))
