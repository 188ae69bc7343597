"""Judging pictures that lie on a disk, in this process: one item, one or several pictures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from rvm_edge.item import Detection, Verdict
from rvm_edge.settings import AcceptanceSettings, ShapeSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.detector import Detector
from rvm_edge.vision.picture import PictureUnreadableError, read_picture, sniff
from rvm_edge.vision.picture_files import read_file
from rvm_edge.vision.segmenter.hearing import surest_bottle
from rvm_edge.vision.segmenter.mask_rule import heard
from rvm_edge.vision.segmenter.seat import JudgesSeat


class Still(msgspec.Struct, frozen=True):
    """One picture and what it showed.

    Attributes:
        path: its file.
        pixels: shape (height, width, 3), blue green red; None for an unreadable one.
        detections: what was found.
        unreadable: why it could not be read, or "".
    """

    path: Path
    pixels: NDArray[np.uint8] | None = None
    detections: tuple[Detection, ...] = ()
    unreadable: str = ""


class JudgedStills(msgspec.Struct, frozen=True):
    """One item's pictures and the verdict over them.

    Attributes:
        stills: the pictures.
        verdict: over all of them.
        cut: what the second judge took for the item, on grey; None where it was not heard.
    """

    stills: tuple[Still, ...]
    verdict: Verdict
    cut: NDArray[np.uint8] | None = None


def judge_stills(
    detector: Detector, paths: Sequence[Path], settings: AcceptanceSettings
) -> JudgedStills:
    """Take `paths` for the pictures of one item and decide.

    Unreadable pictures count as pictures that do not show a bottle.

    Raises:
        ModelError: the model gave something that is no answer.
    """
    started = time.perf_counter()
    stills = tuple(_look(detector, path) for path in paths)
    verdict = decide(
        [None if still.pixels is None else still.detections for still in stills],
        settings,
        # The clock of a machine with a person in front of it does not run for files.
        elapsed_s=0.0,
        model_hash=detector.model_hash,
    )
    elapsed_ms = (time.perf_counter() - started) * 1000
    return JudgedStills(stills, replace(verdict, elapsed_ms=elapsed_ms))


def hear_second(judged: JudgedStills, judge: JudgesSeat, settings: ShapeSettings) -> JudgedStills:
    """Have the second judge measure an item that the rule accepts.

    Raises:
        SegmenterError: it has nothing to say.
    """
    where = surest_bottle(judged.verdict)
    if not judged.verdict.accepted or where is None:
        return judged
    number, bottle = where
    pixels = judged.stills[number].pixels
    assert pixels is not None, "a bottle was found in it"
    measured = judge.measure(pixels, bottle.box)
    verdict = heard(judged.verdict, measured.figures, judge.name, settings)
    return replace(judged, verdict=verdict, cut=measured.cut)


def _look(detector: Detector, path: Path) -> Still:
    try:
        data = read_file(path)
        pixels = read_picture(data, sniff(data))
    except PictureUnreadableError as error:
        return Still(path, unreadable=str(error))
    return Still(path, pixels, detector.detect(pixels))
