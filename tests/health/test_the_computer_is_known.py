"""Which computer it is: from its own files, and never more than they say."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.health.computer import Computer, read_computer
from tests.health.trees import ORIN_RELEASE, plant


def test_a_jetson_tells_its_board_its_release_and_its_zone(tmp_path: Path) -> None:
    plant(tmp_path, "proc/device-tree/model", b"NVIDIA Jetson Orin Nano Developer Kit\0")
    plant(tmp_path, "etc/nv_tegra_release", ORIN_RELEASE)
    (tmp_path / "etc/localtime").symlink_to("/usr/share/zoneinfo/Asia/Jakarta")
    assert read_computer(tmp_path, {}) == Computer(
        "NVIDIA Jetson Orin Nano Developer Kit", "6.2 (R36.4.3)", "Asia/Jakarta"
    )


def test_a_release_that_nobody_named_yet_is_told_as_it_is(tmp_path: Path) -> None:
    plant(tmp_path, "etc/nv_tegra_release", "# R39 (release), REVISION: 2.0, GCID: 1\n")
    assert read_computer(tmp_path, {}).jetpack_version == "R39.2.0"


@pytest.mark.parametrize("release", ["", "R36", "# R36 (release), REVISION: x", "# R36.4.3", "\0"])
def test_a_release_that_cannot_be_read_is_left_out(tmp_path: Path, release: str) -> None:
    plant(tmp_path, "etc/nv_tegra_release", release)
    assert read_computer(tmp_path, {}).jetpack_version == ""


def test_a_pc_tells_its_maker_and_its_product(tmp_path: Path) -> None:
    plant(tmp_path, "sys/class/dmi/id/sys_vendor", "LENOVO\n")
    plant(tmp_path, "sys/class/dmi/id/product_name", "20QD\n")
    assert read_computer(tmp_path, {}).controller_type == "LENOVO 20QD"


def test_a_computer_that_tells_nothing_is_known_by_its_processor(tmp_path: Path) -> None:
    assert read_computer(tmp_path, {}) == Computer(platform.machine(), "", "")


def test_the_zone_that_was_chosen_for_the_site_comes_before_the_computers_own(
    tmp_path: Path,
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/localtime").symlink_to("/usr/share/zoneinfo/Etc/UTC")
    assert read_computer(tmp_path, {"TZ": "Asia/Jakarta"}).timezone == "Asia/Jakarta"
    for nonsense in ("", ":/etc/localtime", "WIB-7WITA,M3/2"):
        assert read_computer(tmp_path, {"TZ": nonsense}).timezone == "Etc/UTC"


def test_debians_file_names_the_zone_where_the_link_does_not(tmp_path: Path) -> None:
    plant(tmp_path, "etc/localtime", b"TZif2")
    plant(tmp_path, "etc/timezone", "Asia/Makassar\n")
    assert read_computer(tmp_path, {}).timezone == "Asia/Makassar"


@pytest.mark.parametrize("target", ["/usr/share/zoneinfo/", "../../etc/passwd", "/zoneinfo/a b"])
def test_a_link_that_names_no_zone_is_not_believed(tmp_path: Path, target: str) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/localtime").symlink_to(target)
    assert read_computer(tmp_path, {}).timezone == ""


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_no_content_of_the_files_makes_the_reading_fail(
    tmp_path_factory: pytest.TempPathFactory, model: bytes, release: bytes, zone: bytes
) -> None:
    root = tmp_path_factory.mktemp("tree")
    plant(root, "proc/device-tree/model", model)
    plant(root, "etc/nv_tegra_release", release)
    plant(root, "etc/timezone", zone)
    found = read_computer(root)
    assert found.controller_type
    assert all(text.isprintable() for text in (found.controller_type, found.timezone))
