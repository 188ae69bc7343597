"""The evaluation page: one HTML file with everything in it, that opens without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path

from rvm_edge.training.average_precision import mean
from rvm_edge.training.calibration import expected_error
from rvm_edge.training.charts import confusion_chart, picture_drawing, reliability_chart
from rvm_edge.training.evaluation import Judged, Tally
from rvm_edge.training.report import Figures, Report
from rvm_edge.vision.picture_files import read_file

_STYLE = """
:root { color-scheme: light dark; --line: #8888; --good: #2a7; --bad: #c33; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
td, th { border-bottom: 1px solid var(--line); padding: .25rem .75rem; text-align: right; }
td:first-child, th:first-child { text-align: left; }
tr.chosen { font-weight: bold; } tr.refused { opacity: .6; }
svg { max-width: 100%; height: auto; } svg text { font-size: 12px; fill: currentColor; }
polyline, .even, .frame { fill: none; stroke: currentColor; }
.even { stroke-dasharray: 4; opacity: .5; } .frame { opacity: .3; }
.cell { fill: #38c; stroke: var(--line); }
.true { fill: none; stroke: #fff; stroke-width: 2; stroke-dasharray: 6 4; }
.found { fill: none; stroke: #fc0; stroke-width: 2; }
.figures { display: flex; flex-wrap: wrap; gap: 2rem; }
.worst { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figcaption { font-size: 14px; } .fooled { color: var(--bad); }
code { overflow-wrap: anywhere; }
"""


def write_page(report: Report, title: str, may_show: Callable[[Path], bool]) -> str:
    """Return the page.

    Args:
        report: what was measured.
        title: the model's name and version.
        may_show: whether a picture may be shown to whoever gets the page.
    """
    figures = report.figures
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p><code>{escape(figures.model)}</code>, SHA-256 <code>{figures.sha256}</code>. "
        f"Measured on <code>val</code>, which nobody trained on.</p>",
        "<h2>The rule</h2>",
        _tallies("from", {**figures.evaluation.by_place, "all": figures.evaluation.total}),
        _bound(figures.evaluation.total),
        "<h2>By cause</h2>",
        _tallies("what is in the picture", figures.evaluation.by_cause),
        _table(
            ("why bottles were handed back", "bottles"),
            [
                (one, str(count))
                for one, count in figures.evaluation.false_rejects_by_reason.items()
            ],
        ),
        "<h2>Thresholds</h2>",
        _rows(figures),
        "<h2>Confidence</h2>",
        f"<p>Off by {expected_error(figures.bins):.2f} on average.</p>",
        f'<div class="figures">{reliability_chart(figures.bins)}'
        f"{confusion_chart(figures.confusion)}</div>",
        "<h2>Average precision</h2>",
        *(_precision(place, figures) for place in figures.classes),
        "<h2>Worst pictures</h2>",
        "<p>Dashed: labelled. Solid: found. False accepts first.</p>",
        _worst(report.worst, may_show),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body>{chr(10).join(body)}</body></html>\n"
    )


def _tallies(heading: str, groups: dict[str, Tally]) -> str:
    rows = [
        (
            name.replace("_", " "),
            f"{one.accepts} of {one.should_accept}" if one.should_accept else "",
            f"{one.false_accepts} of {one.should_reject}" if one.should_reject else "",
        )
        for name, one in groups.items()
    ]
    return _table((heading, "accepted of those that should be", "false accepts"), rows)


def _bound(total: Tally) -> str:
    return (
        f"<p>{total.false_accepts} false accepts in {total.should_reject}: with 95 % confidence "
        f"the true rate is below {total.most_false_accepts * 100:.1f} %.</p>"
    )


def _rows(figures: Figures) -> str:
    lines = []
    for one in figures.rows:
        kind = "chosen" if one == figures.chosen else "" if one.allowed else "refused"
        cells = (
            f"{one.mineral:g}",
            f"{one.forbidden:g}",
            f"{one.not_empty:g}",
            str(one.accepts),
            str(one.false_accepts),
            "chosen" if kind == "chosen" else "yes" if one.allowed else "no",
        )
        lines.append(_row(cells, kind))
    heading = ("mineral", "forbidden", "not_empty", "accepts", "false accepts", "allowed")
    return f"<table>{_row(heading, '', 'th')}{''.join(lines)}</table>"


def _precision(place: str, figures: Figures) -> str:
    classes = figures.classes[place]
    rows = [
        (one.label, str(one.labelled), f"{one.ap50:.2f}", f"{one.ap50_95:.2f}") for one in classes
    ]
    rows.append(("mean", "", f"{mean(classes)[0]:.2f}", f"{mean(classes)[1]:.2f}"))
    return _table((place, "labelled", "AP50", "AP50-95"), rows)


def _worst(wrong: Sequence[Judged], may_show: Callable[[Path], bool]) -> str:
    shown = [one for one in wrong if may_show(one.observed.picture.path) and one.observed.found]
    figures = [
        f"<figure>{picture_drawing(one, read_file(one.observed.picture.path))}"
        f"<figcaption>{_caption(one)}</figcaption></figure>"
        for one in shown
    ]
    kept = len(wrong) - len(shown)
    note = f"<p>{kept} more are not shown: their pictures may not be passed on.</p>" if kept else ""
    return f'<div class="worst">{"".join(figures)}</div>{note}'


def _caption(one: Judged) -> str:
    cause = one.observed.picture.cause.replace("_", " ")
    found = ", ".join(
        f"{each.label} {each.confidence:.2f}" for each in (one.observed.found or ())[:4]
    )
    verdict = '<b class="fooled">accepted</b>' if one.false_accept else "handed back"
    name = escape(one.observed.picture.path.stem)
    reason = escape(one.verdict.reason.value)
    return f"{name}: {escape(cause)}, {verdict} ({reason})<br>{escape(found)}"


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = "".join(_row(one) for one in rows)
    return f"<table>{_row(heading, '', 'th')}{lines}</table>"


def _row(cells: Sequence[str], kind: str = "", tag: str = "td") -> str:
    inner = "".join(f"<{tag}>{escape(one)}</{tag}>" for one in cells)
    return f'<tr class="{kind}">{inner}</tr>' if kind else f"<tr>{inner}</tr>"
