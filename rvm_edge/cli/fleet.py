"""`rvm-edge fleet`: many machines lose their server at once, and what it feels when it is back."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from rvm_edge.cli.options import json_option, print_json, settings
from rvm_edge.cli.progress import progress
from rvm_edge.simulator.fleet.scenario import Fault, Manner, Scenario

if TYPE_CHECKING:
    from rvm_edge.simulator.fleet.account import Account

_BOTH = "both"
_USUAL = Scenario()


@click.command(
    "fleet",
    epilog="Nothing is sent anywhere: it is a simulation, by the settings of this machine. "
    "The same options give the same figures.",
)
@click.option(
    "--machines",
    type=click.IntRange(1, 100_000),
    default=10_000,
    show_default=True,
    help="How many.",
)
@click.option(
    "--outage",
    "outage_s",
    type=click.IntRange(1, 86_400),
    default=600,
    show_default=True,
    metavar="S",
    help="For how many seconds the server is away.",
)
@click.option(
    "--fault",
    type=click.Choice([fault.value for fault in Fault]),
    default=Fault.REFUSED.value,
    show_default=True,
    help="How: nobody at its port, no answer at all, no way to it, or only its WebSocket server.",
)
@click.option(
    "--policy",
    type=click.Choice([*(manner.value for manner in Manner), _BOTH]),
    default=_BOTH,
    show_default=True,
    help="How the machines behave: as these do, or with a fixed wait and everything anew.",
)
@click.option(
    "--capacity",
    "capacity_rps",
    type=click.FloatRange(min=0, min_open=True),
    metavar="RPS",
    help="Requests that the server can serve in a second. Default: any number.",
)
@click.option(
    "--queue",
    type=click.IntRange(min=0),
    default=_USUAL.queue,
    show_default=True,
    help="How many may wait there; the next one gets 503.",
)
@click.option(
    "--items",
    "items_per_hour",
    type=click.FloatRange(0, 3_600),
    default=_USUAL.items_per_hour,
    show_default=True,
    help="Items that each machine takes in an hour.",
)
@click.option(
    "--after",
    "after_s",
    type=click.IntRange(1, 86_400),
    default=_USUAL.after_s,
    show_default=True,
    metavar="S",
    help="For how long is watched after the server's return.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="For what is left to chance.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print every second as a line of CSV.")
def command(
    *,
    machines: int,
    outage_s: int,
    fault: str,
    policy: str,
    capacity_rps: float | None,
    queue: int,
    items_per_hour: float,
    after_s: int,
    seed: int,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Simulate many machines that lose their server at once, and how they come back."""
    from rvm_edge.simulator.fleet.simulation import simulate

    if as_json and as_csv:
        raise click.UsageError("Give either --json or --csv.", click.get_current_context())
    scenario = Scenario(
        machines=machines,
        outage_s=outage_s,
        fault=Fault(fault),
        items_per_hour=items_per_hour,
        capacity_rps=capacity_rps,
        queue=queue,
        after_s=after_s,
        seed=seed,
    )
    manners = list(Manner) if policy == _BOTH else [Manner(policy)]
    chosen = settings()
    with progress("simulating", len(manners) * scenario.ends_at_s) as step:
        accounts = [simulate(scenario, manner, chosen, step) for manner in manners]
    if as_json:
        print_json({"scenario": scenario, "accounts": [_as_plain(one) for one in accounts]})
    elif as_csv:
        _print_csv(accounts)
    else:
        _print_report(accounts)


def _as_plain(account: Account) -> dict[str, object]:
    from rvm_edge.simulator.fleet.account import peak

    after = account.afterwards
    return {
        "policy": account.manner,
        "usual_rps": round(account.usual_rps, 1),
        "peak_away_rps": peak(account.away),
        "peak_back_rps": peak(after),
        "peak_tenth": account.densest_tenth,
        "tries_away": sum(one.sent for one in account.away),
        "requests_back": sum(one.sent for one in after),
        "turned_away": sum(one.turned_away for one in after),
        "in_vain": sum(one.in_vain for one in after),
        "told_again": account.told_again,
        "heard_50_s": _rounded(account.heard_within_s(0.5)),
        "heard_99_s": _rounded(account.heard_within_s(0.99)),
        "caught_up_99_s": _rounded(account.caught_up_within_s(0.99)),
        "online_at_end": account.seconds[-1].online,
        "recovered": account.recovered,
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _print_csv(accounts: Sequence[Account]) -> None:
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["policy", *accounts[0].seconds[0].__struct_fields__])
    for account in accounts:
        for second in account.seconds:
            rows.writerow([account.manner.value, *msgspec.structs.astuple(second)])


def _print_report(accounts: Sequence[Account]) -> None:
    from rvm_edge.cli.fleet_histogram import report

    for line in report(accounts):
        click.echo(line)
