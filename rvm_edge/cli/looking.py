"""How commands that look at pictures get their model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from rvm_edge.cli.failures import CommandError

if TYPE_CHECKING:
    from rvm_edge.settings import VisionSettings
    from rvm_edge.vision.detector import Detector


def load_detector(eyes: VisionSettings, model: Path | None) -> Detector:
    """Load the model that was asked for, else the one that the settings name.

    Raises:
        CommandError: it cannot be used.
    """
    from rvm_edge.packaged import PackagedFileError, model_file
    from rvm_edge.vision.backends.choosing import load_chosen
    from rvm_edge.vision.detector import ModelError
    from rvm_edge.vision.model_store import MANIFEST, ManifestError, choose

    if model is not None:
        eyes = msgspec.structs.replace(eyes, model=str(model), model_sha256="")
    try:
        return load_chosen(choose(eyes, model_file(MANIFEST).parent), eyes)
    except (ManifestError, ModelError, PackagedFileError) as error:
        raise CommandError(str(error)) from error
