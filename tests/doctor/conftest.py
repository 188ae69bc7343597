"""A computer whose files and programs a test decides."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rvm_edge.doctor.place import Answer, Place
from rvm_edge.hardware_map import read_hardware_map
from rvm_edge.locations import Locations
from rvm_edge.packaged import config_file
from rvm_edge.settings import Settings


class Computer:
    """Stands for the computer around a machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.programs: dict[str, Answer] = {}
        self.config = root / "etc/rvm-edge"
        self.data = root / "var/lib/rvm-edge"
        self.config.mkdir(parents=True)
        self.data.mkdir(parents=True, mode=0o700)

    def write(self, path: str, text: str, mode: int = 0o600) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def answers(self, program: str, said: str, code: int = 0) -> None:
        self.programs[program] = Answer(code, said)

    def install(self) -> None:
        for name in ("rvm-edge", "rvm-edge-usb@", "rvm-kiosk"):
            text = config_file(f"systemd/{name}.service").read_text()
            self.write(f"etc/systemd/system/{name}.service", text)
        rules = config_file("udev/99-rvm-edge.rules").read_text()
        self.write("etc/udev/rules.d/99-rvm-edge.rules", rules)
        self.write("usr/local/bin/rvm-edge", config_file("bin/rvm-edge").read_text(), 0o755)

    def runs(self) -> None:
        """Stand for a machine that has its ledger open: /proc/locks knows."""
        lock = self.write("var/lib/rvm-edge/ledger.sqlite.lock", "1\n").stat()
        device = f"{os.major(lock.st_dev):02x}:{os.minor(lock.st_dev):02x}:{lock.st_ino}"
        self.write("proc/locks", f"1: FLOCK  ADVISORY  WRITE 1 {device} 0 EOF\n")

    def place(self, settings: Settings | None = None) -> Place:
        map_path = self.config / "hardware_map.json"
        shipped = config_file("hardware_map.json")
        return Place(
            Locations(self.config, self.data),
            settings or Settings(),
            read_hardware_map(map_path if map_path.exists() else shipped),
            root=self.root,
            environment={"PATH": str(self.root / "bin")},
            ask=self._ask,
        )

    def _ask(self, *words: str) -> Answer:
        return self.programs.get(Path(words[0]).name, Answer(None))


@pytest.fixture(name="computer")
def a_computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)
