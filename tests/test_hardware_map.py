"""The hardware map: which driver serves which port, and what a typing mistake is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.hardware_map import (
    MAX_BYTES,
    PORTS_OF_ESP32,
    Assignment,
    Driver,
    HardwareMap,
    HardwareMapError,
    Ports,
    parse_hardware_map,
    read_hardware_map,
)
from rvm_edge.machine import Hardware
from rvm_edge.packaged import config_file

SHIPPED = config_file("hardware_map.json")

Change = Callable[[dict[str, Any]], object]


def refusal_of(raw: bytes) -> str:
    with pytest.raises(HardwareMapError) as refusal:
        parse_hardware_map(raw)
    assert "\n" not in str(refusal.value)
    return str(refusal.value).removeprefix("hardware_map.json: ")


def changed(change: Change) -> bytes:
    document = json.loads(SHIPPED.read_bytes())
    change(document)
    return json.dumps(document).encode()


def test_ports_have_the_names_that_the_machine_uses() -> None:
    wanted = {field.name: field.default for field in msgspec.structs.fields(Hardware)}
    assert wanted.pop("changes") is None  # no port: how sensors that have one speak up
    assert wanted.pop("bin_gauge") is None  # nor this: the bin's sensor, as a distance
    assert wanted.pop("brake") is None  # nor this: the controller's, for all that it moves
    assert wanted.pop("wire") is None  # nor this: what is known of the way to the controller
    assert set(Ports.__struct_fields__) == set(wanted)
    optional = {name for name, default in wanted.items() if default is None}
    assert optional == {"scale", "thermometer"}


class TestShippedMap:
    def test_can_be_read_and_simulates_everything(self) -> None:
        found = read_hardware_map(SHIPPED)
        assert set(found.simulated_ports()) == set(Ports.__struct_fields__)

    def test_gives_the_controller_what_it_has_commands_for(self) -> None:
        by_esp32 = {
            port
            for port, given in read_hardware_map(SHIPPED).assignments().items()
            if given.driver is Driver.ESP32
        }
        assert by_esp32 == PORTS_OF_ESP32

    def test_uses_no_pin_twice(self) -> None:
        pins = [
            pin
            for given in read_hardware_map(SHIPPED).assignments().values()
            for pin in given.wires.values()
        ]
        assert len(pins) == len(set(pins)) > 0


def test_a_real_controller_is_not_simulated() -> None:
    found = parse_hardware_map(changed(lambda m: m["esp32"].update(device="/dev/ttyTHS1")))
    assert set(found.simulated_ports()) == set(Ports.__struct_fields__) - PORTS_OF_ESP32


def test_a_real_camera_beside_a_simulated_controller_is_real() -> None:
    found = parse_hardware_map(
        changed(lambda m: m["ports"]["camera"].update(driver="v4l2", device="/dev/video0"))
    )
    assert set(found.simulated_ports()) == set(Ports.__struct_fields__) - {"camera"}


def test_a_part_that_is_not_fitted_may_be_left_out() -> None:
    found = parse_hardware_map(changed(lambda m: m["ports"].pop("scale")))
    assert found.ports.scale is None
    assert "scale" not in found.assignments()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda m: m["ports"]["gate"].update(driver="esp23"),
            "ports.gate.driver must be one of sim, esp32, gstreamer, v4l2, pictures, gpio, iio, "
            "none, not 'esp23'; did you mean esp32?",
        ),
        (
            lambda m: m["ports"]["camera"].update(driver="esp32"),
            "ports.camera.driver cannot be esp32: "
            "the controller serves bin, chamber, door, gate, indicator, light, pulse, scale, slot, "
            "sorter, thermometer only",
        ),
        (
            lambda m: m["ports"].update(gat=m["ports"].pop("gate")),
            "ports.gat is unknown; did you mean ports.gate?",
        ),
        (lambda m: m["ports"].pop("gate"), "ports.gate is missing"),
        (
            lambda m: m.pop("ports"),
            "ports is missing: docs/reference/drivers.md shows a whole map",
        ),
        (
            lambda m: m["ports"]["bin"]["wires"].update(echo=41),
            "ports.bin.wires.echo must be a whole number from 1 to 40, not 41",
        ),
        (
            lambda m: m["esp32"].update(baud=115201),
            "esp32.baud must be one of 9600, 19200, 38400, 57600, 115200, 230400, 460800, "
            "921600, not 115201",
        ),
        (
            lambda m: m["esp32"].update(dialect="morse"),
            "esp32.dialect must be one of ascii, auto, framed, not 'morse'",
        ),
        (
            lambda m: m["esp32"].update(device=""),
            "esp32.device must be text of 1 to 200 characters, not ''",
        ),
        (
            lambda m: m["ports"]["camera"].update(driver="gpio"),
            "ports.camera.driver cannot be gpio, which serves bin, chamber, door, slot only; "
            "camera can be sim or gstreamer or v4l2 or pictures",
        ),
        (
            lambda m: m["ports"]["gate"].update(driver="none"),
            "ports.gate.driver cannot be none, which serves bin, door, indicator, slot only; "
            "gate can be sim or esp32",
        ),
        (
            lambda m: m["ports"]["camera"].update(driver="v4l2"),
            "ports.camera.device is missing: v4l2 needs a camera such as /dev/v4l/by-id/…",
        ),
        (
            lambda m: m["ports"].update(thermometer={"driver": "none"}),
            "ports.thermometer.driver cannot be none, which serves bin, door, indicator, slot "
            "only; thermometer can be sim or esp32 or iio, or left out",
        ),
        (
            lambda m: m["ports"].update(gate={"driver": "esp32", "device": "/dev/ttyUSB0"}),
            "ports.gate.device is not for esp32: the controller's is esp32.device",
        ),
        (
            lambda m: m["ports"]["camera"].update(driver="gstreamer", device="/dev/video0"),
            "ports.camera.device is not for gstreamer: a CSI camera is camera.sensor, and any "
            "other source camera.source",
        ),
        (
            lambda m: m["ports"]["camera"].update(driver="v4l2", device="/dev/video0\n"),
            "ports.camera.device must not begin or end with a blank, nor hold what cannot be seen",
        ),
        (
            lambda m: m["esp32"].update(device=" /dev/ttyTHS1"),
            "esp32.device must not begin or end with a blank, nor hold what cannot be seen",
        ),
        (
            lambda m: m["ports"].update(chamber={"driver": "esp32", "active_low": True}),
            "ports.chamber.active_low is not for esp32: its firmware says by itself whether "
            "something is there",
        ),
        (
            lambda m: m["ports"]["bin"].update(driver="gpio", active_low=True),
            "ports.bin.active_low is for a switch at gpio",
        ),
        (
            lambda m: m["ports"].update(chamber={"driver": "gpio", "wires": {"sginal": 12}}),
            "ports.chamber.wires.sginal is unknown; did you mean signal?",
        ),
        (
            lambda m: m["ports"].update(chamber={"driver": "gpio", "wires": {"led": 12}}),
            "ports.chamber.wires.led is unknown; gpio reads signal",
        ),
        (
            lambda m: m["ports"]["bin"].update(driver="gpio", wires={"echo": 33}),
            "ports.bin.wires.trigger is missing: gpio needs its pin, by the BOARD numbering",
        ),
        (
            lambda m: m["ports"]["chamber"].update(driver="gpio", wires={"signal": 1}),
            "ports.chamber.wires.signal cannot be pin 1, which is no GPIO; BOARD numbers that "
            "are: 7, 11, 12, 13, 15, 16, 18, 19, 21, 22, 23, 24, 26, 29, 31, 32, 33, 35, 36, "
            "37, 38, 40",
        ),
        (
            lambda m: m["ports"].update(
                chamber={"driver": "gpio", "wires": {"signal": 12}},
                slot={"driver": "gpio", "wires": {"signal": 12}},
            ),
            "ports.slot.wires.signal cannot be pin 12: ports.chamber.wires.signal is there",
        ),
        (
            lambda m: m.update(bin={"empty_cm": 20, "full_cm": 30}),
            "bin: full_cm must be less than empty_cm",
        ),
        (
            lambda m: m.update(camera={"settle": 0}),
            "camera.settle must be a whole number from 1 to 60, not 0",
        ),
        (
            lambda m: m["ports"].update(scale={"driver": "esp32"}),
            "scale.grams_per_count is missing: leave ports.scale out, and run "
            "rvm-edge scale calibrate",
        ),
        (
            lambda m: m.update(scale={"zero_count": 9_000_000}),
            "scale.zero_count must be a whole number from -8388608 to 8388607, not 9000000",
        ),
        (lambda m: m["ports"].update(gate=None), "ports.gate must be a table, not None"),
        (lambda m: m["ports"].update(gate="sim"), "ports.gate must be a table, not 'sim'"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(change: Change, said: str) -> None:
    assert refusal_of(changed(change)) == said


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "line 1, column 1: Expecting value"),
        (b'{\n"ports": }', "line 2, column 10: Expecting value"),
        (
            b'{"ports": {"gate": {"driver": "sim",\n }}}',
            "line 2, column 2: there is a comma before the closing bracket, which JSON does not "
            "allow",
        ),
        (
            b'{"about": ["one", ]}',
            "line 1, column 19: there is a comma before the closing bracket, which JSON does not "
            "allow",
        ),
        (
            b'{\n  // the first machine\n  "ports": {}}',
            "line 2, column 3: JSON has no comments; "
            'a part may have a "note", and the whole map an "about"',
        ),
        (b"{'ports': {}}", "line 1, column 2: JSON puts texts and names in double quotes"),
        (b"[]", "must be a table, not []"),
        (b'{"esp32": {}, "esp32": {}}', "esp32 stands twice in the same table"),
        (b"\n\xff", "line 2 is not UTF-8 text"),
        (b"[" * 60_000, "nested too deeply"),
        (b" " * (MAX_BYTES + 1), f"larger than {MAX_BYTES} bytes"),
    ],
)
def test_what_is_no_map_is_refused(raw: bytes, said: str) -> None:
    assert refusal_of(raw) == said


def test_a_byte_order_mark_does_no_harm() -> None:
    marked = b"\xef\xbb\xbf" + SHIPPED.read_bytes()
    assert parse_hardware_map(marked) == read_hardware_map(SHIPPED)


@pytest.mark.parametrize("driver", ["sim", "none"])
def test_a_part_that_is_out_for_a_while_keeps_what_is_said_of_it(driver: str) -> None:
    part = {"driver": driver, "device": "/dev/gpiochip0", "wires": {"x": 12}, "active_low": True}
    found = parse_hardware_map(changed(lambda m: m["ports"].update(slot=part, door=part)))
    assert found.ports.slot == found.ports.door


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(HardwareMapError, match=r"gone\.json: No such file"):
        read_hardware_map(tmp_path / "gone.json")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_map_or_refused(raw: bytes) -> None:
    with pytest.raises(HardwareMapError):
        parse_hardware_map(raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["ports", "esp32", "device", "gate", "driver", "wires", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    )
)
def test_any_json_is_a_map_or_refused(document: object) -> None:
    with pytest.raises(HardwareMapError):
        parse_hardware_map(json.dumps(document).encode())


@given(st.sampled_from(sorted(PORTS_OF_ESP32)), st.sampled_from([Driver.SIM, Driver.ESP32]))
def test_the_controllers_ports_accept_either_driver(port: str, driver: Driver) -> None:
    raw = changed(lambda m: m["ports"].update({port: {"driver": driver.value}}))
    found = parse_hardware_map(raw)
    assert isinstance(found, HardwareMap)
    assert found.assignments()[port] == Assignment(driver=driver)
