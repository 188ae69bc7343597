"""How the machine speaks with its server, and what it keeps for it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rvm_edge.settings.measures import Seconds

Megabytes = Annotated[float, Meta(gt=0, le=1_000_000)]
Hours = Annotated[float, Meta(gt=0, le=87_600)]
TimeOfDay = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class RequestSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the server is waited for, and what is sent to it.

    Attributes:
        connect_s: to reach it and agree on TLS.
        answer_s: for its answer to anything but a picture.
        upload_s: to send a picture and get an answer.
        retry_first_s: the first wait after a delivery that failed.
        retry_cap_s: the longest such wait.
        not_allowed_s: how long a call rests that this machine's key may not make.
        ca_file: path of a PEM file with the authority that signed the server's certificate; ""
            for the operating system's authorities.
        points_per_item: what a user earns for one item; a guest always earns nothing.
    """

    connect_s: Seconds = 5.0
    answer_s: Seconds = 5.0
    upload_s: Seconds = 30.0
    retry_first_s: Seconds = 1.0
    retry_cap_s: Seconds = 300.0
    not_allowed_s: Seconds = 14_400.0
    ca_file: str = ""
    points_per_item: Annotated[int, Meta(ge=0, le=1_000_000)] = 10

    def __post_init__(self) -> None:
        """Refuse values that contradict each other."""
        if self.retry_first_s > self.retry_cap_s:
            raise ValueError("retry_first_s must not exceed retry_cap_s")


class SyncSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How waiting deposits are delivered, and how many may wait.

    Attributes:
        batch_items: how many go into one request.
        offline_items_cap: so many undelivered items, and guests are asked to come back later while
            the server is not reached; 0 for no limit.
        offline_hours_cap: so many hours without the server, likewise; 0 for no limit.
    """

    batch_items: Annotated[int, Meta(ge=1, le=500)] = 50
    offline_items_cap: Annotated[int, Meta(ge=0, le=10_000_000)] = 5_000
    offline_hours_cap: Annotated[float, Meta(ge=0, le=87_600)] = 0.0


class EvidenceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The pictures of items that are kept, and when they go up.

    Attributes:
        picture_kb: what one picture may weigh; a larger one is encoded again. The server's nginx
            takes 1,024 with everything around it.
        most_mb: what all of them may weigh; beyond it the oldest rejected ones go first.
        most_days: how long a picture may lie here at most.
        rejected_hours: how long a rejected item's picture stays for a technician once the server
            has it.
        quiet_from: from when rejected items' pictures go up, local time.
        quiet_until: until when; earlier than `quiet_from` means the next morning.
    """

    picture_kb: Annotated[int, Meta(ge=20, le=1_000)] = 700
    most_mb: Megabytes = 500.0
    most_days: Annotated[float, Meta(gt=0, le=3_650)] = 30.0
    rejected_hours: Hours = 24.0
    quiet_from: TimeOfDay = "00:00"
    quiet_until: TimeOfDay = "05:00"


class ReverbSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The server's WebSocket: a faster way for its commands, where it has one.

    Attributes:
        app_key: the server's Reverb application key; "" where it has no Reverb: then the channel is
            disabled, which is no trouble and not offline.
        host: where it is; "" for the host that the handshake names.
        port: 0 for the port that the handshake names.
        scheme: "" for the one that the handshake names.
        private: whether the machine's channel is a private one.
        connect_s: for the connection, for the welcome on it, and for the subscription, each.
        pong_s: for an answer to a ping.
        retry_first_s: the first wait before a new connection.
        retry_cap_s: the longest such wait.
        loss_is_offline: whether losing the socket counts as losing the server. A Reverb that
            restarts then sends the whole fleet to the server at once: set
            `policy.reconnect_first_s` to 15.
    """

    app_key: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{0,100}$")] = ""
    host: Annotated[str, Meta(pattern="^[A-Za-z0-9.:-]{0,253}$")] = ""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 0
    scheme: Literal["", "ws", "wss"] = ""
    private: bool = False
    connect_s: Seconds = 10.0
    pong_s: Seconds = 10.0
    retry_first_s: Seconds = 15.0
    retry_cap_s: Seconds = 60.0
    loss_is_offline: bool = False

    def __post_init__(self) -> None:
        """Refuse values that contradict each other."""
        if self.retry_first_s > self.retry_cap_s:
            raise ValueError("retry_first_s must not exceed retry_cap_s")


class OrderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the server may order, and how often.

    Attributes:
        expire_s: an order older than this is refused.
        waiting: how many may wait for the machine to be free; beyond it they are refused.
        restarts_per_hour: how often the server may restart or reboot the machine.
        may_reboot: whether the server may restart the whole computer, and not only the program;
            `rvm-edge install --apply` gives and takes the right to it.
        orders_per_minute: how many orders of all kinds are taken.
    """

    expire_s: Seconds = 600.0
    waiting: Annotated[int, Meta(ge=1, le=1_000)] = 32
    restarts_per_hour: Annotated[int, Meta(ge=0, le=60)] = 3
    may_reboot: bool = False
    orders_per_minute: Annotated[int, Meta(ge=1, le=600)] = 30


class CloudSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything between the machine and its server but the credentials, which are no setting.

    Attributes:
        request: time-outs and what is sent.
        sync: the delivery of waiting deposits.
        evidence: the pictures.
        reverb: the server's WebSocket.
        orders: what the server may order.
    """

    request: RequestSettings = RequestSettings()
    sync: SyncSettings = SyncSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    reverb: ReverbSettings = ReverbSettings()
    orders: OrderSettings = OrderSettings()
