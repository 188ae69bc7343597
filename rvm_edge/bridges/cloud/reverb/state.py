"""How it stands with a Reverb, for the screens, the metrics and the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ReverbState(Enum):
    """Where the listener is."""

    DISABLED = "disabled"
    """Nobody listens, or the server has no Reverb: no trouble."""

    CONNECTING = "connecting"
    UP = "up"
    """Subscribed."""

    WAITING = "waiting"
    """For the next try."""


@dataclass
class ReverbCounts:
    """What happened since the program started.

    Attributes:
        subscriptions: how often the channel was subscribed to.
        losses: how often it was lost again.
        failures: how many tries to connect failed.
        commands: how many commands were handed over.
        authorizations: how many sessions were handed over.
        repeats: how many sessions were announced again.
        notices: how many events came that are meant for screens.
        ignored: how many frames came that are not for us: whispers, other channels and events.
        malformed: how many came that are none, or carry nonsense.
        overflowed: how many were lost because they came faster than they were handled.
        complaints: how many errors the server told of.
    """

    subscriptions: int = 0
    losses: int = 0
    failures: int = 0
    commands: int = 0
    authorizations: int = 0
    repeats: int = 0
    notices: int = 0
    ignored: int = 0
    malformed: int = 0
    overflowed: int = 0
    complaints: int = 0
