"""Each check: what it takes for well, and what it complains of."""

from __future__ import annotations

import json
import re
import shutil
import stat
import sys
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from rvm_edge.doctor.checks import (
    CHECKS,
    books,
    browser,
    clock,
    credentials,
    disk,
    heat,
    installed_files,
    model,
    network,
    permissions,
    server,
    service,
    wiring,
)
from rvm_edge.doctor.finding import Level
from rvm_edge.packaged import config_file
from rvm_edge.settings import Settings
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models.store import RECORD, open_store
from tests.doctor.conftest import Computer
from tests.vision.models.test_store import NEW, install

GOOD_SERVICE = "ActiveState=active\nUnitFileState=enabled\nNRestarts=2\nWatchdogUSec=2s"
KEY = "k" * 40


def _credentials(
    computer: Computer, server_url: str = "https://rvm.example", mode: int = 0o600
) -> None:
    text = json.dumps(
        {"server_url": server_url, "serial_number": "RVM-1", "name": "One", "api_key": KEY}
    )
    computer.write("var/lib/rvm-edge/rvm-credentials.json", text, mode)


def _rewire(computer: Computer, **changes: object) -> None:
    wired = json.loads(config_file("hardware_map.json").read_text())
    wired.update(changes)
    computer.write("etc/rvm-edge/hardware_map.json", json.dumps(wired))


def test_every_check_has_a_name_of_its_own() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z-]+", name) for name in names)


def test_a_fresh_checkout_has_nothing_that_keeps_it_from_its_work(computer: Computer) -> None:
    levels = {check.name: check.look(computer.place()).level for check in CHECKS}

    assert Level.FAILURE not in levels.values(), levels


def test_two_parts_on_one_pin_are_a_failure(computer: Computer) -> None:
    ports = json.loads(config_file("hardware_map.json").read_text())["ports"]
    ports["chamber"]["wires"] = {"signal": 7}
    _rewire(computer, ports=ports)

    found = wiring.look(computer.place())

    assert (found.level, found.what) == (
        Level.FAILURE,
        "pin 7 is wired to chamber.signal and thermometer.signal",
    )


def test_a_model_that_is_another_file_is_a_failure(computer: Computer) -> None:
    path = computer.write("var/lib/rvm-edge/own.onnx", "not the model")
    vision = msgspec.structs.replace(Settings().vision, model=str(path), model_sha256="a" * 64)

    found = model.look(computer.place(msgspec.structs.replace(Settings(), vision=vision)))

    assert found.level is Level.FAILURE
    assert "another file than was pinned" in found.what


def test_a_model_that_nobody_pinned_is_a_warning_with_its_hash(computer: Computer) -> None:
    path = computer.write("var/lib/rvm-edge/own.onnx", "mine")
    vision = msgspec.structs.replace(Settings().vision, model=str(path))

    found = model.look(computer.place(msgspec.structs.replace(Settings(), vision=vision)))

    assert found.level is Level.WARNING
    assert re.search("[0-9a-f]{64}", found.todo)


class TestAModelOverTheAir:
    """What serves is looked at, not what the settings say."""

    @pytest.fixture
    def stored(self, computer: Computer) -> Path:
        fallback = ModelFile(computer.root / "shipped.onnx", "0" * 64)
        with open_store(computer.place().locations.model_store_dir, fallback) as store:
            install(store, NEW)
            return store.serving().path

    @pytest.mark.usefixtures("stored")
    def test_one_that_is_whole_is_named_with_its_probation(self, computer: Computer) -> None:
        found = model.look(computer.place())
        assert found.level is Level.FINE
        assert f"v2 ({NEW[0].sha256[:12]}…), over the air, on probation" in found.what

    def test_one_that_rotted_is_a_failure_with_the_way_back(
        self, computer: Computer, stored: Path
    ) -> None:
        stored.write_bytes(b"rotten")
        found = model.look(computer.place())
        assert found.level is Level.FAILURE
        assert found.what == "the model is another file than was pinned"
        assert "model rollback" in found.todo

    def test_so_is_one_that_is_gone(self, computer: Computer, stored: Path) -> None:
        stored.unlink()
        found = model.look(computer.place())
        assert (found.level, "model rollback" in found.todo) == (Level.FAILURE, True)

    def test_a_damaged_record_is_a_warning(self, computer: Computer, stored: Path) -> None:
        (stored.parent / RECORD).write_bytes(b"{")
        found = model.look(computer.place())
        assert (found.level, "damaged" in found.what) == (Level.WARNING, True)


@pytest.mark.parametrize(
    ("used_pct", "free_mb", "level"),
    [(50, 10_000, Level.FINE), (93, 10_000, Level.WARNING), (99, 100, Level.FAILURE)],
)
def test_a_disk_is_judged_by_its_share_and_by_what_is_left(
    computer: Computer,
    monkeypatch: pytest.MonkeyPatch,
    used_pct: int,
    free_mb: int,
    level: Level,
) -> None:
    free = free_mb * 1024 * 1024
    usage = SimpleNamespace(used=free * used_pct // (100 - used_pct), free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    assert disk.look(computer.place()).level is level


def test_a_warm_computer_is_a_warning_and_a_part_that_is_off_is_not_read(
    computer: Computer,
) -> None:
    computer.write("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n")
    computer.write("sys/class/thermal/thermal_zone0/temp", "91000\n")

    assert heat.look(computer.place()).what == "91 °C"
    assert heat.look(computer.place()).level is Level.WARNING


def test_a_computer_that_is_slowed_down_is_a_warning_whatever_its_temperature(
    computer: Computer,
) -> None:
    computer.write("sys/class/thermal/cooling_device0/type", "cpu-throttle-alert\n")
    computer.write("sys/class/thermal/cooling_device0/cur_state", "1\n")
    found = heat.look(computer.place())
    assert (found.level, found.what) == (Level.WARNING, "slowed down by cpu-throttle-alert")


def test_a_clock_before_the_program_was_made_is_a_failure(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class In1970(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override] # noqa: ARG003
            return datetime(1970, 1, 1, tzinfo=timezone.utc)

    monkeypatch.setattr(clock, "datetime", In1970)

    assert clock.look(computer.place()).level is Level.FAILURE


@pytest.mark.parametrize(
    ("said", "level"), [("yes", Level.FINE), ("no", Level.WARNING), ("", Level.NOTE)]
)
def test_a_clock_that_nobody_sets_is_a_warning(computer: Computer, said: str, level: Level) -> None:
    computer.answers("timedatectl", said)

    assert clock.look(computer.place()).level is level


def test_a_ledger_that_others_can_read_is_closed_by_the_repair(computer: Computer) -> None:
    ledger = computer.write("var/lib/rvm-edge/ledger.sqlite", "", 0o644)

    found = permissions.look(computer.place())
    assert found.level is Level.WARNING
    assert found.repair is not None
    found.repair.do()

    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600
    assert permissions.look(computer.place()).level is Level.FINE


def test_a_ledger_that_is_no_database_is_a_failure_that_says_to_keep_a_copy(
    computer: Computer,
) -> None:
    computer.write("var/lib/rvm-edge/ledger.sqlite", "this is no database at all" * 100)

    found = books.look(computer.place())

    assert found.level is Level.FAILURE
    assert found.todo.startswith("Keep a copy first: sudo cp -a ")


def test_no_default_route_is_a_warning(computer: Computer) -> None:
    head = "Iface\tDestination\tGateway\tFlags\n"
    computer.write("proc/net/route", f"{head}eth0\t0002A8C0\t00000000\t0001\n")
    computer.write("etc/resolv.conf", "nameserver 192.0.2.1\n")
    assert network.look(computer.place()).level is Level.WARNING

    computer.write("proc/net/route", f"{head}wwan0\t00000000\t0102A8C0\t0003\n")
    assert network.look(computer.place()).what == "a way out by wwan0"


def test_a_way_out_over_ipv6_alone_is_one_and_the_kernels_last_resort_is_none(
    computer: Computer,
) -> None:
    anywhere, gateway = "0" * 32, "fe800000000000000000000000000001"
    nowhere = f"{anywhere} 00 {anywhere} 00 {anywhere} ffffffff 00000001 00000000 00200200 lo\n"
    computer.write("proc/net/ipv6_route", nowhere)
    computer.write("etc/resolv.conf", "nameserver 2001:db8::1\n")
    assert network.look(computer.place()).level is Level.WARNING

    way = f"{anywhere} 00 {anywhere} 00 {gateway} 00000400 00000001 00000000 00450003 wlan0\n"
    computer.write("proc/net/ipv6_route", nowhere + way + "odd\n")
    assert network.look(computer.place()).what == "a way out by wlan0"

    computer.write("etc/resolv.conf", "# nameserver 192.0.2.1\n")
    assert network.look(computer.place()).what == "no name server is configured"


def test_credentials_that_others_can_read_are_a_failure_with_a_repair(computer: Computer) -> None:
    _credentials(computer, mode=0o644)

    found = credentials.look(computer.place())
    assert found.level is Level.FAILURE
    assert found.repair is not None
    found.repair.do()

    assert credentials.look(computer.place()).level is Level.FINE


def test_no_finding_ever_shows_the_key(computer: Computer) -> None:
    for broken in (f'{{"api_key": "{KEY}"', f'{{"api_key": "{KEY}", "serial_number": 1}}'):
        computer.write("var/lib/rvm-edge/rvm-credentials.json", broken)
        assert KEY not in repr(credentials.look(computer.place()))
    _credentials(computer)
    assert KEY not in repr(credentials.look(computer.place()))


def test_a_server_that_nobody_answers_for_is_a_warning(computer: Computer) -> None:
    _credentials(computer, "http://127.0.0.1:9")

    found = server.look(computer.place())

    assert found.level is Level.WARNING
    assert "http://127.0.0.1:9 gives no answer" in found.what


@pytest.mark.parametrize(
    ("said", "level", "words"),
    [
        (GOOD_SERVICE, Level.FINE, "is watched"),
        (GOOD_SERVICE.replace("active\n", "failed\n", 1), Level.FAILURE, "is failed"),
        (GOOD_SERVICE.replace("enabled", "disabled"), Level.WARNING, "not started at boot"),
        (GOOD_SERVICE.replace("2s", "infinity"), Level.WARNING, "the watchdog is infinity"),
        (GOOD_SERVICE.replace("2s", "1min 30s"), Level.WARNING, "the watchdog is 1min 30s"),
        (GOOD_SERVICE.replace("=2\n", "=70\n"), Level.WARNING, "started again 70 times"),
    ],
)
def test_a_service_must_run_start_at_boot_and_be_watched(
    computer: Computer, said: str, level: Level, words: str
) -> None:
    computer.install()
    computer.answers("systemctl", said)

    found = service.look(computer.place())

    assert found.level is level
    assert words in found.what


def test_a_unit_of_another_version_is_a_warning_and_another_program_is_not(
    computer: Computer,
) -> None:
    computer.install()
    unit = computer.root / "etc/systemd/system/rvm-edge.service"
    unit.write_text(unit.read_text().replace("/opt/rvm-edge/bin", "/srv/rvm/bin"))
    assert installed_files.look(computer.place()).level is Level.FINE

    unit.write_text(unit.read_text().replace("WatchdogSec=2", "WatchdogSec=30"))
    assert installed_files.look(computer.place()).level is Level.WARNING


def test_a_browser_that_is_missing_or_old_is_a_warning(computer: Computer) -> None:
    assert "is not installed" in browser.look(computer.place()).what
    computer.write("bin/chromium", f"#!{sys.executable}\n", 0o755)

    computer.answers("chromium", "Chromium 120.0.6099.71 built on Debian")
    assert "older than" in browser.look(computer.place()).what
    computer.answers("chromium", "Chromium 156.0.8078.73 built on Debian")
    assert browser.look(computer.place()).level is Level.FINE

    computer.install()
    assert "no managed policy" in browser.look(computer.place()).what


def test_parts_that_are_only_simulated_keep_a_service_from_starting(computer: Computer) -> None:
    assert wiring.look(computer.place()).level is Level.NOTE
    computer.install()
    assert wiring.look(computer.place()).level is Level.FAILURE
    computer.answers("systemctl", "ExecStart={ argv[]=/opt/rvm-edge/bin/rvm-edge run --simulate }")
    assert wiring.look(computer.place()).level is Level.NOTE
