"""A service that may not write beside its program compiles it at every start, or never."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from rvm_edge.service.install.files import TEMPLATES, UNITS, Shipped, Site
from rvm_edge.service.install.plan import installation
from rvm_edge.service.install.steps import RunCommand, Step

SHIPPED = Shipped(
    units=dict.fromkeys((*UNITS, *TEMPLATES), ""),
    sysusers="",
    udev="",
    command="",
    policy="",
    xorg="",
    configuration={},
)


def _compiling(site: Site) -> list[Step]:
    return [
        step
        for step in installation(site, SHIPPED)
        if isinstance(step, RunCommand) and "compileall" in step.command
    ]


def test_an_installation_compiles_the_programs_modules(tmp_path: Path) -> None:
    module = tmp_path / "drivers" / "one.py"
    module.parent.mkdir()
    module.write_text("ONE = 1\n")
    site = Site(Path("/opt/rvm-edge/bin/rvm-edge"), tmp_path / "root", modules=(module.parent,))

    (step,) = _compiling(site)
    step.carry_out()

    assert Path(importlib.util.cache_from_source(str(module))).is_file()


def test_an_image_whose_program_is_not_here_is_left_alone(tmp_path: Path) -> None:
    assert not _compiling(Site(Path("/opt/rvm-edge/bin/rvm-edge"), tmp_path))
