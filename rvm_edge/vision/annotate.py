"""Draws what the eyes saw and decided into a picture, for people."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from rvm_edge.item import Detection, Verdict
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.vision.classes import NOT_EMPTY, PET
from rvm_edge.vision.evidence import believed
from rvm_edge.wording import wording_of

Colour = tuple[int, int, int]
Corner = tuple[int, int]

_WIDTH = 1024
_TALLEST = 1024
_FOOTER = 132
_FONT = cv2.FONT_HERSHEY_DUPLEX

# Blue, green, red.
_GREEN: Colour = (80, 175, 46)
_RED: Colour = (60, 60, 224)
_BLUE: Colour = (222, 140, 32)
_GREY: Colour = (150, 150, 150)
_INK: Colour = (30, 24, 20)
_WHITE: Colour = (255, 255, 255)
_SOFT: Colour = (196, 190, 184)


def annotate(
    picture: NDArray[np.uint8],
    detections: Sequence[Detection],
    verdict: Verdict,
    settings: AcceptanceSettings,
) -> NDArray[np.uint8]:
    """Draw boxes, labels, the verdict and its reason.

    Detections that the rule does not believe are drawn thin and grey.

    Args:
        picture: shape (height, width, 3), blue green red; stays as it is.
        detections: of this picture, in its pixels.
        verdict: of the item.
        settings: the rule's figures, which say which detections are believed.

    Returns:
        A new picture, 1024 pixels wide, with a footer below the scene.
    """
    scene, scale, left = _canvas(picture)
    labels = _Labels(scene)
    for one in sorted(detections, key=lambda found: found.confidence):
        sure = believed(one, settings)
        colour = _colour(one.label) if sure else _GREY
        x1, y1, x2, y2 = (round(value * scale) for value in one.box)
        _frame(scene, (left + x1, y1), (left + x2, y2), colour, 4 if sure else 1)
    for one in sorted(detections, key=lambda found: -found.confidence):
        if believed(one, settings):
            corner = (left + round(one.box[0] * scale), round(one.box[1] * scale))
            labels.add(f"{one.label} {one.confidence:.2f}", corner, _colour(one.label))
    return np.concatenate([scene, _footer(verdict)], axis=0)


def _canvas(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float, int]:
    """Return the picture at its shown size, the scale, and how far from the left it stands."""
    height, width = picture.shape[:2]
    scale = min(_WIDTH / width, _TALLEST / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    interpolation = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    left = (_WIDTH - size[0]) // 2
    scene = np.full((size[1], _WIDTH, 3), _INK, dtype=np.uint8)
    scene[:, left : left + size[0]] = cv2.resize(picture, size, interpolation=interpolation)
    return scene, scale, left


class _Labels:
    """Puts labels above their boxes, side by side where several boxes share a corner."""

    def __init__(self, scene: NDArray[np.uint8]) -> None:
        self._scene = scene
        self._taken: list[tuple[int, int, int, int]] = []

    def add(self, text: str, corner: Corner, colour: Colour) -> None:
        """Write a label near a box's upper left corner."""
        (width, height), _ = cv2.getTextSize(text, _FONT, 0.7, 1)
        chip_width, chip_height = width + 20, height + 20
        right = self._scene.shape[1] - chip_width
        x = max(0, min(corner[0] - 2, right))
        y = max(0, corner[1] - chip_height)
        while self._hits(x, y, chip_width, chip_height):
            y += chip_height + 3
        self._taken.append((x, y, chip_width, chip_height))
        end = (x + chip_width, y + chip_height)
        cv2.rectangle(self._scene, (x, y), end, colour, -1)
        _write(self._scene, text, (x + 10, y + chip_height - 10), 0.7, _WHITE)

    def _hits(self, x: int, y: int, width: int, height: int) -> bool:
        return any(
            x < left + wide and left < x + width and y < top + high and top < y + height
            for left, top, wide, high in self._taken
        )


def _footer(verdict: Verdict) -> NDArray[np.uint8]:
    """Return the band with the verdict: shape (footer, width, 3)."""
    band = np.full((_FOOTER, _WIDTH, 3), _INK, dtype=np.uint8)
    colour = _GREEN if verdict.accepted else _RED
    words = wording_of(verdict.reason)
    cv2.rectangle(band, (0, 0), (_WIDTH, 7), colour, -1)
    cv2.rectangle(band, (24, 32), (194, 108), colour, -1)
    word = "ACCEPT" if verdict.accepted else "REJECT"
    (width, height), _ = cv2.getTextSize(word, _FONT, 1.1, 2)
    _write(band, word, (24 + (170 - width) // 2, 70 + height // 2), 1.1, _WHITE, thickness=2)
    _write(band, words.english.happened, (220, 58), 0.95, _WHITE)
    _write(band, words.indonesian.happened, (220, 88), 0.65, _SOFT)
    _write(band, _small_print(verdict), (220, 115), 0.5, _GREY)
    return band


def _small_print(verdict: Verdict) -> str:
    parts = [verdict.reason.value]
    if verdict.label:
        parts.append(f"{verdict.label} {verdict.confidence:.2f}")
    if verdict.weight_g is not None:
        parts.append(f"{verdict.weight_g:.0f} g")
    if verdict.model_hash:
        parts.append(f"model {verdict.model_hash[:12]}")
    return "  |  ".join(parts)


def _colour(label: str) -> Colour:
    if label == PET:
        return _GREEN
    return _BLUE if label == NOT_EMPTY else _RED


def _frame(
    scene: NDArray[np.uint8], first: Corner, last: Corner, colour: Colour, thickness: int
) -> None:
    """Draw a box; a believed one with a dark edge, to be seen on any ground."""
    if thickness > 1:
        cv2.rectangle(scene, first, last, _INK, thickness + 3, cv2.LINE_AA)
    cv2.rectangle(scene, first, last, colour, thickness, cv2.LINE_AA)


def _write(
    scene: NDArray[np.uint8],
    text: str,
    origin: Corner,
    size: float,
    colour: Colour,
    *,
    thickness: int = 1,
) -> None:
    cv2.putText(scene, text, origin, _FONT, size, colour, thickness, cv2.LINE_AA)
