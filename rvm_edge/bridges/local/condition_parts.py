"""The parts of a snapshot that tell of the machine's condition."""

from __future__ import annotations

from msgspec.structs import asdict

from rvm_edge.bridges.local.condition import Check, Model, SelfTest, Sight
from rvm_edge.bridges.local.part import Part


class ModelNow(Part, frozen=True, tag="model"):
    """The model that the eyes look through, and whether it can judge right now.

    Attributes:
        name: of its file, or "".
        version: as its card says, or "".
        sha256: of the file that is loaded, in hex, or "".
        sight: whether it can judge right now: `starting`, `ready` or `restarting`.
        restarts: how often its process had to be started anew.
        trouble: why it cannot judge, in one line; "" while it can.
    """

    name: str = ""
    version: str = ""
    sha256: str = ""
    sight: Sight = Sight.STARTING
    restarts: int = 0
    trouble: str = ""

    @staticmethod
    def of(model: Model) -> ModelNow:
        """Take over what is known of it."""
        return ModelNow(**asdict(model))


class SelfTestNow(Part, frozen=True, tag="self_test"):
    """The self-test that goes on, or the last one since the machine was started.

    Attributes:
        begun_at: ISO 8601 in UTC; "" before the first one.
        running: it goes on.
        checks: one after the other: `name`, `state` (`pending`, `running`, `passed`, `failed`,
            `skipped`), what was `found`, and which `advice` goes with it.
    """

    begun_at: str = ""
    running: bool = False
    checks: tuple[Check, ...] = ()

    @staticmethod
    def of(test: SelfTest) -> SelfTestNow:
        """Take over how far it has come."""
        return SelfTestNow(**asdict(test))
