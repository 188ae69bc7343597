"""What a self-test looks at, one check each. Nothing is moved here: that is left to the chart."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import trio

from rvm_edge.bridges.local.condition import Advice, CheckName, CheckState
from rvm_edge.bridges.local.control import RefusedError, Task
from rvm_edge.bridges.local.view import Sensors
from rvm_edge.display.senses import Senses
from rvm_edge.display.technicians_tasks import order_for, order_to_read
from rvm_edge.machine import Eyes, EyesError, Hardware
from rvm_edge.offload import Offload
from rvm_edge.orders import Component, Order
from rvm_edge.settings import Policy, PolicyInForce
from rvm_edge.telemetry import Telemetry

MOST_DISK_PCT: Final = 90.0
MOST_EMPTY_G: Final = 20.0
"""An empty chamber weighs no more than this, or the scale has lost its zero."""

EYES_S: Final = 10.0
MISSED_BEATS: Final = 2.5
"""So many heartbeats without an answer, and the server is not reached."""

_PROBE_BYTES = 4096


class Finding(msgspec.Struct, frozen=True):
    """What came of a check; the fields are those of `rvm_edge.bridges.local.condition.Check`."""

    state: CheckState
    found: str
    advice: Advice = Advice.NONE


def passed(found: str) -> Finding:
    """Say that all is well."""
    return Finding(CheckState.PASSED, found)


def failed(found: str, advice: Advice) -> Finding:
    """Say what is not, and what to do."""
    return Finding(CheckState.FAILED, found, advice)


class Bench(msgspec.Struct, frozen=True):
    """What the checks work with.

    Attributes:
        hardware: which parts are fitted.
        senses: what was last read.
        eyes: whether they are ready.
        telemetry: how full the disk is.
        rules: how the machine is to behave.
        heard_s: how long ago the server last knew the machine, in seconds; None if it never did.
        why_unheard: what is wrong with the server, or "".
        data_dir: lies on the disk that counts.
        offload: where the disk is tried.
        carried_out: has the chart carry out an order, and returns what came of it.
        look: takes a picture of the chamber.
    """

    hardware: Hardware
    senses: Senses
    eyes: Eyes
    telemetry: Telemetry
    rules: PolicyInForce
    heard_s: Callable[[], float | None]
    why_unheard: Callable[[], str]
    data_dir: Path
    offload: Offload
    carried_out: Callable[[Order], Awaitable[str]]
    look: Callable[[], Awaitable[bytes]]


class Checks:
    """The checks of one machine, by name."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        found = bench.hardware
        self.by_name: Mapping[CheckName, Callable[[], Awaitable[Finding]]] = {
            CheckName.DISK: self._disk,
            CheckName.SERVER: self._server,
            CheckName.EYES: self._eyes,
            **{name: partial(self._sensor, name) for name in _SENSORS if _fitted(name, found)},
            CheckName.LIGHT: self._light,
            CheckName.CAMERA: self._camera,
            CheckName.MOTOR: self._motor,
        }

    async def _disk(self) -> Finding:
        health = await self._bench.telemetry.health()
        try:
            await self._bench.offload(partial(_try_disk, self._bench.data_dir))
        except OSError as error:
            return failed(f"cannot be written: {error.strerror or error}", Advice.FREE_DISK)
        used = f"{health.disk_pct:.0f} % in use"
        return passed(used) if health.disk_pct < MOST_DISK_PCT else failed(used, Advice.FREE_DISK)

    async def _server(self) -> Finding:
        await trio.lowlevel.checkpoint()
        heard_s = self._bench.heard_s()
        if heard_s is not None and heard_s < MISSED_BEATS * self._bench.rules.now.heartbeat_s:
            return passed(f"answered {heard_s:.0f} s ago")
        last = "has never answered" if heard_s is None else f"last answered {heard_s:.0f} s ago"
        why = self._bench.why_unheard()
        return failed(f"{last}: {why}" if why else last, Advice.CHECK_NETWORK)

    async def _eyes(self) -> Finding:
        try:
            with trio.fail_after(EYES_S):
                await self._bench.eyes.ready()
        except EyesError as error:
            return failed(str(error), Advice.CHECK_MODEL)
        except trio.TooSlowError:
            return failed(f"not ready within {EYES_S:.0f} s", Advice.CHECK_MODEL)
        return passed("ready to judge")

    async def _sensor(self, name: CheckName) -> Finding:
        try:
            said = await self._bench.carried_out(order_to_read(_SENSORS[name]))
        except RefusedError as error:
            return failed(str(error), Advice.CHECK_WIRING)
        advice = _advice_for(name, self._bench.senses.last, self._bench.rules.now)
        return passed(said) if advice is Advice.NONE else failed(said, advice)

    async def _light(self) -> Finding:
        return await self._ordered(Task.TEST_LIGHT, Advice.CHECK_LAMP)

    async def _camera(self) -> Finding:
        try:
            jpeg = await self._bench.look()
        except RefusedError as error:
            return failed(str(error), Advice.CHECK_CAMERA)
        return passed(f"a picture of {len(jpeg) / 1000:.0f} kB was taken")

    async def _motor(self) -> Finding:
        if self._bench.senses.last.door_open is not False:
            return Finding(CheckState.SKIPPED, "the door is not known to be shut", Advice.SHUT_DOOR)
        return await self._ordered(Task.TEST_MOTOR, Advice.CHECK_MECHANISM)

    async def _ordered(self, task: Task, advice: Advice) -> Finding:
        order = order_for(task)
        assert order is not None
        try:
            return passed(await self._bench.carried_out(order))
        except RefusedError as error:
            return failed(str(error), advice)


_SENSORS: Final[Mapping[CheckName, Component]] = {
    CheckName.DOOR: Component.DOOR,
    CheckName.SLOT: Component.SLOT,
    CheckName.CHAMBER: Component.CHAMBER,
    CheckName.BIN: Component.BIN,
    CheckName.SCALE: Component.SCALE,
    CheckName.THERMOMETER: Component.THERMOMETER,
}


def _fitted(name: CheckName, hardware: Hardware) -> bool:
    if name is CheckName.SCALE:
        return hardware.scale is not None
    return name is not CheckName.THERMOMETER or hardware.thermometer is not None


def _advice_for(name: CheckName, now: Sensors, policy: Policy) -> Advice:
    """Say what to do about a reading that is one, and yet cannot stay."""
    if name is CheckName.SLOT and now.slot_occupied:
        return Advice.CLEAN_SENSOR
    if name is CheckName.CHAMBER and now.chamber_occupied:
        return Advice.CLEAR_CHAMBER
    if name is CheckName.BIN and now.bin_pct is not None and now.bin_pct >= policy.bin_full_pct:
        return Advice.EMPTY_BIN
    if name is CheckName.SCALE and now.weight_g is not None and now.chamber_occupied is False:
        return Advice.RECALIBRATE if abs(now.weight_g) > MOST_EMPTY_G else Advice.NONE
    return Advice.NONE


def _try_disk(folder: Path) -> None:
    """Write a little and have it on the disk; blocks.

    Raises:
        OSError: the disk refuses.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(_PROBE_BYTES))
        file.flush()
        os.fsync(file.fileno())
