"""The trial of a new model: in a second worker, against the one that serves.

It must know the same classes, give every canary its right verdict, and not take much longer. Times
are compared by turns, picture by picture, so that whatever else keeps the computer busy slows both.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import Protocol

import msgspec
import trio

from drivers.ports import Frame
from rvm_edge.item import Verdict
from rvm_edge.machine import EyesError
from rvm_edge.settings import Thresholds
from rvm_edge.vision.classes import REQUIRED
from rvm_edge.vision.models.canary import Canary
from rvm_edge.vision.models.failures import UnfitError
from rvm_edge.vision.wire import Seen

_NAMED = 3


class Sight(Protocol):
    """Whoever looks at pictures: the eyes that serve, and a second worker beside them."""

    async def look(self, frames: Sequence[Frame]) -> tuple[Seen, ...]:
        """Look at an item's pictures.

        Raises:
            EyesError: there is no answer.
        """
        ...


class NewSight(Sight, Protocol):
    """A second worker with the new model."""

    @property
    def thresholds(self) -> Thresholds | None:
        """What the new model brings for the rule; None for one that brings none."""
        ...


Judge = Callable[[tuple[Seen, ...], Thresholds | None], Verdict]
"""The acceptance rule over what was seen of one item, with a model's own thresholds."""


class Marks(msgspec.Struct, frozen=True):
    """What a model that passed has shown.

    Attributes:
        canaries: how many it judged right: all of them.
        look_ms: its median for one item's pictures.
        ratio: that over the serving model's; None where no model serves.
    """

    canaries: int
    look_ms: float
    ratio: float | None


class Bounds(msgspec.Struct, frozen=True):
    """What a model may take.

    Attributes:
        slower_at_most: how many times the serving model's time.
        late_s: an item's pictures may not take so long, unless the serving model does too.
        spare_memory_bytes: what must stay free of the computer's memory.
    """

    slower_at_most: float
    late_s: float
    spare_memory_bytes: int = 0


def require_classes(names: Sequence[str], serving: Sequence[str]) -> None:
    """Require the classes of the model that serves, or the rule's own while none serves.

    Raises:
        UnfitError: one lacks, or there is one more.
    """
    wanted, told = set(serving) or set(REQUIRED), set(names)
    if len(told) != len(names):
        raise UnfitError("the model names a class twice")
    if lacking := sorted(wanted - told):
        raise UnfitError(f"the model does not know {', '.join(lacking[:_NAMED])}")
    if foreign := sorted(told - wanted):
        raise UnfitError(f"the model knows {', '.join(foreign[:_NAMED])}, which none here does")


async def try_out(
    second: NewSight,
    serving: Sight | None,
    canaries: Sequence[Canary],
    judge: Judge,
    bounds: Bounds,
) -> Marks:
    """Show a second worker all canaries.

    Args:
        second: has loaded the new model.
        serving: the eyes; None while they see nothing, which bounds the time by `late_s` alone.
        canaries: items whose verdicts are known.
        judge: the acceptance rule.
        bounds: what it may take.

    Raises:
        UnfitError: it judged one wrong, took too long, died or refused.
    """
    took, compared = [], []
    wrong = []
    for canary in canaries:
        try:
            seen, took_s = await _timed(second.look(canary.frames))
        except EyesError as error:
            raise UnfitError(f"with the new model on {canary.name}: {error}") from error
        took.append(took_s)
        if judge(seen, second.thresholds).accepted is not canary.accepted:
            wrong.append(canary.name)
        if serving is not None:
            try:
                compared.append((await _timed(serving.look(canary.frames)))[1])
            except EyesError:
                serving = None  # the old one is in no state to be compared with
    if wrong:
        raise UnfitError(
            f"{len(wrong)} of {len(canaries)} canaries judged wrong: {', '.join(wrong[:_NAMED])}"
        )
    return _within(bounds, took, compared if serving is not None else [])


def _within(bounds: Bounds, took: Sequence[float], compared: Sequence[float]) -> Marks:
    """Judge the times by their medians; a computer that is slow for both blames no model."""
    new_s, old_s = median(took), median(compared) if compared else 0.0
    if new_s >= bounds.late_s > old_s:
        raise UnfitError(f"it takes {new_s:.2f} s for a canary; {bounds.late_s:g} s is too late")
    ratio = new_s / old_s if old_s else None
    if ratio is not None and ratio > bounds.slower_at_most:
        raise UnfitError(
            f"it takes {ratio:.1f} times as long as the serving model, "
            f"and may take {bounds.slower_at_most:g} times"
        )
    return Marks(len(took), 1000 * new_s, ratio)


async def _timed(look: Awaitable[tuple[Seen, ...]]) -> tuple[tuple[Seen, ...], float]:
    started = trio.current_time()
    seen = await look
    return seen, trio.current_time() - started
