"""A machine that speaks with a server: who it is, how it is, what it waits for."""

from __future__ import annotations

from rvm_edge.identity import Identity, Secret
from rvm_edge.settings import RequestSettings
from rvm_edge.telemetry import Figures, Health, Inventory, Part

ORIGIN = "https://rvm.example.org"
KEY = "k9" * 32
TOKEN = "7|tokentokentoken"  # noqa: S105 - made up
QUICK = RequestSettings(connect_s=0.5, answer_s=0.3, upload_s=0.3)

IDENTITY = Identity(ORIGIN, "RVM-202601-042", "RVM Test Lab", Secret(KEY))

HEALTH = Health(cpu_pct=15.5, memory_pct=42.0, disk_pct=12.8, cpu_c=45.0)
INVENTORY = Inventory(
    firmware_version="2.1.0",
    python_version="3.10.12",
    jetpack_version="",
    controller_type="NVIDIA Jetson Orin Nano",
    timezone="Asia/Jakarta",
    ip_local="192.168.1.50",
    ip_vpn=None,
    model_name="best.onnx",
    model_version="v1.0.0",
    model_hash="3b" * 32,
    microcontroller=("/dev/ttyTHS1", 115_200),
    cameras=(Part("camera", "C920", "USB"),),
    sensors=(Part("bin", "HC-SR04", "GPIO", (("trigger", 32),), working=True, unit="%"),),
    actuators=(Part("gate", "servo", "UART", working=False),),
)


def identity_at(server_url: str, sync_token: str = "") -> Identity:
    """Return the machine's identity towards another server."""
    token = Secret(sync_token) if sync_token else None
    return Identity(server_url, "RVM-202601-042", "RVM Test Lab", Secret(KEY), token)


class SteadyTelemetry:
    """`rvm_edge.telemetry.Telemetry` that always says the same."""

    def __init__(self, inventory: Inventory = INVENTORY, health: Health = HEALTH) -> None:
        self._inventory = inventory
        self._health = health

    async def health(self) -> Health:
        return self._health

    async def inventory(self) -> Inventory:
        return self._inventory

    async def figures(self) -> Figures:
        return Figures(items=3, dropped=2, returned=1, journal_rows=9, journal_head="9f" * 32)
