"""A `.pt` by file and over the air: loaded restricted, tried, and judged by a manifest's word."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
import torch
import trio
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rvm_edge.cli import main
from rvm_edge.machine import ModelNews, ModelNote
from rvm_edge.orders import Action, Order
from rvm_edge.packaged import samples_dir
from rvm_edge.settings import ModelSettings, Thresholds, VisionSettings
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.models.assembly import Outside, Plan, renewable_eyes
from rvm_edge.vision.models.manifest import Manifest
from rvm_edge.vision.models.signature import public_key_of, signed
from rvm_edge.vision.models.sources.handshake import Named
from rvm_edge.vision.models.store import read_state
from rvm_edge.vision.models.target import beside
from rvm_edge.vision.onnx_detector import OnnxDetector
from tests.vision.models.shelf import SERVER, Shelf

URL = f"{SERVER}/models/trained.pt"
ISSUED = datetime(2026, 11, 1, tzinfo=timezone.utc)
NOW_S = (ISSUED + timedelta(days=1)).timestamp()
PATIENT = VisionSettings(start_timeout_s=120, judge_timeout_s=60)
"""The library for a `.pt` takes seconds to load, and this computer may be busy."""
PRIVATE = Ed25519PrivateKey.generate().private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)


class _Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, crater: Path) -> None:
        self.crater = crater

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.crater),)


@dataclass
class Machine:
    """Eyes, and what becomes of the model that the server names."""

    eyes: WorkerEyes
    notes: list[ModelNote]


@pytest.fixture
def plan(tmp_path: Path, shipped: ModelFile) -> Plan:
    models = ModelSettings(
        formats=("pt",),
        public_keys=(public_key_of(PRIVATE),),
        spare_mb=0,
        slower_at_most=100,
    )
    return Plan(tmp_path / "store", shipped, samples_dir(), models, PATIENT)


@asynccontextmanager
async def told_of(plan: Plan, content: bytes, thresholds: Thresholds) -> AsyncIterator[Machine]:
    """Run a machine whose server names a signed `.pt`, until it was tried."""
    digest = sha256(content).hexdigest()
    manifest = Manifest(
        "2.0", digest, len(content), "pt", ISSUED, ISSUED + timedelta(days=30), thresholds
    )
    shelf = Shelf({URL: content, beside(URL): signed(manifest, PRIVATE)})
    named = Named("2.0", digest, URL)
    outside = Outside(named=lambda: named, transport=shelf, now_s=lambda: NOW_S)
    async with renewable_eyes(plan, outside) as opened, opened.eyes.run():
        await opened.eyes.ready()
        await opened.models.look_for(Order("1", Action.CHECK_MODEL_UPDATE))
        notes = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(opened.models.renew)
            with trio.fail_after(240):
                notes = [await opened.models.next_note(), await opened.models.next_note()]
            nursery.cancel_scope.cancel()
        yield Machine(opened.eyes, notes)


@pytest.fixture(scope="module")
def content(checkpoint: Path) -> bytes:
    return checkpoint.read_bytes()


@pytest.fixture(scope="module")
def chosen(shipped: ModelFile) -> Thresholds:
    """What the shipped network was tuned to: its ONNX file says so, and its `.pt` cannot."""
    return OnnxDetector.load(shipped.path).thresholds or Thresholds()


async def test_over_the_air_it_serves_under_its_own_hash_and_its_manifests_thresholds(
    plan: Plan, content: bytes, chosen: Thresholds
) -> None:
    async with told_of(plan, content, chosen) as machine:
        assert [note.news for note in machine.notes] == [ModelNews.FETCHED, ModelNews.IN_SERVICE]
        assert machine.eyes.model_hash == sha256(content).hexdigest()
        assert machine.eyes.model.thresholds == chosen
    current = read_state(plan.folder).current
    assert current is not None
    assert (current.kind, current.thresholds) == ("pt", chosen)


async def test_the_manifests_thresholds_are_what_its_canaries_are_judged_by(
    plan: Plan, content: bytes, shipped: ModelFile
) -> None:
    impossible = Thresholds(mineral=1.0)
    async with told_of(plan, content, impossible) as machine:
        assert [note.news for note in machine.notes] == [ModelNews.FETCHED, ModelNews.TURNED_AWAY]
        assert "canaries judged wrong" in machine.notes[-1].why
        assert machine.eyes.model_hash == shipped.sha256


async def test_a_bomb_that_even_a_trusted_key_has_signed_does_not_go_off(
    plan: Plan, tmp_path: Path, shipped: ModelFile, chosen: Thresholds
) -> None:
    crater, file = tmp_path / "crater", tmp_path / "bomb.pt"
    torch.save({"model": _Bomb(crater)}, file)
    async with told_of(plan, file.read_bytes(), chosen) as machine:
        assert [note.news for note in machine.notes] == [ModelNews.FETCHED, ModelNews.TURNED_AWAY]
        assert "cannot be loaded by Ultralytics" in machine.notes[-1].why
        assert machine.eyes.model_hash == shipped.sha256
    assert not crater.exists()


def test_by_file_it_is_tried_and_serves_from_the_next_start_on(
    tmp_path: Path, checkpoint: Path, chosen: Thresholds
) -> None:
    config, key, thresholds = tmp_path / "config", tmp_path / "key.pem", tmp_path / "said.json"
    config.mkdir()
    (config / "settings.toml").write_text(
        f'[models]\nformats = ["pt"]\nslower_at_most = 100\n'
        f'public_keys = ["{public_key_of(PRIVATE)}"]\n'
        "[vision]\nstart_timeout_s = 120\njudge_timeout_s = 60\n",
        encoding="utf-8",
    )
    key.write_bytes(PRIVATE)
    thresholds.write_bytes(msgspec.json.encode(chosen))
    model = tmp_path / "trained.pt"
    model.write_bytes(checkpoint.read_bytes())

    def edge(*words: str | Path) -> str:
        folders = ["--config-dir", str(config), "--data-dir", str(tmp_path / "data")]
        ran = CliRunner().invoke(main, [*folders, "model", *map(str, words)])
        assert ran.exit_code == 0, ran.output
        return ran.output

    edge("sign", model, "--key", key, "--version", "2.0", "--thresholds", thresholds)
    assert "serves from now on" in edge("install", model)
    assert sha256(model.read_bytes()).hexdigest()[:12] in edge("status")
