"""`rvm-edge train`: from labelled pictures to a model that says how far it is right."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.options import CommandError, json_option, print_json

if TYPE_CHECKING:
    from rvm_edge.training.loop import Progress
    from rvm_edge.training.recipe import Recipe
    from rvm_edge.training.report import Figures

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "train",
    epilog="Needs the extra ai (make setup-ai). A run that was cut off goes on where it was when "
    "the same command is given again. Exit codes: 0 trained; 1 it cannot be; 2 wrong usage.",
)
@click.option(
    "--data",
    multiple=True,
    required=True,
    type=_FOLDER,
    metavar="FOLDER",
    help="Labelled pictures in YOLO format, with train and val. May be given several times.",
)
@click.option(
    "--weights",
    type=_FILE,
    metavar="FILE",
    help="Start from this state dict of YOLO11n. Default: random weights, which learn far less.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Write model, card, evaluation page and checkpoint here.",
)
@click.option("--recipe", type=_FILE, metavar="FILE", help="Figures of the run, as JSON.")
@click.option("--title", default="rvm-yolo11n-320", show_default=True, help="The model's name.")
@click.option(
    "--preface", type=_FILE, metavar="FILE", help="Markdown to put at the head of the model card."
)
@click.option(
    "--show",
    "shown",
    multiple=True,
    type=_FOLDER,
    metavar="FOLDER",
    help="The page may show the worst pictures from this data folder. Default: from all of them.",
)
@json_option
def command(
    *,
    data: tuple[Path, ...],
    weights: Path | None,
    out: Path,
    recipe: Path | None,
    title: str,
    preface: Path | None,
    shown: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Train a detector, choose its thresholds, and measure how often the rule is right with it."""
    from rvm_edge.training.dataset import DatasetError
    from rvm_edge.training.failures import ExportError, WeightsError
    from rvm_edge.training.recipe import Recipe, RecipeError, read_recipe
    from rvm_edge.training.run import Order, RunError, train
    from rvm_edge.vision.detector import ModelError

    allowed = [folder.resolve() for folder in shown or data]
    try:
        order = Order(
            data=data,
            weights=weights,
            out=out,
            recipe=read_recipe(recipe) if recipe else Recipe(),
            title=title,
            may_show=lambda path: any(folder in path.resolve().parents for folder in allowed),
            preface=preface.read_text(encoding="utf-8").strip() if preface else "",
        )
        with _progress(order.recipe) as report:
            figures = train(order, report)
    except (
        DatasetError,
        ExportError,
        ModelError,
        RecipeError,
        RunError,
        WeightsError,
    ) as error:
        raise CommandError(str(error)) from error
    if as_json:
        print_json(figures)
    else:
        _print(figures, out)


def _print(figures: Figures, out: Path) -> None:
    total, chosen = figures.evaluation.total, figures.chosen
    click.echo(
        f"accepts {total.accepts} of {total.should_accept} bottles on val, and "
        f"{total.false_accepts} of {total.should_reject} others"
    )
    click.echo(
        f"thresholds: mineral {chosen.mineral:g}, forbidden {chosen.forbidden:g}, "
        f"not_empty {chosen.not_empty:g}"
    )
    if not chosen.allowed:
        click.echo("no thresholds keep false accepts low enough: not fit for a machine")
    for name in ("model.onnx", "model-card.md", "evaluation.html", "figures.json"):
        click.echo(f"{out / name}")


@contextmanager
def _progress(recipe: Recipe) -> Iterator[Callable[[Progress], None]]:
    """Show a bar on a terminal, and a line per epoch elsewhere."""
    if not sys.stderr.isatty():
        yield _say_epochs
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.2f}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("training", total=None, epoch=0, loss=0.0)

        def show(now: Progress) -> None:
            bar.update(
                task,
                total=recipe.epochs * now.steps,
                completed=now.epoch * now.steps + now.step,
                epoch=f"{now.epoch + 1}/{recipe.epochs}",
                loss=now.loss,
            )

        yield show


def _say_epochs(progress: Progress) -> None:
    if progress.step == progress.steps:
        click.echo(f"epoch {progress.epoch + 1}: loss {progress.loss:.2f}", err=True)
