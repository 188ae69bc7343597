"""What lies between the host and a simulated machine: power, and the cable to the controller."""

from __future__ import annotations

from collections.abc import Callable

from drivers.ports import DeviceGoneError, Signal, WrongAnswerError
from drivers.sim.link import Verb
from rvm_edge.simulator.faults import Fault, FaultBoard
from rvm_edge.simulator.firmware import Firmware
from rvm_edge.simulator.passage import Passage


class Wiring:
    """Power and cable. What was asked before either was gone is never answered, come back or not.

    Attributes:
        powered: whether there is power.
    """

    def __init__(self, passage: Passage, faults: FaultBoard, firmware: Firmware) -> None:
        self.powered = True
        self._passage = passage
        self._faults = faults
        self._firmware = firmware
        self._pulled = 0

    def pull(self) -> None:
        """Pull the cable out of the controller; it may be back at once."""
        self._pulled += 1

    def cut_power(self) -> None:
        """Cut the power, which nobody at the other end of the cable survives."""
        self.powered = False
        self.pull()

    def power_check(self) -> Callable[[], None]:
        """Return a check that raises `DeviceGoneError` while there is no power."""

        def powered() -> None:
            if not self.powered:
                raise DeviceGoneError("the machine has no power")

        return powered

    def connection_check(self) -> Callable[[], None]:
        """Return a check that raises `DeviceGoneError` once power or cable were gone."""
        pulled, powered = self._pulled, self.power_check()

        def connected() -> None:
            powered()
            if self._pulled != pulled or self._faults.stands(Fault.UNPLUGGED):
                raise DeviceGoneError("the motor controller is unplugged")

        return connected

    async def command(self, verb: Verb, signal: Signal | None) -> None:
        """Pass a command to the controller, with all that may happen to it on its way there.

        Raises:
            DriverError: as the controller says, or where its answer is lost or wrong.
        """
        faults = self._faults
        connected = self.connection_check()
        connected()
        if faults.fires(Fault.CONTROLLER_DEAF):
            await self._passage.forever(connected)
        self._firmware.hear()
        if faults.fires(Fault.CONTROLLER_RESETS):
            self._firmware.reset()
            await self._passage.forever(connected)
        if faults.fires(Fault.COMMAND_UNKNOWN):
            raise WrongAnswerError(f"{verb.value}: the controller does not know the command")
        await self._firmware.perform(verb, signal, connected)
        late_s = faults.value(Fault.ACK_LATE, 5.0)
        if faults.fires(Fault.ACK_LATE):
            await self._passage.after(late_s, connected)
        if faults.fires(Fault.CONTROLLER_MUTE) or faults.fires(Fault.ACK_CORRUPTED):
            await self._passage.forever(connected)
        if faults.fires(Fault.ACK_WRONG):
            raise WrongAnswerError(f"{verb.value}: the controller confirmed something else")
