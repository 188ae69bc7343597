"""The frozen, typed settings. Unknown keys are refused with a "did you mean"."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from rvm_edge.settings.cloud import (
    CloudSettings,
    EvidenceSettings,
    OrderSettings,
    RequestSettings,
    ReverbSettings,
    SyncSettings,
)
from rvm_edge.settings.disk import DiskSettings
from rvm_edge.settings.flight import FlightSettings
from rvm_edge.settings.in_force import (
    BIN_FREE,
    BIN_FULL,
    Origin,
    PolicyInForce,
    ServedPercent,
    ServedPolicy,
)
from rvm_edge.settings.kiosk import KioskSettings
from rvm_edge.settings.logs import LogSettings
from rvm_edge.settings.measures import Percent, Seconds, Share, Threshold
from rvm_edge.settings.models import ModelSettings
from rvm_edge.settings.policy import Policy
from rvm_edge.settings.screen import ScreenSettings
from rvm_edge.settings.segmenter import SegmenterSettings, ShapeSettings
from rvm_edge.settings.setup import SetupSettings
from rvm_edge.settings.sound import SoundSettings
from rvm_edge.settings.vision import (
    AcceptanceSettings,
    Backend,
    Thresholds,
    VisionSettings,
    WeightRange,
    Weights,
)

__all__ = [
    "BIN_FREE",
    "BIN_FULL",
    "AcceptanceSettings",
    "Backend",
    "CloudSettings",
    "DiskSettings",
    "EvidenceSettings",
    "FlightSettings",
    "KioskSettings",
    "LogSettings",
    "ModelSettings",
    "OrderSettings",
    "Origin",
    "Percent",
    "Policy",
    "PolicyInForce",
    "RequestSettings",
    "ReverbSettings",
    "ScreenSettings",
    "Seconds",
    "SegmenterSettings",
    "ServedPercent",
    "ServedPolicy",
    "Settings",
    "SettingsTables",
    "SetupSettings",
    "ShapeSettings",
    "Share",
    "SoundSettings",
    "SyncSettings",
    "Threshold",
    "Thresholds",
    "VisionSettings",
    "WeightRange",
    "Weights",
]


class SettingsTables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that `settings.toml` may say.

    Attributes:
        policy: how the machine behaves.
        vision: how it sees.
        models: where new models come from.
        cloud: how it speaks with its server.
        screen: how its own screen is served.
        setup: how a technician sets it up from a phone.
        kiosk: how a browser is kept in front of people.
        logs: what is written into its log.
        disk: how full the disk may become.
        flight: how much its flight recorder keeps.
        sound: whether it is heard.
        timeouts: how long a state may last, by the state's path; the chart's own value otherwise.
    """

    policy: Policy = Policy()
    vision: VisionSettings = VisionSettings()
    models: ModelSettings = ModelSettings()
    cloud: CloudSettings = CloudSettings()
    screen: ScreenSettings = ScreenSettings()
    setup: SetupSettings = SetupSettings()
    kiosk: KioskSettings = KioskSettings()
    logs: LogSettings = LogSettings()
    disk: DiskSettings = DiskSettings()
    flight: FlightSettings = FlightSettings()
    sound: SoundSettings = SoundSettings()
    timeouts: Annotated[dict[str, Seconds], Meta(max_length=100)] = {}


class Settings(SettingsTables, frozen=True):
    """What `settings.toml` says, and whose word it is.

    Attributes:
        written: what the owner wrote down, as ``table.key``. A default that is written down is
            among it: it is what the owner wants, whatever a server says.
    """

    written: frozenset[str] = frozenset()
