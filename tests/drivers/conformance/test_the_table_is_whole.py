"""A port, a driver or a fault without a cell in the conformance table cannot pass."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from msgspec.structs import fields

import drivers
from rvm_edge.hardware_map import SERVED, Driver
from rvm_edge.machine import Hardware
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.world import World
from tests.drivers.conformance.collected import BEHIND_RIGS, ONLY_AT, collected
from tests.drivers.conformance.excuses import EXCUSES, excuse_for
from tests.drivers.conformance.matrix import PORTS, WAYS, Trial, cells, shows
from tests.drivers.conformance.simulated_faults import PUT_AS, SHOWN_IN
from tests.drivers.rigs import QUICK, build

CHECKOUT = Path(__file__).resolve().parents[3]
FOLDER = {way.name: way.folder for way in WAYS}


def test_every_port_of_the_machine_has_its_table() -> None:
    # The bin's own sensor once more, as a distance; and what is known of the wire, without asking.
    no_parts = {"bin_gauge", "wire"}
    assert set(PORTS) == {field.name for field in fields(Hardware)} - no_parts


def test_every_driver_of_a_hardware_map_has_a_column_that_serves_what_it_serves() -> None:
    for driver in Driver:
        columns = [way for way in WAYS if way.kind is driver]
        assert columns, f"{driver} has no column"
        assert all(SERVED[driver] - {"changes"} <= way.serves for way in columns)


def test_every_folder_of_drivers_has_a_column() -> None:
    package = Path(drivers.__path__[0])
    folders = {one.name for one in package.iterdir() if (one / "__init__.py").exists()}
    assert folders == {way.folder for way in WAYS}


def test_every_fault_is_put_to_some_port() -> None:
    assert {trial for trials in PORTS.values() for trial in trials} == set(Trial)


def test_every_fault_of_the_simulated_machine_is_put_to_the_drivers_or_shown_elsewhere() -> None:
    assert set(PUT_AS) | set(SHOWN_IN) == set(Fault)
    assert not set(PUT_AS) & set(SHOWN_IN)
    for fault, file in SHOWN_IN.items():
        assert f"Fault.{fault.name}" in (CHECKOUT / file).read_text()


def test_every_rig_has_a_column(request: pytest.FixtureRequest) -> None:
    assert set(BEHIND_RIGS.values()) <= set(FOLDER)
    params = request.session._fixturemanager.getfixturedefs("rig", request.node)
    assert params is not None
    assert set(params[-1].params or ()) == set(BEHIND_RIGS)


def whose(driver: object) -> str:
    """Return the module that a driver comes from, or that of whoever intercepts its calls."""
    return type(getattr(driver, "by", driver)).__module__


@pytest.mark.parametrize("rig", BEHIND_RIGS)
async def test_a_rig_has_a_driver_of_its_own_exactly_where_its_cells_say_so(
    rig: str, tmp_path: Path
) -> None:
    way = BEHIND_RIGS[rig]
    async with AsyncExitStack() as stack:
        hardware = await build(rig, World(QUICK), tmp_path, stack)
    folder = f"drivers.{FOLDER[way]}."
    own = {name for name in PORTS if whose(getattr(hardware, name)).startswith(folder)}
    assert own - {"changes"} == ONLY_AT.get(way, set(PORTS) - {"changes"})


def test_every_cell_is_shown_or_excused_and_no_excuse_is_idle() -> None:
    promised, shown = set(cells()), collected()
    assert set(shown) <= promised, "shown where nothing is promised"
    empty = promised - set(shown)
    assert [cell for cell in sorted(empty) if excuse_for(cell) is None] == []
    assert [one for one in EXCUSES if not any(one is excuse_for(cell) for cell in empty)] == []


def test_a_test_cannot_show_what_there_is_not() -> None:
    with pytest.raises(ValueError, match="no port or way is called cammera"):
        shows(Trial.WORKS, "cammera")
