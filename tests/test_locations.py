"""Where the machine keeps its things: options, then systemd, then the checkout, then XDG."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import rvm_edge
from rvm_edge import locations as module
from rvm_edge.locations import LocationError, Locations, checkout_dir, locate, prepare

CHECKOUT = Path(rvm_edge.__file__).parent.parent


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The program runs from a folder that is no checkout; returns the user's home."""
    package = tmp_path / "site-packages" / "rvm_edge"
    package.mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(package / "locations.py"))
    return tmp_path / "home"


class TestOrder:
    def test_options_come_before_systemd(self, tmp_path: Path) -> None:
        found = locate(
            config_dir=tmp_path,
            data_dir=tmp_path / "d",
            environment={"CONFIGURATION_DIRECTORY": "/etc/x", "STATE_DIRECTORY": "/var/x"},
        )
        assert found == Locations(config_dir=tmp_path, data_dir=tmp_path / "d")

    def test_systemd_comes_before_the_checkout(self, tmp_path: Path) -> None:
        found = locate(
            environment={"CONFIGURATION_DIRECTORY": str(tmp_path), "STATE_DIRECTORY": "/var/x"}
        )
        assert found == Locations(config_dir=tmp_path, data_dir=Path("/var/x"))

    def test_the_first_of_systemds_folders_is_the_units_own(self, tmp_path: Path) -> None:
        found = locate(
            environment={
                "CONFIGURATION_DIRECTORY": f"{tmp_path}:/etc/other",
                "STATE_DIRECTORY": "/var/lib/rvm-edge:/var/lib/other",
            }
        )
        assert found == Locations(config_dir=tmp_path, data_dir=Path("/var/lib/rvm-edge"))

    def test_a_checkout_uses_its_own_folders(self) -> None:
        assert checkout_dir() == CHECKOUT
        assert locate(environment={}) == Locations(CHECKOUT / "config", CHECKOUT / "data")

    def test_an_installed_program_uses_the_users_folders(self, installed: Path) -> None:
        assert locate(environment={"HOME": str(installed)}) == Locations(
            config_dir=installed / ".config/rvm-edge", data_dir=installed / ".local/state/rvm-edge"
        )

    def test_xdg_variables_move_the_users_folders(self, installed: Path) -> None:
        environment = {
            "HOME": str(installed),
            "XDG_CONFIG_HOME": "/somewhere/config",
            "XDG_STATE_HOME": "relative/is/ignored",
        }
        assert locate(environment=environment) == Locations(
            config_dir=Path("/somewhere/config/rvm-edge"),
            data_dir=installed / ".local/state/rvm-edge",
        )

    def test_each_folder_is_found_on_its_own(self, tmp_path: Path) -> None:
        found = locate(data_dir=tmp_path, environment={})
        assert found == Locations(config_dir=CHECKOUT / "config", data_dir=tmp_path)

    def test_relative_folders_become_absolute(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert locate(data_dir=Path("d"), environment={}).data_dir == tmp_path / "d"

    def test_the_process_environment_is_the_default(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
        assert locate().data_dir == tmp_path


def test_files_have_fixed_names() -> None:
    found = Locations(config_dir=Path("/c"), data_dir=Path("/d"))
    assert found.settings_path == Path("/c/settings.toml")
    assert found.hardware_map_path == Path("/c/hardware_map.json")
    assert found.journal_path == Path("/d/journal.sqlite")
    assert found.ledger_path == Path("/d/ledger.sqlite")


class TestRefusal:
    def test_of_a_configuration_folder_that_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(LocationError, match="/gone does not exist"):
            locate(config_dir=tmp_path / "gone", environment={})

    def test_of_a_configuration_folder_that_systemd_names_and_is_missing(self) -> None:
        with pytest.raises(LocationError, match="/not/there does not exist"):
            locate(environment={"CONFIGURATION_DIRECTORY": "/not/there"})

    def test_of_files_in_place_of_folders(self, tmp_path: Path) -> None:
        file = tmp_path / "file"
        file.touch()
        with pytest.raises(LocationError, match=r"configuration folder .*/file is not a folder"):
            locate(config_dir=file, environment={})
        with pytest.raises(LocationError, match=r"data folder .*/file is not a folder"):
            locate(data_dir=file, environment={})

    def test_of_a_data_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        found = Locations(config_dir=tmp_path, data_dir=tmp_path / "file" / "below")
        with pytest.raises(LocationError, match=r"cannot create data folder .*: Not a directory"):
            prepare(found)

    def test_of_folders_that_permissions_close(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The tests may run as root, whom no mode stops: the kernel's answer is given here.
        monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(LocationError, match="may not be read by this user"):
            locate(config_dir=tmp_path, environment={})
        with pytest.raises(LocationError, match=r"may not be written by this user: .*sudo"):
            prepare(Locations(config_dir=tmp_path, data_dir=tmp_path))


def test_a_new_data_folder_is_closed_to_others(tmp_path: Path) -> None:
    found = Locations(config_dir=tmp_path, data_dir=tmp_path / "a" / "b")
    assert prepare(found) == found
    assert found.data_dir.stat().st_mode & 0o777 == 0o700


def test_locating_creates_nothing(tmp_path: Path) -> None:
    locate(data_dir=tmp_path / "d", environment={})
    assert not (tmp_path / "d").exists()


def test_the_screens_token_lies_where_its_own_user_can_read_it_under_a_service_manager(
    tmp_path: Path,
) -> None:
    by_hand = locate(data_dir=tmp_path, environment={})
    as_a_service = locate(
        environment={
            "STATE_DIRECTORY": str(tmp_path),
            "RUNTIME_DIRECTORY": "/run/rvm-edge:/run/other",
        }
    )

    assert by_hand.screen_token_path == tmp_path / "screen-token"
    assert as_a_service.screen_token_path == Path("/run/rvm-edge/screen-token")
