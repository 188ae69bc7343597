"""A small chart with one of everything, for the tests of what is made from charts."""

from __future__ import annotations

from typing import ClassVar

import pytest

from rvm_edge.statechart.definition import (
    Chart,
    Configuration,
    Context,
    Event,
    Guard,
    State,
    Timeout,
    Transition,
    error_in,
    timeout_of,
)


class SwitchedOn(Event, frozen=True):
    name: ClassVar[str] = "switched.on"


class SwitchedOff(Event, frozen=True):
    name: ClassVar[str] = "switched.off"


class Wanted(Event, frozen=True):
    name: ClassVar[str] = "water.wanted"

    litres: int = 1


class Toggled(Event, frozen=True):
    name: ClassVar[str] = "lamp.toggled"


class Tick(Event, frozen=True):
    name: ClassVar[str] = "tick"


async def run_motor(_context: Context[None]) -> None:
    """Pump."""


async def watch_level(_context: Context[None]) -> None:
    """Watch."""


def _is_dry(event: Event, _now: Configuration) -> bool:
    return isinstance(event, Wanted) and event.litres > 9


def _is_still(_event: Event, now: Configuration) -> bool:
    return "running.flow.idle" in now


IS_DRY = Guard("is_dry", "more is wanted than <the tank> holds | ever", _is_dry)
IS_STILL = Guard("is_still", "nothing is moving", _is_still, configuration_only=True)


@pytest.fixture
def pump() -> Chart[None]:
    """A pump with a lamp: 2 regions, 6 configurations, every kind of row."""
    return Chart(
        name="pump",
        states=(
            State("off", "No power & no water.", rests="until it is switched on"),
            State(
                "running",
                "Ready to pump.",
                activities=(watch_level,),
                parallel=True,
                children=(
                    State(
                        "flow",
                        "What the motor does.",
                        children=(
                            State("idle", "The motor stands.", rests="nobody may be thirsty"),
                            State(
                                "pumping",
                                "The motor turns -- loudly.",
                                activities=(run_motor,),
                                timeout=Timeout(2.5),
                            ),
                        ),
                        initial="idle",
                    ),
                    State(
                        "lamp",
                        "Whether the lamp is lit.",
                        children=(
                            State("dark", "The lamp is dark.", rests="as long as people like"),
                            State("lit", "The lamp is lit.", rests="as long as people like"),
                        ),
                        initial="dark",
                    ),
                ),
            ),
            State("broken", "It needs a technician.", rests="until a technician comes"),
        ),
        initial="off",
        events=(SwitchedOn, SwitchedOff, Wanted, Toggled, Tick),
        transitions=(
            Transition("switched.on", "off", "running"),
            Transition("switched.off", "running", "off", guard=IS_STILL, doc="never dry | ever"),
            Transition("switched.off", "broken", "off"),
            Transition("switched.on", "broken", "running"),
            Transition("water.wanted", "running.flow.idle", "running.flow.pumping", unless=IS_DRY),
            Transition("water.wanted", "running.flow.idle", "running.flow.idle", doc="too much"),
            Transition(
                timeout_of("running.flow.pumping"), "running.flow.pumping", "running.flow.idle"
            ),
            Transition("lamp.toggled", "running.lamp.dark", "running.lamp.lit"),
            Transition("lamp.toggled", "running.lamp.lit", "running.lamp.dark"),
            Transition("tick", "running.lamp.lit", None),
            Transition(error_in("running"), "running", "broken"),
            Transition(
                error_in("running.flow.pumping"), "running.flow.pumping", "running.flow.idle"
            ),
            Transition(error_in("cleanup"), "running", "broken"),
            Transition(error_in("guard"), "running", "broken"),
            Transition(error_in("cleanup"), "off", "off"),
            Transition(error_in("guard"), "off", "off"),
            Transition(error_in("cleanup"), "broken", "broken"),
            Transition(error_in("guard"), "broken", "broken"),
        ),
    )
