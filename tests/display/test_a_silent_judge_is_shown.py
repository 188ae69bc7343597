"""A second judge that is asked for and not heard is among what a technician should look after."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from rvm_edge.daemon import Daemon
from rvm_edge.display.causes import Cause, Causes
from rvm_edge.display.fittings import Fittings
from rvm_edge.display.sight import RememberingEyes
from rvm_edge.display.troubles import Troubles
from rvm_edge.settings import SegmenterSettings, VisionSettings
from rvm_edge.uplink import Uplink
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.model_store import ModelFile


def test_it_is_a_trouble_of_its_own_while_it_is_silent() -> None:
    judge = SegmenterSettings(enabled=True, checkpoint="w.pt", checkpoint_sha256="0" * 64)
    worker = WorkerEyes(VisionSettings(segmenter=judge), ModelFile(Path("/nowhere.onnx"), ""))
    eyes = RememberingEyes(worker)
    senses = SimpleNamespace(troubles=lambda: iter(()))
    fittings = cast(Fittings, SimpleNamespace(eyes=eyes, senses=senses))
    nobody = SimpleNamespace()
    troubles = Troubles(cast(Daemon, nobody), cast(Uplink, nobody), fittings, cast(Causes, nobody))
    assert list(troubles._of_parts()) == []
    worker.second_judge.worker_says("", "SAM 2: there is no model at w.pt")
    assert list(troubles._of_parts()) == [
        Cause("eyes.second_judge", "SAM 2: there is no model at w.pt")
    ]
    worker.second_judge.worker_says("sam", "")
    assert list(troubles._of_parts()) == []
