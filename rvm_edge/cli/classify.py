"""`rvm-edge classify`: what the machine's eyes say of pictures, with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.options import json_option, print_json, settings
from rvm_edge.cli.progress import progress
from rvm_edge.item import Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rvm_edge.settings import AcceptanceSettings
    from rvm_edge.vision.stills import JudgedStills, Still

_MANY = 8


@click.command(
    "classify",
    epilog="Exit codes: 0 every picture was judged, whatever the verdict; 1 a picture or the model "
    "could not be read (the other pictures are judged all the same); 2 wrong usage; 78 wrong "
    "settings.",
)
@click.argument("pictures", nargs=-1, required=True, metavar="PICTURE...")
@json_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write each picture into DIR with boxes, verdict and reason drawn in, and what the second "
    "judge took for the item.",
)
@click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Look with this model: .onnx, .pt or .engine. Default: the setting vision.model.",
)
@click.option("--together", is_flag=True, help="All pictures show one item.")
def command(
    *,
    pictures: tuple[str, ...],
    as_json: bool,
    out: Path | None,
    model: Path | None,
    together: bool,
) -> None:
    """Judge pictures of items, with reasons.

    PICTURE is a JPEG or PNG file, a folder of them, or a quoted pattern. Each picture is taken for
    an item of its own unless --together is given.
    """
    from rvm_edge.cli.looking import SecondLook, load_detector
    from rvm_edge.vision.picture_files import find_pictures
    from rvm_edge.vision.stills import judge_stills

    eyes = settings().vision
    detector = load_detector(eyes, model)
    rule = eyes.rule_with(detector.thresholds)
    second_look = SecondLook(eyes)
    paths = list(find_pictures(pictures))
    if not paths:
        raise CommandError(f"{', '.join(pictures)}: no JPEG or PNG files there")
    groups = [paths] if together else [[path] for path in paths]
    report = _Report(as_json=as_json, out=out, model=detector.model_hash)
    with progress("judging", len(groups), above=_MANY) as step:
        for group in groups:
            judged = second_look(judge_stills(detector, group, rule))
            report.add(judged, _draw(judged, report.out, rule))
            step()
    report.finish()


class _Report:
    """Prints what was found, as lines while it goes or as one JSON object at the end."""

    def __init__(self, *, as_json: bool, out: Path | None, model: str) -> None:
        self._as_json = as_json
        self._model = model
        self._items: list[dict[str, object]] = []
        self._unreadable: list[dict[str, str]] = []
        self._accepted = 0
        self.out = _Folder(out) if out else None

    def add(self, judged: JudgedStills, drawn: Sequence[Path]) -> None:
        """Report one item; unreadable pictures go to stderr, one line each."""
        for still in judged.stills:
            if still.unreadable:
                click.echo(f"rvm-edge: {still.path}: unreadable: {still.unreadable}", err=True)
                self._unreadable.append({"picture": str(still.path), "why": still.unreadable})
        if all(still.unreadable for still in judged.stills):
            return
        self._accepted += judged.verdict.accepted
        self._items.append(_as_plain(judged, drawn))
        if not self._as_json:
            click.echo(_line(judged))

    def finish(self) -> None:
        """Print the sum, and leave with 1 if a picture was unreadable."""
        rejected = len(self._items) - self._accepted
        if self._as_json:
            print_json(
                {
                    "model_hash": self._model,
                    "accepted": self._accepted,
                    "rejected": rejected,
                    "items": self._items,
                    "unreadable": self._unreadable,
                }
            )
        else:
            unreadable = f", {len(self._unreadable)} unreadable" if self._unreadable else ""
            click.echo(f"{self._accepted} accepted, {rejected} rejected{unreadable}")
            if self.out:
                click.echo(f"annotated pictures: {self.out.path}")
        if self._unreadable:
            raise click.exceptions.Exit(1)


class _Folder:
    """Where annotated pictures go; pictures of one name in two folders stay two."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._used: set[str] = set()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"cannot create {path}: {error.strerror}") from error

    def name_for(self, picture: Path) -> Path:
        """Return a name that nothing in this run has yet."""
        name, number = f"{picture.stem}.judged.jpg", 1
        while name in self._used:
            number += 1
            name = f"{picture.stem}.{number}.judged.jpg"
        self._used.add(name)
        return self.path / name


def _draw(judged: JudgedStills, folder: _Folder | None, rule: AcceptanceSettings) -> list[Path]:
    if folder is None:
        return []
    drawn = [
        _draw_one(still, judged.verdict, folder.name_for(still.path), rule)
        for still in judged.stills
        if still.pixels is not None
    ]
    if judged.cut is not None:
        drawn.append(_write(judged.cut, drawn[0].with_suffix(".cut.jpg")))
    return drawn


def _draw_one(still: Still, verdict: Verdict, target: Path, rule: AcceptanceSettings) -> Path:
    from rvm_edge.vision.annotate import annotate

    assert still.pixels is not None
    return _write(annotate(still.pixels, still.detections, verdict, rule), target)


def _write(drawn: NDArray[np.uint8], target: Path) -> Path:
    import cv2

    _, encoded = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, 90])
    try:
        target.write_bytes(encoded.tobytes())
    except OSError as error:
        raise CommandError(f"cannot write {target}: {error.strerror}") from error
    return target


def _line(judged: JudgedStills) -> str:
    verdict = judged.verdict
    word = "ACCEPT" if verdict.accepted else "REJECT"
    word = click.style(word, fg="green" if verdict.accepted else "red", bold=True)
    deciding = f"{verdict.label} {verdict.confidence:.2f}" if verdict.label else "-"
    names = ", ".join(str(still.path) for still in judged.stills)
    return f"{word}  {verdict.reason.value:<16}  {deciding:<18}  {names}"


def _as_plain(judged: JudgedStills, drawn: Sequence[Path]) -> dict[str, object]:
    from rvm_edge.wording import wording_of

    verdict = judged.verdict
    return {
        "pictures": [still.path for still in judged.stills],
        "accepted": verdict.accepted,
        "reason": verdict.reason,
        "message": wording_of(verdict.reason).english.happened,
        "label": verdict.label,
        "confidence": round(verdict.confidence, 4),
        "elapsed_ms": round(verdict.elapsed_ms, 2),
        "frames": [
            [
                {
                    "label": one.label,
                    "confidence": round(one.confidence, 4),
                    "box": [round(value, 1) for value in one.box],
                }
                for one in frame
            ]
            for frame in verdict.detections
        ],
        "annotated": list(drawn),
    }
