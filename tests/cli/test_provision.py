"""`rvm-edge provision` against a simulated server: tried first, then kept, then deleted."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rvm_edge.cli import main
from rvm_edge.cli.failures import CommandError
from rvm_edge.provisioning.credentials import read_credentials

EDGE = (sys.executable, "-m", "rvm_edge")
WITHIN_S = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, Any]]:
    """A MyRVM server, and a machine that it knows."""
    with subprocess.Popen(
        [*EDGE, "cloud-sim", "--json", "--api-key", "k" * 64],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


class Machine:
    """A machine's folder, and a file of credentials beside it."""

    def __init__(self, folder: Path, exported: dict[str, Any]) -> None:
        self.data = folder / "data"
        self.file = folder / "rvm-credentials-RVM-202601-001.json"
        self.export(exported)

    def export(self, exported: dict[str, Any]) -> None:
        self.file.write_text(json.dumps(exported))

    def provision(self, *words: str, fed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*EDGE, "--data-dir", str(self.data), "provision", *words],
            input=fed,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )

    @property
    def kept(self) -> Path:
        return self.data / "rvm-credentials.json"


@pytest.fixture
def machine(tmp_path: Path, server: dict[str, Any]) -> Machine:
    return Machine(tmp_path, server["credentials"])


def test_what_the_server_knows_is_kept_and_the_file_is_gone(
    machine: Machine, server: dict[str, Any]
) -> None:
    done = machine.provision(str(machine.file), "--time-zone", "Asia/Jakarta", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["serial_number"] == "RVM-202601-001"
    assert told["standing"] == "ok"
    assert told["original"] == "deleted"
    assert not machine.file.exists()
    assert stat.S_IMODE(machine.kept.stat().st_mode) == 0o600
    assert read_credentials(machine.kept).identity.server_url == server["url"]
    assert json.loads((machine.data / "site.json").read_text())["time_zone"] == "Asia/Jakarta"
    assert "k" * 64 not in done.stdout + done.stderr


def test_a_key_that_the_server_does_not_know_is_not_kept(
    machine: Machine, server: dict[str, Any]
) -> None:
    machine.export({**server["credentials"], "api_key": "x" * 64})
    done = machine.provision(str(machine.file))
    assert done.returncode == 1
    assert "does not accept this machine's key" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "x" * 64 not in done.stderr
    assert machine.file.exists()
    assert not machine.kept.exists()


def test_without_a_server_nothing_is_kept_unless_somebody_insists(
    machine: Machine, server: dict[str, Any]
) -> None:
    done = machine.provision(str(machine.file), "--server", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "http://127.0.0.1:9" in done.stderr
    assert not machine.kept.exists()
    done = machine.provision(
        str(machine.file), "--server", "http://127.0.0.1:9", "--no-handshake", "--keep-file"
    )
    assert done.returncode == 0
    assert machine.file.exists()
    assert read_credentials(machine.kept).identity.server_url == "http://127.0.0.1:9"


def test_what_a_link_leads_to_holds_the_key_and_is_deleted_with_it(machine: Machine) -> None:
    link = machine.file.with_name("link.json")
    link.symlink_to(machine.file)
    done = machine.provision(str(link), "--no-handshake", "--json")
    assert json.loads(done.stdout)["original"] == "deleted"
    assert not machine.file.exists()
    assert not link.is_symlink()


def test_a_file_that_cannot_be_deleted_is_told(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> bool:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("rvm_edge.provisioning.one_file.discard", refuse)
    words = ["--data-dir", str(machine.data), "provision", str(machine.file), "--no-handshake"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "still holds the key (read-only file system): delete it" in done.output
    assert machine.file.exists()


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/", "/proc/self/mem"])
def test_what_is_no_file_is_not_read(machine: Machine, path: str) -> None:
    done = machine.provision(path)
    assert done.returncode == 78
    assert done.stderr.count("\n") == 1


def test_a_file_that_this_user_may_not_read_is_of_no_use_as_any_other_is(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The tests may run as root, whom no mode stops: the kernel's answer is given here.
    monkeypatch.setattr(os, "access", lambda path, *_: Path(path) != machine.file)

    def refuse(path: Path, _most: int) -> bytes:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr("rvm_edge.provisioning.credentials.read_bounded", refuse)
    words = ["--data-dir", str(machine.data), "provision", str(machine.file)]
    done = CliRunner().invoke(main, words, standalone_mode=False)
    assert isinstance(done.exception, CommandError)
    assert (done.exception.exit_code, str(done.exception)) == (
        78,
        f"{machine.file}: permission denied",
    )


def test_credentials_that_are_there_are_not_replaced_by_accident(machine: Machine) -> None:
    assert machine.provision(str(machine.file), "--keep-file").returncode == 0
    done = machine.provision(str(machine.file))
    assert done.returncode == 1
    assert "--replace" in done.stderr
    assert machine.provision(str(machine.file), "--replace").returncode == 0


@pytest.mark.parametrize(
    ("exported", "why"),
    [
        ({"rvm_edge_config": {"api_key": ""}}, "API key missing"),
        ({"serial_number": "N/A", "api_key": "k" * 64}, "the export failed"),
        ({"serial_number": "RVM-1", "api_key": "k" * 64}, "names no server: --server"),
    ],
)
def test_a_wrong_file_is_explained(machine: Machine, exported: dict[str, Any], why: str) -> None:
    machine.export(exported)
    done = machine.provision(str(machine.file))
    assert done.returncode == 78
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_reset_asks_and_takes_nothing_but_who_the_machine_is(machine: Machine) -> None:
    assert machine.provision(str(machine.file)).returncode == 0
    ledger = machine.data / "ledger.sqlite"
    ledger.write_bytes(b"not even a ledger")
    assert machine.provision("--reset", fed="n\n").returncode != 0
    assert machine.kept.exists()
    done = machine.provision("--reset", "--yes", "--json")
    assert json.loads(done.stdout) == {"forgotten": True, "waiting": None}
    assert not machine.kept.exists()
    assert ledger.read_bytes() == b"not even a ledger"


def test_a_file_or_a_reset_and_not_both(machine: Machine) -> None:
    assert machine.provision().returncode == 2
    assert machine.provision(str(machine.file), "--reset").returncode == 2
