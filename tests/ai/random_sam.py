"""SAM 2.1 weights that nobody trained: enough to load, measure and time, and no more."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import torch
from sam2.build_sam import build_sam2

from rvm_edge.settings import SegmenterSettings
from rvm_edge.vision.segmenter.sam2_segmenter import CONFIGS


def write_weights(target: Path) -> str:
    """Write random weights of the tiny model as its publisher does, and return their SHA-256."""
    torch.manual_seed(0)
    network = build_sam2(CONFIGS["tiny"], ckpt_path=None, device="cpu")
    torch.save({"model": network.state_dict()}, target)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def settings_for(checkpoint: Path, sha256: str, input_side: int = 256) -> SegmenterSettings:
    """Return the settings of a judge with these weights, for a machine that is in no hurry."""
    said = {
        "enabled": True,
        "checkpoint": str(checkpoint),
        "checkpoint_sha256": sha256,
        "input_side": input_side,
        "timeout_s": 2.5,
    }
    return msgspec.convert(said, SegmenterSettings)
