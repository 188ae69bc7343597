"""The right to restart the computer is a unit: it must be there when the settings say so."""

from __future__ import annotations

import msgspec
import pytest

from rvm_edge.doctor.checks import installed_files
from rvm_edge.doctor.finding import Level
from rvm_edge.packaged import config_file
from rvm_edge.service.install.files import REBOOT_UNITS
from rvm_edge.settings import CloudSettings, OrderSettings, Settings
from tests.doctor.conftest import Computer


def _settings(*, may_reboot: bool) -> Settings:
    return Settings(cloud=CloudSettings(orders=OrderSettings(may_reboot=may_reboot)))


@pytest.mark.parametrize("may", [False, True])
@pytest.mark.parametrize("is_there", [False, True])
def test_settings_and_units_must_say_the_same(
    computer: Computer, may: bool, is_there: bool
) -> None:
    computer.install()
    for name in REBOOT_UNITS if is_there else ():
        text = config_file(f"systemd/{name}").read_text()
        computer.write(f"etc/systemd/system/{name}", text)

    found = installed_files.look(computer.place(_settings(may_reboot=may)))

    assert found.level is (Level.FINE if may == is_there else Level.WARNING)
    if may != is_there:
        assert found.todo == "Run: sudo rvm-edge install --apply"


def test_by_default_the_server_may_not() -> None:
    assert not msgspec.convert({}, Settings).cloud.orders.may_reboot
