"""Brings the machine into any state, lets something happen there, and writes down what follows."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import trio
from trio.testing import MockClock

from rvm_edge.machine import Standing
from rvm_edge.orders import Action, Order
from rvm_edge.simulator.credentials import SimulatedCredentials
from rvm_edge.simulator.truth import Fate
from states import paths
from states.chart import CHART
from states.events import MaintenanceEnter, MaintenanceExit
from tests.rig import BOTTLE, CAN, Booted, KilledError, Rig
from tests.states.sabotage import failing_once_in

CASES = Path(__file__).with_name("chains.toml")


@dataclass(frozen=True)
class Case:
    """What followed.

    Attributes:
        chain: the leaves of every configuration, in order, from the incident on.
        items: the ledger's items in the end, as ``state outcome``.
        really_dropped: how many items lie in the world's bin.
        violations: what the ledger's check finds.
    """

    chain: list[str]
    items: list[str]
    really_dropped: int = 0
    violations: tuple[str, ...] = ()


class Cases(msgspec.Struct, frozen=True):
    """What is known of one state."""

    error: Case
    killed: Case


def read_cases() -> dict[str, Cases]:
    """Read what is known."""
    return msgspec.toml.decode(CASES.read_bytes(), type=dict[str, Cases])


async def after_error_in(path: str, folder: Path) -> Case:
    """Let an activity of `path` raise once, and see the machine into service again."""
    rig = Rig(folder, chart=failing_once_in(CHART, path))
    arrange(rig, path)
    async with rig.boot() as booted:
        await approach(booted, path)
        await until_error(booted, path)
        first = next(n for n, step in enumerate(rig.steps) if step.record.event == f"error.{path}")
        await into_service(rig, booted)
        chain = [short(step.after) for step in rig.steps[first:]]
    return await account(rig, chain)


async def after_kill_in(path: str, folder: Path, *, late_s: float = 0.0) -> Case:
    """Kill the process `late_s` after it entered `path`, and boot another one."""
    rig = Rig(folder)
    arrange(rig, path)
    try:
        async with rig.boot() as booted:
            await approach(booted, path)
            await booted.until(path)
            await trio.sleep(late_s)
            booted.kill()
            raise KilledError
    except BaseException as error:
        if not only_killed(error):
            raise
    await trio.sleep(2.0)
    async with rig.boot() as booted:
        await into_service(rig, booted)
        chain = [short(configuration) for configuration in rig.path]
    return await account(rig, chain)


def only_killed(error: BaseException) -> bool:
    """Say whether an exception means nothing but that the process was killed."""
    inner = getattr(error, "exceptions", None)
    if inner is not None:
        return all(only_killed(one) for one in inner)
    return isinstance(error, (KilledError, trio.Cancelled))


def arrange(rig: Rig, path: str) -> None:
    """Set the knobs that lead to `path`."""
    if path == paths.PROVISIONING:
        rig.credentials = SimulatedCredentials(present=False)
    if path == paths.FULL:
        rig.world.set_bin_pct(95.0)
    if path in (paths.ONLINE, paths.OUT_OF_SERVICE, paths.UNAUTHORIZED, paths.BLOCKED):
        rig.cloud.reachable = True
    if path in (paths.OUT_OF_SERVICE, paths.UNAUTHORIZED):
        rig.cloud.answer = Standing.UNAUTHORIZED
    if path == paths.BLOCKED:
        rig.cloud.answer = Standing.BLOCKED
    if path == paths.FAULT:
        rig.eyes.dead = True
    if path == paths.CAPPED:
        rig.link.courier.cap = "two items wait"


async def approach(booted: Booted, path: str) -> None:
    """Do what a person or technician does to bring the machine into `path`."""
    if path == paths.MAINTENANCE:
        await booted.until(paths.IDLE)
        await booted.daemon.runtime.post(MaintenanceEnter())
    elif path == paths.RESTARTING:
        await booted.until(paths.IDLE)
        booted.rig.link.orders.give(Order("1", Action.RESTART))
    elif path == paths.INSPECTION:
        await booted.until(paths.IDLE)
        booted.rig.link.orders.give(Order("1", Action.CAPTURE_IMAGE))
    elif path in (paths.WAITING, paths.DEPOSIT):
        await booted.request()
    elif path.startswith(paths.DEPOSIT):
        await booted.start()
        await booted.insert(CAN if path == paths.REJECT else BOTTLE)


async def until_error(booted: Booted, path: str) -> None:
    """Wait until the sabotage was noticed."""
    with trio.fail_after(600):
        while not any(step.record.event == f"error.{path}" for step in booted.rig.steps):
            await booted.rig.moved.wait()


async def into_service(rig: Rig, booted: Booted, state: str = paths.IDLE) -> None:
    """Lift whatever kept the machine out of service, and wait until it is in `state`."""
    rig.credentials.store()
    rig.cloud.answer = Standing.OK
    rig.link.courier.cap = ""
    rig.eyes.dead = False
    rig.world.set_bin_pct(0.0)
    if await booted.daemon.ledger.flags.is_set("maintenance"):
        await booted.until(paths.MAINTENANCE)
        await booted.daemon.runtime.post(MaintenanceExit())
    await booted.until(state, within_s=2000)


async def account(rig: Rig, chain: list[str]) -> Case:
    """Write down what ledger and world say in the end."""
    found = rig.check()
    async with rig.boot() as booted:
        items = await booted.items()
    return Case(
        chain=chain,
        items=[
            f"{item.state.value} {item.outcome.value if item.outcome else '-'}" for item in items
        ],
        really_dropped=sum(item.fate is Fate.DROPPED for item in rig.world.audit().items),
        violations=tuple(str(violation) for violation in found.violations),
    )


def short(configuration: tuple[str, ...]) -> str:
    """Name a configuration by its leaves."""
    return " + ".join(leaf.rsplit(".", 1)[-1] for leaf in configuration)


def run_in_virtual_time(work: Callable[[str, Path], Awaitable[Case]], path: str) -> Case:
    """Run one case outside pytest."""

    async def main() -> Case:
        with tempfile.TemporaryDirectory() as folder:
            return await work(path, Path(folder))

    return trio.run(main, clock=MockClock(autojump_threshold=0))


def main() -> None:
    """Write every state's cases as they are now."""
    cases = {
        path: Cases(
            run_in_virtual_time(after_error_in, path), run_in_virtual_time(after_kill_in, path)
        )
        for path, state in CHART.walk()
        if state.activities
    }
    lines: list[str] = []
    for path, both in cases.items():
        for kind, case in (("error", both.error), ("killed", both.killed)):
            lines.append(f'["{path}".{kind}]')
            lines.append("chain = [")
            lines.extend(f'    "{step}",' for step in case.chain)
            lines.append("]")
            lines.append(f"items = {msgspec.json.encode(case.items).decode()}")
            lines.append("")
    CASES.write_text("\n".join(lines), encoding="utf-8")
    sys.stdout.write(f"{CASES}: {len(cases)} states; read the diff before you commit it\n")


if __name__ == "__main__":
    main()
