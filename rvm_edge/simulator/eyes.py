"""Scripted eyes, for tests in virtual time: they know the truth, and lie or die on request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import trio

from drivers.ports import Frame
from rvm_edge.item import Detection, Reason, Verdict
from rvm_edge.machine import NOTHING_ELSE, Circumstances, EyesError
from rvm_edge.simulator.truth import Specimen
from rvm_edge.simulator.world import World
from rvm_edge.vision.picture_header import fits_as_jpeg

SCRIPTED_HASH = hashlib.sha256(b"scripted eyes").hexdigest()
"""Stands in for the model's hash in verdicts that no model gave."""

_FORBIDDEN = frozenset({"soda", "milk", "yogurt", "dishwasher", "non_mineral"})
_CONFIDENCE = 0.97


@dataclass
class EyesKnobs:
    """How the scripted eyes behave; turn them at any time.

    Attributes:
        takes_s: how long a verdict takes.
        dead: every call raises `EyesError`.
        hung: every call lasts until it is cancelled.
        dies: this many of the next calls raise `EyesError`.
        wrong: every verdict is the opposite of the truth.
        says: when set, the verdict whatever is seen.
    """

    takes_s: float = 0.3
    dead: bool = False
    hung: bool = False
    dies: int = 0
    wrong: bool = False
    says: Reason | None = None


class ScriptedEyes:
    """`rvm_edge.machine.Eyes` that look at the world's truth instead of the pictures."""

    def __init__(self, world: World, knobs: EyesKnobs | None = None) -> None:
        self._world = world
        self.knobs = knobs or EyesKnobs()
        self.calls = 0

    async def ready(self) -> None:
        """Return at once, unless the knobs say that no verdict can be given.

        Raises:
            EyesError: as the knobs say.
        """
        await trio.lowlevel.checkpoint()
        if self.knobs.dead:
            raise EyesError("the worker is gone")

    async def judge(
        self,
        frames: Sequence[Frame],
        weight_g: float | None,
        about: Circumstances = NOTHING_ELSE,  # noqa: ARG002 - they know the truth
    ) -> Verdict:
        """Say what lies in the chamber.

        Raises:
            EyesError: as the knobs say.
        """
        self.calls += 1
        if self.knobs.hung:
            await trio.sleep_forever()
        await trio.sleep(self.knobs.takes_s)
        if self.knobs.dead:
            raise EyesError("the worker is gone")
        if self.knobs.dies > 0:
            self.knobs.dies -= 1
            raise EyesError("the worker died")
        inside = [item.specimen for item in self._world.in_chamber]
        reason = self.knobs.says or true_reason(inside, len(frames))
        if self.knobs.wrong:
            reason = Reason.FORBIDDEN_CLASS if reason is Reason.EMPTY_PET else Reason.EMPTY_PET
        return verdict_on(reason, inside, frames, weight_g, self.knobs.takes_s)

    async def as_jpeg(self, frame: Frame, most_bytes: int) -> bytes:
        """Return a JPEG that is short enough as it is.

        Raises:
            EyesError: it is not, or as the knobs say.
        """
        if self.knobs.hung:
            await trio.sleep_forever()
        await self.ready()
        return unchanged(frame, most_bytes)


def unchanged(frame: Frame, most_bytes: int) -> bytes:
    """Return a frame's bytes if they are a JPEG of at most `most_bytes`.

    Raises:
        EyesError: they are not; making one takes an image library, which is not loaded here.
    """
    if not fits_as_jpeg(frame, most_bytes):
        raise EyesError(f"scripted eyes cannot make a JPEG of at most {most_bytes} bytes")
    return frame.data


def true_reason(inside: Sequence[Specimen], frames: int) -> Reason:
    """Return what perfect eyes say of `inside`, by the acceptance rule's precedence."""
    rule: tuple[tuple[Reason, Callable[[], bool]], ...] = (
        (Reason.NO_PICTURE, lambda: frames == 0),
        (Reason.EMPTY_CHAMBER, lambda: not inside),
        (Reason.FORBIDDEN_CLASS, lambda: any(thing.label in _FORBIDDEN for thing in inside)),
        (Reason.NOT_EMPTY, lambda: any(thing.not_empty for thing in inside)),
        (
            Reason.TWO_ITEMS,
            lambda: len(inside) > 1 or any(thing.kind == "two_items" for thing in inside),
        ),
        (Reason.UNKNOWN_OBJECT, lambda: not all(thing.should_accept for thing in inside)),
    )
    return next((reason for reason, holds in rule if holds()), Reason.EMPTY_PET)


def verdict_on(
    reason: Reason,
    inside: Sequence[Specimen],
    frames: Sequence[Frame],
    weight_g: float | None,
    takes_s: float = 0.0,
) -> Verdict:
    """Write a reason as the verdict that eyes would have given with it."""
    label = inside[-1].label if inside else ""
    seen = tuple(Detection(thing.label, _CONFIDENCE, (100, 40, 300, 280)) for thing in inside)
    return Verdict(
        accepted=reason is Reason.EMPTY_PET,
        reason=reason,
        label=label,
        confidence=_CONFIDENCE if label else 0.0,
        detections=tuple(seen for _ in frames),
        weight_g=weight_g,
        model_hash=SCRIPTED_HASH,
        elapsed_ms=takes_s * 1000.0,
    )
