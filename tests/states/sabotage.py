"""Variants of a chart in which something goes wrong on purpose."""

from __future__ import annotations

from collections.abc import Callable

import trio
from msgspec.structs import replace

from rvm_edge.machine import Machine
from rvm_edge.statechart.definition import Activity, Chart, State, StatePath
from states.context import Ctx, MachineState


class SabotageError(Exception):
    """Raised inside an activity, as any bug would be."""


def failing_once_in(chart: Chart[Machine], path: StatePath) -> Chart[Machine]:
    """Return `chart` with `path` raising on its first entry, before any of its activities acts."""
    entries = [0]

    async def sabotage(_here: Ctx) -> None:
        entries[0] += 1
        await trio.lowlevel.checkpoint()
        if entries[0] == 1:
            raise SabotageError(f"sabotaged in {path}")

    def held_back(activity: Activity[Machine]) -> Activity[Machine]:
        async def after_sabotage(here: Ctx) -> None:
            await trio.lowlevel.checkpoint()
            if entries[0] > 1:
                await activity(here)

        return after_sabotage

    def sabotaged(state: MachineState) -> MachineState:
        return replace(
            state, activities=(sabotage, *(held_back(activity) for activity in state.activities))
        )

    return changed(chart, path, sabotaged)


def changed(
    chart: Chart[Machine], path: StatePath, change: Callable[[MachineState], MachineState]
) -> Chart[Machine]:
    """Return `chart` with one state replaced."""

    def below(prefix: str, states: tuple[State[Machine], ...]) -> tuple[State[Machine], ...]:
        return tuple(
            change(state)
            if f"{prefix}{state.name}" == path
            else replace(state, children=below(f"{prefix}{state.name}.", state.children))
            for state in states
        )

    return replace(chart, states=below("", chart.states))
