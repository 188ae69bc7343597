"""What the simulated server remembers, one type for each kind of row."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import msgspec

from rvm_edge.simulator.cloud.exchange import Json


class Status(Enum):
    """What the server takes a machine to be."""

    OFFLINE = "offline"
    ONLINE = "online"
    MAINTENANCE = "maintenance"
    BLOCKED = "blocked"


class Assignment(Enum):
    """How far a technician's work at a machine has come."""

    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    ACTIVE = "active"
    COMPLETED = "completed"


class Command(msgspec.Struct, frozen=True):
    """One order in a machine's queue.

    Attributes:
        action: such as ``RESTART``.
        timestamp: when it was queued, as the server writes times.
        payload: what belongs to it; None for nothing.
    """

    action: str
    timestamp: str
    payload: dict[str, Json] | None = None


@dataclass
class Machine:
    """A machine as the server knows it.

    Attributes:
        rvm_id: its number.
        rvm_uuid: its public name, of which its page and its channel are made.
        serial: what the administrator called it.
        api_key: what it proves itself by.
        name: for people; a handshake changes it.
        status: what it is taken to be.
        assignment: the technician's; None if nobody was ever assigned.
        hardware_id: what it called itself at its handshakes; None before the first.
        heard_at_s: when it was last heard of, by the server's clock; None for never.
        handshakes: how many succeeded.
        heartbeats: how many were accepted.
        bin_capacity: the last it told, in per cent.
        version: the last it told.
        commands: what waits for its next heartbeat.
        commands_until_s: when that queue is forgotten.
        capture_complete: whether its last heartbeat said that a wanted picture was taken.
    """

    rvm_id: int
    rvm_uuid: str
    serial: str
    api_key: str = field(repr=False)
    name: str | None
    status: Status = Status.OFFLINE
    assignment: Assignment | None = Assignment.ASSIGNED
    hardware_id: str | None = None
    heard_at_s: float | None = None
    handshakes: int = 0
    heartbeats: int = 0
    bin_capacity: int | None = None
    version: str | None = None
    commands: list[Command] = field(default_factory=list)
    commands_until_s: float = 0.0
    capture_complete: bool = False


@dataclass
class User:
    """An account at the server.

    Attributes:
        user_id: its number; -1 takes what guests donate.
        token: what it proves itself by; "" for one that nobody can log in as.
        points: its balance.
        name: for people.
    """

    user_id: int
    token: str = field(repr=False)
    points: int = 0
    name: str = "User"


class Receipt(msgspec.Struct, frozen=True):
    """A picture of an item that the server keeps: the whole effect of a deposit request.

    Attributes:
        rvm_id: whose.
        session_id: the folder it went to; "" where none was named.
        client_uuid: the item's identity, if the opaque `data` had one; else "".
        status: as sent.
        data: as sent.
        image_url: where it is kept.
        image_sha256: of the picture's bytes.
        image_bytes: how many there were.
        at: when it came, as the server writes times.
    """

    rvm_id: int
    session_id: str
    client_uuid: str
    status: str
    data: str
    image_url: str
    image_sha256: str
    image_bytes: int
    at: str


class Item(msgspec.Struct, frozen=True):
    """One thing in a transaction.

    Attributes:
        type: as sent, such as ``mineral``.
        weight: as sent.
        points: as sent; the server believes it.
    """

    type: str
    weight: float
    points: int


class Transaction(msgspec.Struct, frozen=True):
    """Items that were delivered.

    Attributes:
        number: 1 for the first that was stored, and so on.
        rvm_id: which machine said so.
        client_uuid: as sent; "" where it was missing.
        session_id: as sent; "" where it was missing.
        user_id: whose it is; None at a server that does not credit users.
        type: as sent, such as ``GUEST_DONATION``.
        timestamp: as sent.
        kept_at: the server's wall clock that was stored for it.
        kept_at_s: the instant that this wall clock stands for, in seconds of the Unix epoch.
        items: what was in it.
    """

    number: int
    rvm_id: int
    client_uuid: str
    session_id: str
    user_id: int | None
    type: str
    timestamp: str
    kept_at: str
    kept_at_s: float
    items: tuple[Item, ...]


class DatasetPicture(msgspec.Struct, frozen=True):
    """A picture that was wanted for training.

    Attributes:
        number: 1 for the first.
        rvm_id: whose.
        camera_port: as sent.
        filename: the name it is kept under.
        size_bytes: of the picture.
    """

    number: int
    rvm_id: int
    camera_port: str
    filename: str
    size_bytes: int


@dataclass(frozen=True)
class Model:
    """A model that machines may fetch.

    Attributes:
        version: its release tag, such as ``v1.2.0``.
        content: the file.
        sha256: of the file, in hex, as the server claims it.
        file_name: the release asset's name.
        active: whether the handshake names it.
    """

    version: str
    content: bytes = field(repr=False)
    sha256: str
    file_name: str = "best.pt"
    active: bool = True
