"""How a fleet came through an outage, as text: figures, and a bar for each stretch of time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from rvm_edge.simulator.fleet.account import Account, peak

_ROWS = 25
_STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200)
_WIDTH = 30
_EIGHTHS = " ▏▎▍▌▋▊▉"


def report(accounts: Sequence[Account]) -> Iterator[str]:
    """Lay out accounts of the same scenario for people, line by line."""
    yield from _table(accounts)
    yield ""
    yield from _bars(accounts)


def _table(accounts: Sequence[Account]) -> Iterator[str]:
    rows: list[tuple[str, list[str]]] = [
        ("", [account.manner.value for account in accounts]),
        ("requests/s before", [f"{account.usual_rps:,.0f}" for account in accounts]),
        ("most in a second while it is away", [f"{peak(a.away):,}" for a in accounts]),
        ("most in a second once it is back", [f"{peak(a.afterwards):,}" for a in accounts]),
        ("most in a tenth of a second there", [f"{a.densest_tenth:,}" for a in accounts]),
        ("tries while it is away", [f"{sum(one.sent for one in a.away):,}" for a in accounts]),
        (
            "requests once it is back",
            [f"{sum(one.sent for one in a.afterwards):,}" for a in accounts],
        ),
        (
            "  turned away with 503",
            [f"{sum(one.turned_away for one in a.afterwards):,}" for a in accounts],
        ),
        (
            "  done, but too late",
            [f"{sum(one.in_vain for one in a.afterwards):,}" for a in accounts],
        ),
        ("records told twice", [f"{account.told_again:,}" for account in accounts]),
        ("half have an answer after", [_seconds(a.heard_within_s(0.5)) for a in accounts]),
        ("99 % have an answer after", [_seconds(a.heard_within_s(0.99)) for a in accounts]),
        ("99 % have delivered all after", [_seconds(a.caught_up_within_s(0.99)) for a in accounts]),
        ("fleet and server recover", ["yes" if a.recovered else "NO" for a in accounts]),
    ]
    for name, cells in rows:
        yield f"{name:<36}{''.join(f'{cell:>12}' for cell in cells)}"


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s"


def _bars(accounts: Sequence[Account]) -> Iterator[str]:
    first = accounts[0].seconds
    step_s = next((s for s in _STEPS_S if len(first) / s <= _ROWS), _STEPS_S[-1])
    columns = [_peaks(account, step_s) for account in accounts]
    scale = max(max(column.values()) for column in columns) or 1
    yield f"requests sent, the most in a second of each {step_s} s; × while the server is away"
    yield f"{'':>10}{''.join(f'{a.manner.value:<{_WIDTH + 10}}' for a in accounts)}".rstrip()
    for at_s in columns[0]:
        away = -accounts[0].scenario.outage_s <= at_s < 0
        cells = "".join(f"{_bar(column[at_s], scale):<{_WIDTH + 10}}" for column in columns)
        yield f"{at_s:>+6} s {'×' if away else ' '} {cells}".rstrip()


def _peaks(account: Account, step_s: int) -> dict[int, int]:
    """Return the most requests in a second of each stretch, by when the stretch begins."""
    stretches = itertools.groupby(account.seconds, lambda one: one.at_s // step_s * step_s)
    return {at_s: peak(tuple(seconds)) for at_s, seconds in stretches}


def _bar(value: int, scale: int) -> str:
    whole, rest = divmod(round(value / scale * _WIDTH * 8), 8)
    return f"{'█' * whole}{_EIGHTHS[rest]}".rstrip() + f" {value:,}"
