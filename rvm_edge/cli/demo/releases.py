"""A new model in the demo: its server releases one, and the machine takes it by itself."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import trio

from rvm_edge.cli.demo.machine import SimulatedMachine
from rvm_edge.machine import ModelsError
from rvm_edge.orders import Action, Order
from rvm_edge.vision.eyes import WorkerEyes
from states.events import LinkLost

PATIENCE_S = 120.0
"""The machine tries a model only while nobody is served."""

_LOOKS_AGAIN_S = 0.1
_SHOWN = 12
_DOC_STRING = b"\x32"
"""Field 6 of ONNX's ModelProto, a text: it changes a file's hash, and nothing of what it does."""

_numbers = itertools.count(1)


def renamed(model: bytes, text: str) -> bytes:
    """Return an ONNX model that is the same but for its hash."""
    words = text.encode("ascii")[:127]
    return model + _DOC_STRING + bytes([len(words)]) + words


async def release(machine: SimulatedMachine) -> str:
    """Release the network that serves under another hash, and wait until the machine took it.

    Returns:
        What came of it, for people.
    """
    eyes = machine.eyes.eyes
    if not isinstance(eyes, WorkerEyes):
        return "these eyes have no model that could be changed"
    # Above all that ever served, also in a data folder that outlives this process.
    version = f"v{time.time_ns() // 1_000_000_000}.{next(_numbers)}"
    content = await trio.to_thread.run_sync(Path(eyes.model.path).read_bytes)
    model = machine.server.books.add_model(version, renamed(content, version))
    # A machine learns of models by its next handshake. It need not wait for one here.
    await machine.daemon.runtime.post(LinkLost())
    with trio.move_on_after(PATIENCE_S):
        while not _is_named(machine, model.sha256):
            await trio.sleep(_LOOKS_AGAIN_S)
        try:
            await machine.daemon.machine.models.look_for(Order(version, Action.CHECK_MODEL_UPDATE))
        except ModelsError as error:
            return f"{version} is released, and this machine takes none: {error}"
        while eyes.model_hash != model.sha256:
            await trio.sleep(_LOOKS_AGAIN_S)
        return f"{version} serves from the next item on ({model.sha256[:_SHOWN]}…)"
    return f"{version} is released: the machine tries it when nobody is served"


def _is_named(machine: SimulatedMachine, sha256: str) -> bool:
    welcome = machine.server.uplink.cloud.welcome
    return welcome is not None and welcome.model is not None and welcome.model.sha256 == sha256
