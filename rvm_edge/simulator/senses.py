"""What the simulated sensors say of the truth, and how they lie about it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from drivers.ports import Encoding, PictureError, ReadingError
from drivers.sim.link import Answer, Shot, Verb
from rvm_edge.simulator.chamber import Chamber
from rvm_edge.simulator.faults import Fault, FaultBoard
from rvm_edge.simulator.mechanism import Mechanism
from rvm_edge.simulator.noise import as_taken
from rvm_edge.simulator.passage import Passage
from rvm_edge.simulator.pictures import plain_png
from rvm_edge.simulator.timings import Timings

_SCALE_NOISE_G = 0.2
_SCALE_SWINGS_G = 25.0
_ROOM_C = 31.0
_DARK, _LIT_AND_EMPTY = 0, 96
"""Grey of a picture in the dark, and of an empty chamber of which there is no photograph."""

_PLACES = {
    Verb.CHAMBER: (
        Fault.CHAMBER_UNREADABLE,
        Fault.CHAMBER_STUCK_OCCUPIED,
        Fault.CHAMBER_STUCK_FREE,
        Fault.CHAMBER_BOUNCES,
    ),
    Verb.SLOT: (
        Fault.SLOT_UNREADABLE,
        Fault.SLOT_STUCK_OCCUPIED,
        Fault.SLOT_STUCK_FREE,
        Fault.SLOT_BOUNCES,
    ),
}


class Senses:
    """Barriers, camera, scale, bin and thermometer."""

    def __init__(
        self,
        *,
        passage: Passage,
        chamber: Chamber,
        mechanism: Mechanism,
        faults: FaultBoard,
        timings: Timings,
        chance: random.Random,
        empty_pictures: Sequence[Path] = (),
    ) -> None:
        self._passage = passage
        self._chamber = chamber
        self._mechanism = mechanism
        self._faults = faults
        self._timings = timings
        self._chance = chance
        self._empty_pictures = tuple(empty_pictures)
        self._tare_g = 0.0
        self._shot: Shot | None = None
        self._sequence = 0
        self.bin_pct = 0.0

    async def read(self, verb: Verb, unless: Callable[[], None]) -> Answer:
        """Read the sensor that `verb` names; `unless` raises when the power goes.

        Raises:
            ReadingError: the sensor gives nothing.
            PictureError: the camera gives nothing.
        """
        if verb is Verb.PICTURE:
            with self._mechanism.lamp.exposure(self._passage.now):
                return await self._picture(unless)
        if verb in _PLACES:
            return self._occupied(verb)
        readings: dict[Verb, Callable[[], Answer]] = {
            Verb.BIN_LEVEL: self._bin_level,
            Verb.TEMPERATURE: self._temperature,
            Verb.DOOR_OPEN: lambda: self._mechanism.door_is_open,
            Verb.WEIGH: self._weight_g,
            Verb.TARE: self._tare,
        }
        return readings[verb]()

    async def _picture(self, unless: Callable[[], None]) -> Shot:
        if self._faults.fires(Fault.CAMERA_GONE):
            raise PictureError("the camera is gone")
        late_s = self._faults.value(Fault.CAMERA_LATE, 10.0)
        if self._faults.fires(Fault.CAMERA_LATE):
            await self._passage.after(late_s, unless)
        await self._passage.after(self._timings.exposure_s, unless)
        if self._shot is not None and self._faults.fires(Fault.CAMERA_FROZEN):
            return self._shot
        self._sequence += 1
        if self._shot is not None and self._faults.fires(Fault.CAMERA_REPEATS):
            return Shot(self._shot.data, self._shot.encoding, self._sequence)
        self._shot = self._look()
        return self._shot

    def _look(self) -> Shot:
        lit = self._mechanism.lamp.lit and not self._faults.stands(Fault.LAMP_DEAD)
        glows = any(item.specimen.glows for item in self._chamber.inside)
        if self._faults.fires(Fault.CAMERA_BLACK) or not (lit or glows):
            return Shot(plain_png(_DARK), Encoding.PNG.value, self._sequence)
        if self._chamber.inside:
            seen = self._chamber.inside[-1].specimen.picture
        elif self._empty_pictures:
            seen = self._chance.choice(self._empty_pictures)
        else:
            return Shot(plain_png(_LIT_AND_EMPTY), Encoding.PNG.value, self._sequence)
        encoding = Encoding.PNG if seen.suffix == ".png" else Encoding.JPEG
        try:
            data = as_taken(seen.read_bytes(), self._sequence)
            return Shot(data, encoding.value, self._sequence)
        except OSError as missing:
            raise PictureError(f"{seen}: {missing.strerror}; is the sample there?") from missing

    def _occupied(self, place: Verb) -> bool:
        unreadable, stuck_occupied, stuck_free, bounces = _PLACES[place]
        if self._faults.fires(unreadable):
            raise ReadingError(f"{place.value}: the barrier gives no level")
        if self._faults.stands(stuck_occupied):
            return True
        if self._faults.stands(stuck_free):
            return False
        now_s = self._passage.now()
        settling = (
            place is Verb.CHAMBER and now_s < self._chamber.changed_at_s + self._timings.bounce_s
        )
        if self._faults.fires(bounces) or settling:
            return self._chance.random() < 0.5  # noqa: PLR2004 - a coin
        if place is Verb.CHAMBER:
            return bool(self._chamber.inside)
        return self._mechanism.slot_is_blocked(now_s)

    def _weight_g(self) -> float:
        if self._faults.fires(Fault.SCALE_GONE):
            raise ReadingError("the load cell gives nothing")
        drift_g = self._faults.value(Fault.SCALE_DRIFTS, 40.0)
        if not self._faults.stands(Fault.SCALE_DRIFTS):
            drift_g = 0.0
        load_g = sum(item.specimen.weight_g for item in self._chamber.inside)
        swings = self._faults.stands(Fault.SCALE_SWINGS)
        noise_g = self._chance.gauss(0, _SCALE_SWINGS_G if swings else _SCALE_NOISE_G)
        return load_g + drift_g - self._tare_g + noise_g

    def _tare(self) -> None:
        self._tare_g += self._weight_g()

    def _bin_level(self) -> float:
        absurd_pct = self._faults.value(Fault.BIN_ABSURD, -40.0)
        if self._faults.fires(Fault.BIN_UNREADABLE):
            raise ReadingError("the bin's sensor hears no echo")
        if self._faults.fires(Fault.BIN_ABSURD):
            return absurd_pct
        return min(self.bin_pct, 100.0)

    def _temperature(self) -> float:
        absurd_c = self._faults.value(Fault.THERMOMETER_ABSURD, -256.0)
        if self._faults.fires(Fault.THERMOMETER_GONE):
            raise ReadingError("the thermometer gives nothing")
        if self._faults.fires(Fault.THERMOMETER_ABSURD):
            return absurd_c
        return _ROOM_C
