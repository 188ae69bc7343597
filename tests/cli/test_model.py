"""`rvm-edge model`: what serves, how another one takes over, and how it is signed."""

from __future__ import annotations

import hashlib
import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rvm_edge.cli import main
from rvm_edge.packaged import model_file
from rvm_edge.vision.model_store import MANIFEST, ModelFile, read_manifest
from rvm_edge.vision.models import device
from rvm_edge.vision.models.store import open_store, read_state
from tests.vision.models.test_store import NEW, OLD, install
from tests.vision.test_trt_engine import ENGINE, program

SHIPPED = read_manifest(model_file(MANIFEST).parent).models[0]


class Machine:
    """A machine's folders, and its `rvm-edge model`."""

    def __init__(self, folder: Path) -> None:
        self.config, self.data = folder / "config", folder / "data"
        self.config.mkdir()
        self.data.mkdir()

    def settings(self, models: str) -> None:
        (self.config / "settings.toml").write_text(f"[models]\n{models}\n", encoding="utf-8")

    def __call__(self, *words: str | Path) -> Result:
        folders = ["--config-dir", str(self.config), "--data-dir", str(self.data)]
        return CliRunner().invoke(main, [*folders, "model", *map(str, words)])


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    private = Ed25519PrivateKey.generate()
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture
def new_model(tmp_path: Path) -> Path:
    """The shipped model under another hash."""
    path = tmp_path / "best.onnx"
    path.write_bytes(model_file(SHIPPED.file).read_bytes() + b"\x32\x03cli")
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(result: Result, why: str, code: int = 1) -> None:
    assert result.exit_code == code
    assert why in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_fresh_machine_serves_what_came_with_the_program(machine: Machine) -> None:
    said = machine("status").stdout
    assert said.splitlines()[0].split()[:3] == [
        "serving",
        SHIPPED.sha256[:12],
        f"v{SHIPPED.version}",
    ]
    told = json.loads(machine("status", "--json").stdout)
    assert (told["serving"]["sha256"], told["source"]) == (SHIPPED.sha256, "handshake")


def test_a_model_is_installed_by_its_hash_after_its_trial_and_taken_back(
    machine: Machine, new_model: Path
) -> None:
    done = machine("install", new_model, "--sha256", digest(new_model), "--version", "v2")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith(f"{digest(new_model)[:12]} v2 serves from now on\n20 canaries")
    status = machine("status").stdout
    assert "on probation: 0 items judged" in status
    assert "previous   the one that came with the program" in status
    back = machine("rollback")
    assert back.stdout == f"{SHIPPED.sha256[:12]} v{SHIPPED.version} serves from now on\n"
    refused(machine("rollback"), "nothing to go back to")
    again = machine("install", new_model, "--sha256", digest(new_model), "--version", "v3")
    refused(again, "turned away or rolled back before")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "nobody says what the model must hash to"),
        (("--sha256", "0" * 64), "hashes to"),
    ],
)
def test_no_model_without_the_right_hash(
    machine: Machine, new_model: Path, words: tuple[str, ...], why: str
) -> None:
    refused(machine("install", new_model, *words), why)
    assert read_state(machine.data / "model-store").candidate is None


def test_what_is_no_file_and_no_address_is_neither(machine: Machine) -> None:
    refused(machine("install", "nowhere.onnx", "--sha256", "0" * 64), "neither a file")


def test_a_server_that_is_not_there_is_named(machine: Machine) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/model.onnx"
        refused(machine("install", address, "--sha256", "0" * 64), "127.0.0.1: not reached")


def test_with_a_key_only_signed_models_are_taken(
    machine: Machine, new_model: Path, key: Path
) -> None:
    public = machine("key", key).stdout.strip()
    machine.settings(f'public_keys = ["{public}"]')
    refused(
        machine("install", new_model, "--sha256", digest(new_model)), "No such file or directory"
    )
    signed = machine("sign", new_model, "--key", key, "--version", "1.2.0", "--days", "30")
    assert "vouches for version 1.2.0" in signed.stdout
    assert "is version 1.2.0" in machine("verify", new_model).stdout
    with new_model.open("ab") as file:
        file.write(b"\x32\x03bad")
    refused(machine("verify", new_model), "of another file")
    refused(machine("install", new_model), "of another file")


def test_thresholds_are_signed_for_a_file_that_cannot_bring_its_own(
    machine: Machine, new_model: Path, key: Path, tmp_path: Path
) -> None:
    machine.settings(f'public_keys = ["{machine("key", key).stdout.strip()}"]')
    thresholds = tmp_path / "thresholds.json"
    thresholds.write_text('{"mineral": 0.99, "mineral_seen": 0.2}', encoding="utf-8")
    sign = ("sign", new_model, "--key", key, "--version", "1.2.0", "--thresholds", thresholds)
    assert machine(*sign).exit_code == 0
    # No canary is that sure a bottle: what the manifest says is what the trial judges by.
    refused(machine("install", new_model), "canaries judged wrong")
    thresholds.write_text('{"cola": 0.5}', encoding="utf-8")
    refused(machine(*sign), "no thresholds")


@pytest.mark.parametrize(
    ("version", "content", "why"),
    [
        ("latest", None, "no version"),
        ("1.2.0", b"\x80\x02pickle", "neither ONNX"),
    ],
)
def test_nonsense_is_not_signed(
    tmp_path: Path, key: Path, version: str, content: bytes | None, why: str
) -> None:
    machine, new_model = Machine(tmp_path), tmp_path / "best.onnx"
    new_model.write_bytes(b"\x08\x07")
    if content is not None:
        new_model.write_bytes(content)
    refused(machine("sign", new_model, "--key", key, "--version", version), why)


def test_what_is_no_key_is_named(machine: Machine, new_model: Path) -> None:
    refused(machine("key", new_model), "best.onnx")


def test_verify_finds_a_model_that_rotted(machine: Machine) -> None:
    folder = machine.data / "model-store"
    basis = model_file(SHIPPED.file)
    with open_store(folder, ModelFile(basis, SHIPPED.sha256, "v1")) as store:
        install(store, OLD)
        install(store, NEW)
    assert machine("verify").stdout == "models checked: 3, wrong: 0\n"
    (folder / OLD[0].file_name).write_bytes(b"rot")
    wrong = machine("verify")
    assert wrong.exit_code == 1
    assert OLD[0].file_name in wrong.stderr


def test_nothing_is_changed_while_the_machine_runs(machine: Machine, new_model: Path) -> None:
    basis = ModelFile(model_file(SHIPPED.file), SHIPPED.sha256, "v1")
    with open_store(machine.data / "model-store", basis) as store:
        install(store, NEW)
        for words in (("rollback",), ("install", new_model, "--sha256", digest(new_model))):
            refused(machine(*words), "stop the machine first", 75)
        assert "v2" in machine("status").stdout
        assert machine("verify").exit_code == 0


def test_a_damaged_record_is_named(machine: Machine) -> None:
    folder = machine.data / "model-store"
    folder.mkdir()
    (folder / "state.json").write_bytes(b"{")
    for word in ("status", "verify"):
        refused(machine(word), "is damaged")


def test_an_engine_is_built_once_and_named_for_the_settings(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, trtexec = tmp_path / "device", program(tmp_path, ENGINE)
    refused(machine("engine", "--trtexec", trtexec, "--tensorrt", "10.3"), "no NVIDIA GPU")
    tree.write_bytes(b"NVIDIA Jetson Orin Nano\0")
    monkeypatch.setattr(device, "_DEVICE_TREE", tree)
    first = machine("engine", "--trtexec", trtexec, "--tensorrt", "10.3")
    assert first.exit_code == 0, first.output
    said = settings_in(first.stdout)
    assert said["model_sha256"] == digest(Path(said["model"]))
    again = machine("engine", "--trtexec", "/nowhere", "--tensorrt", "10.3", "--json")
    assert json.loads(again.stdout)["model"] == said["model"]
    other = machine("engine", "--trtexec", "/nowhere", "--tensorrt", "10.4")
    refused(other, "/nowhere: No such file")


def test_only_of_an_onnx_file_an_engine_is_built(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "best.pt").write_bytes(b"PK\x03\x04")
    refused(machine("engine", tmp_path / "best.pt"), "no .onnx")


def settings_in(lines: str) -> dict[str, str]:
    """Read `name = "text"` lines."""
    pairs = (line.split(" = ", 1) for line in lines.splitlines())
    return {name: text.strip('"') for name, text in pairs}
