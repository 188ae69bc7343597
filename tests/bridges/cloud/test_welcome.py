"""What is kept of a good handshake, and what is not believed of it."""

from __future__ import annotations

import json

import pytest

from rvm_edge.bridges.cloud.handshake_wire import HandshakeReply, welcome_of
from rvm_edge.bridges.cloud.json_body import decoded
from rvm_edge.bridges.cloud.welcome import ModelTarget, Socket, Welcome
from rvm_edge.settings import ServedPolicy
from tests.bridges.cloud.replies import UUID, welcome_body


def welcomed(**parts: object) -> Welcome:
    reply = decoded(json.dumps(welcome_body(**parts)).encode(), HandshakeReply)
    assert reply is not None
    return welcome_of(reply)


def test_everything_that_is_used_is_kept() -> None:
    url = f"https://rvm.example.org/api/v1/edge/download-model/{'ab' * 32}"
    assert welcomed() == Welcome(
        rvm_id=42,
        rvm_uuid=UUID,
        name="RVM Test Lab",
        kiosk_url=f"https://rvm.example.org/rvm-ui/{UUID}?signature=ab%2Fcd",
        socket=Socket(f"rvm.{UUID}", "rvm.example.org", 443, "wss"),
        donation_user_id=-1,
        model=ModelTarget("v1.2.0", "ab" * 32, url),
    )


def test_the_signed_address_is_kept_byte_for_byte_and_never_shown() -> None:
    signed = "https://rvm.example.org/rvm-ui/x?signature=A%2f%2F&b=1"
    welcome = welcomed(kiosk={"url": signed})
    assert welcome.kiosk_url == signed
    assert "signature" not in repr(welcome)


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://a\n", 5]
)
def test_an_address_that_no_screen_should_open_is_left_out(url: object) -> None:
    assert welcomed(kiosk={"url": url}).kiosk_url == ""


@pytest.mark.parametrize("key", ["key", "app_key"])
def test_an_application_key_is_taken_under_either_name(key: str) -> None:
    told = {"channel": "rvm.x", "host": "h", "port": "8080", "scheme": "https", key: "abc"}
    assert welcomed(websocket=told).socket == Socket("rvm.x", "h", 8080, "wss", "abc")


@pytest.mark.parametrize(
    "odd", [[], None, {"channel": "a b"}, {"channel": "c", "port": 70_000}, {"host": "h"}]
)
def test_a_socket_that_is_odd_is_none(odd: object) -> None:
    assert welcomed(websocket=odd).socket is None


@pytest.mark.parametrize(
    ("policy", "user_id"),
    [
        ({"system_donation_user_id": 9}, 9),
        ({"system_donation_user_id": None}, -1),
        ({}, -1),
        ([], -1),
        ({"system_donation_user_id": "x"}, -1),
        ({"system_donation_user_id": 10**40}, -1),
    ],
)
def test_donations_go_where_the_policy_says_or_to_the_seeds_account(
    policy: object, user_id: int
) -> None:
    assert welcomed(policy=policy).donation_user_id == user_id


@pytest.mark.parametrize(
    ("said", "level_pct"),
    [(90, 90.0), ("85", 85.0), (72.5, 72.5), (50, 50.0), (100, 100.0), (None, None)],
)
def test_the_level_of_a_full_bin_is_taken(said: object, level_pct: float | None) -> None:
    welcome = welcomed(policy={"bin_full_threshold_percent": said})
    assert (welcome.policy, welcome.refused) == (ServedPolicy(bin_full_pct=level_pct), "")


@pytest.mark.parametrize(
    "said", [0, 49.9, 101, -5, "full", [], {}, True, "a\nb", "x" * 10_000, 10**400]
)
def test_a_level_that_cannot_be_is_left_aside_in_one_line_and_costs_nothing_else(
    said: object,
) -> None:
    welcome = welcomed(policy={"bin_full_threshold_percent": said, "system_donation_user_id": 9})
    assert (welcome.policy, welcome.donation_user_id) == (ServedPolicy(), 9)
    assert welcome.refused.endswith("is left aside: it may be a number from 50 to 100")
    assert "\n" not in welcome.refused
    assert len(welcome.refused) < 400


@pytest.mark.parametrize(
    "model",
    [
        {"target_version": "v1.0.0", "hash": None, "update_source_url": None},
        {"target_version": "v1.0.0", "hash": "ab"},
        [],
    ],
)
def test_a_model_without_a_hash_is_no_target(model: object) -> None:
    assert welcomed(ai_model=model).model is None


def test_a_machine_may_have_no_name_at_the_server() -> None:
    identity = {"rvm_id": 42, "rvm_uuid": UUID, "rvm_name": None}
    assert welcomed(identity=identity).name == ""


@pytest.mark.parametrize(
    "identity",
    [
        {"rvm_id": 0, "rvm_uuid": UUID},
        {"rvm_id": "42", "rvm_uuid": UUID},
        {"rvm_id": 42},
        {"rvm_id": 42, "rvm_uuid": "a\r\nX: y"},
        None,
    ],
)
def test_without_an_identity_it_is_no_welcome(identity: object) -> None:
    assert decoded(json.dumps(welcome_body(identity=identity)).encode(), HandshakeReply) is None
