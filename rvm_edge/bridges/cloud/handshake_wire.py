"""POST /edge/handshake: what the machine sends, and what comes back.

The server's rules: ``hardware_id`` and ``name`` are required; the key ``ip_local`` must be there,
if only with null, or every handshake is an error 500; ``controller_type`` must be there and not
null, or the first one is; an address is a valid IP or null, percents lie between 0 and 100.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from rvm_edge.allowed import allowed_words
from rvm_edge.bridges.cloud.figures_wire import FiguresInfo
from rvm_edge.bridges.cloud.json_body import SHOWN_CHARACTERS, RowId, Text, decoded
from rvm_edge.bridges.cloud.welcome import GUEST_USER_ID, ModelTarget, Socket, Welcome
from rvm_edge.one_line import one_line
from rvm_edge.settings import ServedPercent, ServedPolicy

T = TypeVar("T")

UserNumber = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]

_NOT_SAID = msgspec.Raw(b"null")


class ModelInUse(msgspec.Struct, frozen=True):
    """The model that the machine runs."""

    model_name: str | None
    model_version: str | None
    hash: str | None


class SystemInfo(msgspec.Struct, frozen=True):
    """The programs that the machine runs."""

    jetpack_version: str | None
    firmware_version: str
    python_version: str
    ai_models: ModelInUse


class HandshakeHealth(msgspec.Struct, frozen=True):
    """How the computer is."""

    cpu_usage_percent: float | None
    memory_usage_percent: float | None
    disk_usage_percent: float | None
    cpu_temperature: float | None


class Microcontroller(msgspec.Struct, frozen=True):
    """What the machine moves its parts with."""

    type: str
    connection: str
    port: str
    baud_rate: int
    status: str


class CameraInfo(msgspec.Struct, frozen=True):
    """One camera."""

    id: int
    name: str
    connection_type: str
    status: str
    role: str


class SensorInfo(msgspec.Struct, frozen=True):
    """One sensor; pins by their BOARD numbers."""

    name: str
    model: str
    interface: str
    pins: dict[str, int]
    status: str
    unit: str


class ActuatorInfo(msgspec.Struct, frozen=True):
    """One actuator; pins by their BOARD numbers."""

    name: str
    model: str
    interface: str
    pins: dict[str, int]
    status: str


class HardwareInfo(msgspec.Struct, frozen=True):
    """What the machine is made of. Commands name parts by these names."""

    microcontroller: Microcontroller | None
    cameras: tuple[CameraInfo, ...]
    sensors: tuple[SensorInfo, ...]
    actuators: tuple[ActuatorInfo, ...]


class Diagnostics(msgspec.Struct, frozen=True):
    """What the machine found out about itself: ``pass``, ``fail`` or ``unknown`` each.

    Attributes:
        figures: what it has done.
        second_judge: how it stands, in words; null where there is none to speak of.
    """

    network_check: str
    camera_check: str
    motor_test: str
    figures: FiguresInfo
    second_judge: str | None = None


class HandshakeRequest(msgspec.Struct, frozen=True):
    """The body of a handshake. Every key is always sent."""

    hardware_id: str
    name: str
    ip_local: str | None
    ip_vpn: str | None
    timezone: str | None
    system: SystemInfo
    controller_type: str
    health_metrics: HandshakeHealth
    hardware_info: HardwareInfo
    diagnostics: Diagnostics


class IdentityPart(msgspec.Struct, frozen=True):
    """Who the machine is at the server: the one part that a handshake cannot do without."""

    rvm_id: RowId
    rvm_uuid: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,64}\Z")]
    rvm_name: Text | None = None


class KioskPart(msgspec.Struct, frozen=True):
    """The page for the machine's screen."""

    url: Annotated[str, Meta(pattern=r"^https?://[!-~]{1,2000}\Z")]


class SocketPart(msgspec.Struct, frozen=True):
    """Where the WebSocket is. ``auth_token`` is left alone: nothing at the server checks it."""

    channel: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_=@,.;-]{1,164}\Z")]
    host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:-]{0,253}\Z")] | None = None
    port: Annotated[int, Meta(ge=0, le=65_535)] | None = None
    scheme: Literal["ws", "wss", "http", "https"] | None = None
    key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,100}\Z")] | None = None
    app_key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,100}\Z")] | None = None


class PolicyPart(msgspec.Struct, frozen=True):
    """What the server wants of the machine. Each value is read by itself, and may be odd.

    ``is_maintenance_mode`` is left alone: it is worked out after the handshake has ended the
    maintenance, so it is always false. So are ``camera_idle_timeout_sec``, for the camera has to be
    awake before anybody comes, and ``motor_speed_delay``, which is a matter of the mechanism.
    """

    system_donation_user_id: msgspec.Raw = _NOT_SAID
    bin_full_threshold_percent: msgspec.Raw = _NOT_SAID


class ModelPart(msgspec.Struct, frozen=True):
    """The model that machines shall have; without a hash, none in particular."""

    hash: Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{64}\Z")]
    target_version: Text = ""
    update_source_url: Text | None = None


class HandshakeData(msgspec.Struct, frozen=True):
    """The parts of the answer. All but the first are read one by one, and each may be odd."""

    identity: IdentityPart
    kiosk: msgspec.Raw = _NOT_SAID
    websocket: msgspec.Raw = _NOT_SAID
    policy: msgspec.Raw = _NOT_SAID
    ai_model: msgspec.Raw = _NOT_SAID


class HandshakeReply(msgspec.Struct, frozen=True):
    """The answer to a handshake that was taken."""

    status: Text
    data: HandshakeData


def welcome_of(reply: HandshakeReply) -> Welcome:
    """Keep what is used of an answer; a part that is odd is as if it had not been sent."""
    data = reply.data
    kiosk = _part(data.kiosk, KioskPart)
    policy = _part(data.policy, PolicyPart) or PolicyPart()
    donated_to = _part(policy.system_donation_user_id, UserNumber)
    served, refused = _served(policy)
    return Welcome(
        rvm_id=data.identity.rvm_id,
        rvm_uuid=data.identity.rvm_uuid,
        name=data.identity.rvm_name or "",
        kiosk_url=kiosk.url if kiosk else "",
        socket=_socket(_part(data.websocket, SocketPart)),
        donation_user_id=GUEST_USER_ID if donated_to is None else donated_to,
        model=_model(_part(data.ai_model, ModelPart)),
        policy=served,
        refused=refused,
    )


def _part(raw: msgspec.Raw, kind: type[T]) -> T | None:
    """Read one part; numbers may stand in quotes, for PHP's environment knows texts alone."""
    return decoded(raw, kind, strict=False)


def _served(policy: PolicyPart) -> tuple[ServedPolicy, str]:
    """Return what applies, and what is wrong with what does not."""
    said = policy.bin_full_threshold_percent
    level_pct = _part(said, ServedPercent)
    if level_pct is None and bytes(said) != bytes(_NOT_SAID):
        allowed = f"it may be {allowed_words(ServedPercent)}"
        shown = one_line(bytes(said).decode(errors="replace"), SHOWN_CHARACTERS)
        return ServedPolicy(), f"bin_full_threshold_percent: {shown} is left aside: {allowed}"
    return ServedPolicy(bin_full_pct=level_pct), ""


def _socket(part: SocketPart | None) -> Socket | None:
    if part is None:
        return None
    scheme = (part.scheme or "").replace("http", "ws")
    key = part.app_key or part.key or ""
    return Socket(part.channel, part.host or "", part.port or 0, scheme, key)


def _model(part: ModelPart | None) -> ModelTarget | None:
    if part is None:
        return None
    return ModelTarget(part.target_version, part.hash.lower(), part.update_source_url or "")
