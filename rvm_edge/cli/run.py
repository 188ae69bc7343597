"""`rvm-edge run`: the machine itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.options import hardware_map, json_option, locations, settings

if TYPE_CHECKING:
    from rvm_edge.locations import Locations
    from rvm_edge.settings import Settings
    from rvm_edge.statechart.publishing import Step


@click.command("run", epilog="Exit codes: 0 stopped by SIGTERM or SIGINT; 78 wrong settings.")
@click.option("--simulate", is_flag=True, help="Run in a simulated world, for laptops.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the simulated world.")
@json_option
def command(*, simulate: bool, seed: int, as_json: bool) -> None:
    """Run the machine until it is told to stop; one line per transition on stderr."""
    if not simulate:
        simulated = ", ".join(hardware_map().simulated_ports())
        raise CommandError(
            f"this version has no driver for these ports of a real machine: {simulated}; "
            "say rvm-edge run --simulate"
            if simulated
            else "this version cannot run real hardware yet; say rvm-edge run --simulate"
        )
    import trio

    trio.run(_run, locations(writes=True), settings(), seed, as_json)


async def _run(
    here: Locations,
    chosen: Settings,
    seed: int,
    as_json: bool,  # noqa: FBT001 - trio.run passes by position
) -> None:
    import signal

    import trio

    from rvm_edge.cli.demo.machine import simulated_machine

    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with (
            simulated_machine(here, chosen, seed=seed, travel_scale=1.0, virtual=False) as machine,
            trio.open_nursery() as nursery,
        ):

            async def tell() -> None:
                _tell_leaves(machine.daemon.runtime.configuration, as_json=as_json)
                with machine.daemon.runtime.subscribe(1000) as steps:
                    async for step in steps:
                        _tell(step, as_json=as_json)

            nursery.start_soon(tell)
            async for _ in signals:
                break
            nursery.cancel_scope.cancel()


def _tell_leaves(leaves: tuple[str, ...], *, as_json: bool) -> None:
    if not as_json:
        sys.stderr.write(f"running in {' + '.join(leaves)}\n")


def _tell(step: Step, *, as_json: bool) -> None:
    record = step.record
    if as_json:
        import msgspec

        line = msgspec.json.encode(record).decode()
    else:
        line = f"{record.at} {record.seq:>6} {record.event:34} {' + '.join(record.after)}"
    sys.stderr.write(f"{line}\n")
