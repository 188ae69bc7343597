"""`rvm-edge evaluate`: how often the rule is right over labelled pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rvm_edge.cli.options import CommandError, json_option, print_json, settings
from rvm_edge.settings import Thresholds

if TYPE_CHECKING:
    from rvm_edge.training.evaluation import Evaluation, Tally


class Answer(msgspec.Struct, frozen=True):
    """What `--json` prints; see `Tally` and `Evaluation` for the counts.

    Attributes:
        data: the folder.
        split: of it.
        model_hash: SHA-256 of the model that looked, in hex.
        thresholds: the rule's, as they were used.
        should_accept: pictures of one empty PET bottle.
        accepts: of those, how many were taken.
        should_reject: all other pictures.
        false_accepts: of those, how many were taken.
        by_cause: the same by what is in the picture.
        by_class: the same by the containers in it.
        false_rejects_by_reason: why bottles were handed back.
        unreadable: pictures that could not be read.
        mean_average_precision: mAP50 and mAP50-95 of the boxes.
    """

    data: str
    split: str
    model_hash: str
    thresholds: Thresholds
    should_accept: int
    accepts: int
    should_reject: int
    false_accepts: int
    by_cause: dict[str, Tally]
    by_class: dict[str, Tally]
    false_rejects_by_reason: dict[str, int]
    unreadable: int
    mean_average_precision: tuple[float, float]


@click.command(
    "evaluate",
    epilog="Exit codes: 0 measured, whatever came out; 1 the pictures or the model cannot be "
    "used; 2 wrong usage; 78 wrong settings.",
)
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Labelled pictures in YOLO format: images/ and labels/, with or without splits.",
)
@click.option("--split", default="val", show_default=True, help="Which pictures of it.")
@click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Look with this ONNX model. Default: the setting vision.model.",
)
@json_option
def command(*, data: Path, split: str, model: Path | None, as_json: bool) -> None:
    """Measure how often the rule is right over labelled pictures, one picture per item."""
    from rvm_edge.cli.looking import load_detector
    from rvm_edge.training.average_precision import mean, per_class
    from rvm_edge.training.dataset import DatasetError, read_split
    from rvm_edge.training.evaluation import evaluate, judge, observe
    from rvm_edge.vision.detector import ModelError

    eyes = settings().vision
    detector = load_detector(eyes, model)
    try:
        observed = observe(detector, read_split(data, split), data.name)
    except (DatasetError, ModelError) as error:
        raise CommandError(str(error)) from error
    rule = eyes.rule_with(detector.thresholds)
    found = evaluate(judge(observed, rule))
    precision = mean(per_class(observed))
    if not as_json:
        _print(found, precision)
        return
    print_json(
        Answer(
            data=str(data),
            split=split,
            model_hash=detector.model_hash,
            thresholds=rule.thresholds,
            should_accept=found.total.should_accept,
            accepts=found.total.accepts,
            should_reject=found.total.should_reject,
            false_accepts=found.total.false_accepts,
            by_cause=found.by_cause,
            by_class=found.by_class,
            false_rejects_by_reason=found.false_rejects_by_reason,
            unreadable=found.unreadable,
            mean_average_precision=precision,
        )
    )


def _print(found: Evaluation, precision: tuple[float, float]) -> None:
    total = found.total
    click.echo(f"accepted of those that should be    {total.accepts} of {total.should_accept}")
    click.echo(
        f"accepted of those that should not   {total.false_accepts} of {total.should_reject}"
    )
    click.echo(f"  at 95 % confidence at most        {total.most_false_accepts * 100:.1f} %")
    for cause, one in found.by_cause.items():
        wrong = (
            f"{one.should_accept - one.accepts} of {one.should_accept} handed back"
            if one.should_accept
            else f"{one.false_accepts} of {one.should_reject} accepted"
        )
        click.echo(f"  {cause.replace('_', ' '):<34}{wrong}")
    for reason, count in found.false_rejects_by_reason.items():
        click.echo(f"  handed back as {reason:<19}{count}")
    if found.unreadable:
        click.echo(f"unreadable                          {found.unreadable}")
    click.echo(f"mAP50, mAP50-95                     {precision[0]:.2f}, {precision[1]:.2f}")
