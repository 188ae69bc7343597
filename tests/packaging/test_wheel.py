"""A wheel works outside the checkout, with everything that it needs inside."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rvm_edge import __version__
from rvm_edge.locations import checkout_dir

ROOT = checkout_dir() or Path()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel offline."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
        timeout=100,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", folder, wheel], check=True, timeout=100)
    return folder


def run(installed: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program from elsewhere; the checkout cannot be imported."""
    script = (
        "import sys; "
        f"sys.path = [{str(installed)!r}, *(p for p in sys.path if p not in ('', {str(ROOT)!r}))]; "
        "from rvm_edge.cli import main; main(sys.argv[1:])"
    )
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_has_the_version(installed: Path, tmp_path: Path) -> None:
    answer = run(installed, tmp_path, "--version")
    assert (answer.stdout, answer.stderr) == (f"rvm-edge {__version__}\n", "")


def test_finds_its_own_packaged_files(installed: Path, tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path = [{str(installed)!r}, "
        f"*(p for p in sys.path if p not in ('', {str(ROOT)!r}))]\n"
        "from rvm_edge.packaged import config_file, model_file, samples_dir\n"
        "print(config_file('settings.toml'), config_file('hardware_map.json'))\n"
        "print(model_file('rvm_yolo11n_320_v3.onnx'), samples_dir())\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for path in answer.stdout.split():
        assert path.startswith(f"{installed}/rvm_edge/_packaged/")


def test_uses_the_users_folders_and_the_packaged_hardware_map(
    installed: Path, tmp_path: Path
) -> None:
    answer = run(installed, tmp_path, "settings", "check")
    assert answer.stdout.startswith(f"{tmp_path}/.config/rvm-edge: can be used\n")
    assert answer.returncode == 0


def test_checks_its_chart(installed: Path, tmp_path: Path) -> None:
    answer = run(installed, tmp_path, "chart", "check", "--json")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("{")


def test_carries_types_licence_and_every_shipped_file(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"{package}/py.typed" for package in ("rvm_edge", "states", "drivers")} <= names
    assert f"myrvm_edge-{__version__}.dist-info/licenses/LICENSE" in names
    tracked = subprocess.run(
        ["git", "ls-files", "config", "data"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    shipped = {f"rvm_edge/_packaged/{path}" for path in tracked.stdout.splitlines()}
    assert len(shipped) > 1
    assert shipped <= names


def test_carries_nothing_that_a_machine_remembers(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if ".sqlite" in name or name.startswith("tests/")] == []
