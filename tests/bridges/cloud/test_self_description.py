"""What the machine tells of itself is always what the server takes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rvm_edge.bridges.cloud.self_description import introduction, sign_of_life
from rvm_edge.identity import Identity, Secret
from rvm_edge.telemetry import Figures, Health, Inventory, Part
from tests.bridges.cloud.machines import HEALTH, IDENTITY, INVENTORY

WORDS = st.text(st.characters(codec="utf-8"), max_size=400)
FIGURE = st.none() | st.floats()


FIGURES = Figures(items=3, dropped=2, returned=1, journal_rows=9, journal_head="9f" * 32)


def told(
    identity: Identity = IDENTITY, inventory: Inventory = INVENTORY, health: Health = HEALTH
) -> dict[str, Any]:
    """Return a handshake's body as the server reads it."""
    told = introduction(identity, inventory, health, FIGURES)
    return msgspec.json.decode(msgspec.json.encode(told), type=dict[str, Any])


def beat(
    inventory: Inventory = INVENTORY, bin_pct: float | None = 37.4, *, done: bool = False
) -> dict[str, Any]:
    body = sign_of_life(inventory, HEALTH, FIGURES, bin_pct, capture_complete=done)
    return msgspec.json.decode(msgspec.json.encode(body), type=dict[str, Any])


def test_a_heartbeat_anchors_the_journal() -> None:
    assert beat()["figures"]["journal_head"] == "9f" * 32
    assert beat()["figures"]["journal_rows"] == 9


def test_a_handshake_has_everything_that_the_server_keeps() -> None:
    body = told()
    assert body["hardware_id"] == "RVM-202601-042"
    assert body["name"] == "RVM Test Lab"
    assert body["controller_type"] == "NVIDIA Jetson Orin Nano"
    assert body["health_metrics"]["cpu_temperature"] == 45.0
    assert body["system"]["ai_models"]["hash"] == "3b" * 32
    hardware = body["hardware_info"]
    assert hardware["microcontroller"]["port"] == "/dev/ttyTHS1"
    assert hardware["microcontroller"]["status"] == "disconnected"
    assert hardware["cameras"][0]["status"] == "unknown"
    assert hardware["sensors"][0]["pins"] == {"trigger": 32}
    assert hardware["sensors"][0]["status"] == "online"
    assert hardware["actuators"][0]["status"] == "offline"
    assert body["diagnostics"]["motor_test"] == "fail"
    assert body["diagnostics"]["camera_check"] == "unknown"
    assert body["diagnostics"]["figures"]["journal_head"] == "9f" * 32


@pytest.mark.parametrize(
    ("measured", "sent"),
    [
        (None, None),
        ("", None),
        ("Not Connected", None),
        ("10.0.0.7", "10.0.0.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("10.0.0.7\n", None),
    ],
)
def test_an_address_is_always_there_and_valid_or_null(
    measured: str | None, sent: str | None
) -> None:
    body = told(inventory=replace(INVENTORY, ip_local=measured))
    assert "ip_local" in body
    assert body["ip_local"] == sent
    assert beat(replace(INVENTORY, ip_local=measured))["ip_local"] == sent


def test_a_machine_without_a_name_is_called_by_its_serial() -> None:
    assert told(replace(IDENTITY, name=""))["name"] == "RVM-202601-042"


def test_a_machine_without_a_microcontroller_says_so() -> None:
    assert (
        told(inventory=replace(INVENTORY, microcontroller=None))["hardware_info"]["microcontroller"]
        is None
    )


@settings(deadline=None)
@given(st.builds(Health, st.floats(), st.floats(), st.floats(), FIGURE, FIGURE), WORDS, WORDS)
def test_whatever_was_measured_keeps_to_the_servers_bounds(
    health: Health, name: str, words: str
) -> None:
    part = Part(words, words, words, ((words, 3),), None, words)
    inventory = Inventory(
        firmware_version=words,
        python_version=words,
        jetpack_version=words,
        controller_type=words,
        timezone=words,
        ip_local=words,
        ip_vpn=words,
        model_name=words,
        model_version=words,
        model_hash=words,
        microcontroller=(words, 9600),
        cameras=(part,),
        sensors=(part,),
        actuators=(part,),
        second_judge=words,
    )
    body = told(Identity("https://a", name or "x", words, Secret("k")), inventory, health)
    assert 0 < len(body["hardware_id"]) <= 100
    assert 0 < len(body["name"]) <= 255
    assert 0 < len(body["controller_type"]) <= 100
    system = body["system"]
    for text in (body["timezone"], system["jetpack_version"], system["firmware_version"]):
        assert text is None or len(text) <= 50
    assert all(text is None or len(text) <= 100 for text in system["ai_models"].values())
    judge = body["diagnostics"]["second_judge"]
    assert judge is None or len(judge) <= 255
    metrics = body["health_metrics"]
    for key in ("cpu_usage_percent", "memory_usage_percent", "disk_usage_percent"):
        assert metrics[key] is None or 0 <= metrics[key] <= 100


def test_a_heartbeat_speaks_to_dashboards_of_both_generations() -> None:
    body = beat()
    metrics = body["health_metrics"]
    assert metrics["cpu_usage_percent"] == metrics["cpu_usage"] == 15.5
    assert metrics["cpu_temperature"] == metrics["temperature"] == 45.0
    assert "gpu_usage" not in metrics
    assert body["bin_capacity"] == 37
    assert body["tailscale_ip"] is None
    assert "capture_complete" not in body


@pytest.mark.parametrize(
    ("measured", "sent"), [(None, None), (-3.0, 0), (100.4, 100), (float("nan"), None)]
)
def test_the_bin_is_told_in_whole_percent_or_not_at_all(
    measured: float | None, sent: int | None
) -> None:
    assert beat(bin_pct=measured).get("bin_capacity") == sent


def test_a_picture_that_arrived_is_said() -> None:
    assert beat(done=True)["capture_complete"] is True


def test_how_the_second_judge_stands_is_told_where_there_is_one() -> None:
    silent = replace(INVENTORY, second_judge="silent: it took longer than 2 s")
    assert beat(inventory=silent)["second_judge"] == silent.second_judge
    assert told(inventory=silent)["diagnostics"]["second_judge"] == silent.second_judge
    assert "second_judge" not in beat()
    assert told()["diagnostics"]["second_judge"] is None
