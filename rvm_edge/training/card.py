"""The model card: what a model is for, what it was made of, how often it is wrong, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rvm_edge.settings import Thresholds
from rvm_edge.training.average_precision import mean
from rvm_edge.training.calibration import expected_error
from rvm_edge.training.dataset import CLASSES
from rvm_edge.training.evaluation import Tally
from rvm_edge.training.report import Figures
from rvm_edge.training.thresholds import MOST_FALSE_ACCEPTS, Row

_OWN_PICTURES = """\
**A real machine needs its own pictures.** The figures below hold for pictures like those that the \
model was measured on: other lamps, another lens, another colour of chamber or other brands make \
them worse, and nobody knows by how much until it is measured. Before a model serves a machine, \
collect some hundred of that machine's own pictures (`rvm-edge collect`), label them, train with \
them and choose the thresholds on a part of them that was kept out of training."""


def write_card(figures: Figures, title: str, preface: str = "") -> str:
    """Return the card.

    Args:
        figures: what was measured.
        title: the model's name and version.
        preface: paragraphs about this very model, such as where its data is from.
    """
    notes, chosen = figures.notes, figures.chosen
    parts = [
        f"# Model card: {title}",
        "Finds containers in the chamber of a reverse vending machine. `mineral` is a PET water "
        "bottle, the only thing the machine takes; `not_empty` is found on the same box as its "
        "container when something is inside.",
        _OWN_PICTURES,
        *([preface] if preface else []),
        _table(
            ("", ""),
            [
                ("file", f"`{figures.model}`, {figures.size_bytes / 1e6:.1f} MB"),
                ("SHA-256", f"`{figures.sha256}`"),
                ("architecture", "YOLO11n, exported to ONNX: one picture, no suppression inside"),
                ("input", _input(notes.recipe.side)),
                ("classes", " ".join(f"`{one}`" for one in CLASSES)),
                ("trained on", f"{notes.pictures} pictures, SHA-256 `{notes.data_sha256}`"),
                ("from weights", f"SHA-256 `{notes.start_sha256}`"),
                ("licence", "AGPL-3.0 (Ultralytics code and weights underneath)"),
            ],
        ),
        "## The rule, on `val`",
        "Pictures that nobody trained on, one per item, no scale. A scale, several pictures and "
        "the other checks of the rule come on top.",
        _tallies("from", figures.evaluation.by_place, figures.evaluation.total),
        _tallies("what is in the picture", figures.evaluation.by_cause, None),
        _bound(figures.evaluation.total),
        _reasons(figures.evaluation.false_rejects_by_reason),
        "## The thresholds",
        _choice(chosen),
        _thresholds(chosen.thresholds()),
        _rows(figures.rows, chosen),
        "## How well it finds things",
        *(
            part
            for place, classes in figures.classes.items()
            for part in (
                f"On `{place}`: mAP50 {mean(classes)[0]:.2f}, mAP50-95 {mean(classes)[1]:.2f}.",
                _table(
                    ("class", "labelled", "AP50", "AP50-95"),
                    [
                        (one.label, str(one.labelled), f"{one.ap50:.2f}", f"{one.ap50_95:.2f}")
                        for one in classes
                    ],
                ),
            )
        ),
        "A confidence is off by "
        f"{expected_error(figures.bins):.2f} on average (expected calibration error).",
        "## How it was trained",
        _recipe(figures),
    ]
    return "\n\n".join(parts) + "\n"


def _input(side: int) -> str:
    return f"float32 (1, 3, {side}, {side}), red green blue, 0 to 1, letterboxed on grey 114"


def _tallies(heading: str, groups: dict[str, Tally], total: Tally | None) -> str:
    rows = [(name.replace("_", " "), *_cells(one)) for name, one in groups.items()]
    if total is not None and len(groups) > 1:
        rows.append(("all", *_cells(total)))
    return _table((heading, "accepted of those that should be", "false accepts"), rows)


def _cells(one: Tally) -> tuple[str, str]:
    taken = f"{one.accepts} of {one.should_accept}" if one.should_accept else ""
    fooled = f"{one.false_accepts} of {one.should_reject}" if one.should_reject else ""
    return taken, fooled


def _bound(total: Tally) -> str:
    return (
        f"{total.false_accepts} false accepts in {total.should_reject} pictures: with 95 % "
        f"confidence the true rate is below {total.most_false_accepts * 100:.1f} %. Even no false "
        "accept in n pictures proves no more than 3/n, and the thresholds were chosen on these "
        "very pictures, so expect a little more."
    )


def _reasons(reasons: dict[str, int]) -> str:
    if not reasons:
        return "Nothing was handed back that should have been taken."
    words = ", ".join(f"`{reason}` {count}" for reason, count in reasons.items())
    return f"Handed back although they should have been taken, by the rule's reason: {words}."


def _choice(chosen: Row) -> str:
    limit = f"{MOST_FALSE_ACCEPTS * 100:g} %"
    if not chosen.allowed:
        return (
            f"**No thresholds keep false accepts at {limit}.** These are the strictest; the model "
            "is not fit for a machine."
        )
    return (
        f"Chosen on `val`: the most accepts with at most {limit} false accepts in every data "
        "folder. They are written into the model's metadata, and the rule reads them there unless "
        "the settings say otherwise (`vision.acceptance.thresholds`)."
    )


def _thresholds(chosen: Thresholds) -> str:
    names = chosen.__struct_fields__
    return _table(
        ("class", "believed from"), [(f"`{one}`", f"{getattr(chosen, one):g}") for one in names]
    )


def _rows(rows: Sequence[Row], chosen: Row) -> str:
    return _table(
        ("mineral", "forbidden", "not_empty", "accepts", "false accepts", "allowed"),
        [
            (
                f"{one.mineral:g}",
                f"{one.forbidden:g}",
                f"{one.not_empty:g}",
                str(one.accepts),
                str(one.false_accepts),
                "**chosen**" if one == chosen else "yes" if one.allowed else "no",
            )
            for one in rows
        ],
    )


def _recipe(figures: Figures) -> str:
    recipe = figures.notes.recipe
    varied = recipe.augmentation
    stages = ", then ".join(
        f"{one.epochs} epochs at {one.learning_rate:g} with `not_empty` weighed "
        f"{one.not_empty_gain:g} times"
        for one in recipe.stages
    )
    return (
        f"In one run: {stages}; {figures.notes.pictures} pictures, balanced by cause. Batch "
        f"{recipe.batch}, AdamW, each stage on a cosine, the first "
        f"{recipe.frozen} layers frozen, weights averaged ({recipe.averaging:g}), seed "
        f"{recipe.seed}. Varied as a chamber varies: flips, turns up to {varied.turn_deg:g}°, zoom "
        f"{varied.zoom:g}, exposure {varied.brightness:g}, colour of the lamp ±"
        f"{varied.lamp * 100:g} %, blur and noise; no mosaic."
    )


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
