"""How commands that look at pictures get their model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rvm_edge.cli.failures import CommandError

if TYPE_CHECKING:
    from rvm_edge.settings import VisionSettings
    from rvm_edge.vision.detector import Detector
    from rvm_edge.vision.stills import JudgedStills

_PATIENCE_S = 30.0


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


class SecondLook:
    """The second judge, for commands that look at pictures: heard where the settings ask for it."""

    def __init__(self, eyes: VisionSettings) -> None:
        """Call the judge that the settings ask for, if any."""
        from rvm_edge.vision.model_store import ModelFile
        from rvm_edge.vision.segmenter.seat import call_judge
        from rvm_edge.vision.wire import Load

        self._shape = eyes.segmenter.shape
        wanted = Load.of(ModelFile(Path(), ""), eyes)
        if wanted.segmenter is not None:  # nobody stands in front of files
            patient = msgspec.structs.replace(wanted.segmenter, timeout_s=_PATIENCE_S)
            wanted = msgspec.structs.replace(wanted, segmenter=patient)
        self._judge = call_judge(wanted)
        self._say(self._judge.trouble)

    def __call__(self, judged: JudgedStills) -> JudgedStills:
        """Return what becomes of an item once the judge was heard."""
        from rvm_edge.vision.segmenter.segmenter import SegmenterError
        from rvm_edge.vision.stills import hear_second

        if not self._judge.name:
            return judged
        try:
            return hear_second(judged, self._judge, self._shape)
        except SegmenterError as error:
            self._say(str(error))
            return judged

    def _say(self, trouble: str) -> None:
        if trouble:
            click.echo(f"rvm-edge: the second judge is not heard: {trouble}", err=True)
