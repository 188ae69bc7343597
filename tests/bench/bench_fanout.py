"""From a change of state to every subscriber, against a peer that does the same in the same run.

The peer is FastAPI on uvicorn with websockets, which encodes each event once as ours does; it is
left out where it is not installed. The floor writes ready frames to sockets and does nothing else.
Subscribers live in a process of their own. Ours alone makes a snapshot, numbers, remembers, and
bounds what waits.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from tests.bench.fanout_clients import WARM_UP_S
from tests.bench.fanout_server import EVENTS_PER_S, PEER, peer_is_there
from tests.bench.processes import PATIENCE_S, SilentError
from tests.bench.result import BenchResult

SUBSCRIBERS = (1, 10, 100)
_MODULES = {
    "bare": ("tests.bench.fanout_server", "bare"),
    "ours": ("tests.bench.fanout_server", "ours"),
    "peer": ("tests.bench.fanout_peer",),
}


@dataclass(frozen=True)
class Server:
    """A server that publishes.

    Attributes:
        kind: which.
        port: where.
        process: its process.
    """

    kind: str
    port: int
    process: psutil.Process


@dataclass
class Measured:
    """What was seen of one server with one number of subscribers.

    Attributes:
        ages_s: of every event at every subscriber.
        cpu_s: that the server used.
        wall_s: in how long.
    """

    ages_s: list[float]
    cpu_s: float = 0.0
    wall_s: float = 0.0


def run(seconds: float = 2.5, rounds: int = 2) -> BenchResult:
    """Measure; takes about a minute."""
    kinds = ("bare", "ours", "peer") if peer_is_there() else ("bare", "ours")
    seen = {(kind, count): Measured([]) for kind in kinds for count in SUBSCRIBERS}
    for _ in range(rounds):
        for count in SUBSCRIBERS:
            for kind in kinds:
                with _serving(kind) as server:
                    _measure(server, count, seconds, seen[kind, count])
    return _result(seen, kinds)


def _result(seen: dict[tuple[str, int], Measured], kinds: Sequence[str]) -> BenchResult:
    figures: dict[str, float] = {}
    for (kind, count), measured in seen.items():
        name = f"{kind}_{count}"
        figures[f"{name}_p50_ms"] = statistics.median(measured.ages_s) * 1e3
        figures[f"{name}_p99_ms"] = statistics.quantiles(measured.ages_s, n=100)[98] * 1e3
        figures[f"{name}_cpu_pct"] = measured.cpu_s / measured.wall_s * 100
    others = [kind for kind in kinds if kind != "ours"]
    ratios = {
        f"ours_over_{other}_{count}_{figure}": figures[f"ours_{count}_{figure}_ms"]
        / figures[f"{other}_{count}_{figure}_ms"]
        for other in others
        for count in SUBSCRIBERS
        for figure in ("p50", "p99")
    }
    missing = () if "peer" in kinds else (f"no peer: {', '.join(PEER)} are not all installed",)
    return BenchResult(
        name="fanout",
        figures=figures,
        ratios=ratios,
        notes=(
            f"{EVENTS_PER_S} events a second to 1, 10 and 100 subscribers, each from the change",
            "of state to the subscriber's read; the subscribers share one process and its time.",
            *missing,
        ),
    )


def _measure(server: Server, count: int, seconds: float, into: Measured) -> None:
    command = ("-m", "tests.bench.fanout_clients", str(server.port), str(count), str(seconds))
    before = server.process.cpu_times()
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as clients:
        said, _ = clients.communicate(timeout=PATIENCE_S)
    if clients.returncode:
        raise SilentError(f"the subscribers of {server.kind} failed")
    after = server.process.cpu_times()
    into.ages_s += json.loads(said)
    into.cpu_s += after.user + after.system - before.user - before.system
    into.wall_s += WARM_UP_S + seconds


@contextmanager
def _serving(kind: str) -> Iterator[Server]:
    """Run a server of one kind.

    Raises:
        SilentError: it did not start.
    """
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", *_MODULES[kind]],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline()
            if not port.strip():
                raise SilentError(f"the server {kind} did not start")
            yield Server(kind, int(port), psutil.Process(process.pid))
        finally:
            process.kill()
