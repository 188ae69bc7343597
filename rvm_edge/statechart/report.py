"""The auditors' report: the whole chart in words and tables, as Markdown.

It is written from the table that runs and holds nothing that is not in it, so that two people who
hold the same chart hash hold the same report, byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rvm_edge.statechart.definition import Chart, Configuration, Transition
from rvm_edge.statechart.document import guards_of
from rvm_edge.statechart.explore import Exploration, Try
from rvm_edge.statechart.export.arrows import (
    CALM,
    Kind,
    conditions,
    kind_of,
    seconds,
    timeouts,
)
from rvm_edge.statechart.export.mermaid import mermaid

__all__ = ["report"]

M = TypeVar("M")

HOW_TO_READ = """\
## How to read this

- The machine is always in exactly one **configuration**: the innermost states that are active, \
one for each region that runs side by side.
- An **event** is something that happened. A **transition** says: when this event happens in this \
state, and the guard's answer is yes, go there. Rows with the same event and source are tried from \
top to bottom; `else` is the row that is left. What no row mentions is ignored.
- A transition of a state holds for everything inside it, unless a state further inside has its \
own row for the event.
- `timeout.X` happens when the machine has been in X for its whole time-out; `error.X` when \
something that runs in X broke down; `error.cleanup` when leaving a state did not finish in time; \
`error.guard` when a guard could not be decided.
- Every change of state is written to the journal before the next state's work starts, together \
with the hash above. A journal can be replayed through this table, row by row.
"""


def report(chart: Chart[M], chart_hash: str, exploration: Exploration) -> str:
    """Write the report, ending with a newline.

    Args:
        chart: what it is about.
        chart_hash: its hash in hex.
        exploration: the chart's exploration.
    """
    parts = [
        f"# The chart `{chart.name}`\n\nChart hash: `{chart_hash}`\n",
        HOW_TO_READ,
        _picture(chart, chart_hash),
        _states(chart),
        _transitions(chart),
        _guards(chart),
        _timeouts(chart),
        _summary(exploration),
        _annex(exploration),
    ]
    return "\n".join(parts)


def _picture(chart: Chart[M], chart_hash: str) -> str:
    return (
        "## Picture\n\nWithout time-outs and errors; the tables below hold every row.\n\n"
        f"```mermaid\n{mermaid(chart, chart_hash, kinds=CALM)}```\n"
    )


def _states(chart: Chart[M]) -> str:
    rows = []
    for path, state in chart.walk():
        limit = seconds(state.timeout.seconds) if state.timeout is not None else ""
        runs = ", ".join(f"`{activity.__name__}`" for activity in state.activities)
        inside = ""
        if state.parallel:
            inside = "all of its regions at once"
        elif state.initial is not None:
            inside = f"starts in `{state.initial}`"
        rows.append((f"`{path}`", state.doc, inside, runs, limit, state.rests))
    head = ("State", "What the machine does", "Inside", "Runs", "Time-out", "May last because")
    first = f"It starts in `{chart.initial}`."
    return f"## States\n\n{first}\n\n{_table(head, rows)}"


def _transitions(chart: Chart[M]) -> str:
    titles = {
        Kind.EVENT: "What happens",
        Kind.TIMEOUT: "What takes too long",
        Kind.ERROR: "What breaks down",
    }
    words = conditions(chart)
    parts = [f"## Transitions\n\n{len(chart.transitions)} rows.\n"]
    for kind, title in titles.items():
        rows = [
            (f"`{row.event}`", f"`{row.source}`", _target(row), _code(words[row]), row.doc)
            for row in chart.transitions
            if kind_of(row.event) is kind
        ]
        if rows:
            head = ("Event", "From", "To", "Guard", "Why")
            parts.append(f"### {title}\n\n{_table(head, rows)}")
    return "\n".join(parts)


def _target(row: Transition) -> str:
    if row.target is None:
        return "stays, nothing is restarted"
    return f"`{row.target}`" + (" (again)" if row.target == row.source else "")


def _guards(chart: Chart[M]) -> str:
    rows = [
        (
            f"`{guard.name}`",
            guard.doc,
            "the configuration alone" if guard.configuration_only else "the event's data",
        )
        for guard in guards_of(chart)
    ]
    table = _table(("Guard", "What it asks", "Looks at"), rows) if rows else "None.\n"
    return f"## Guards\n\n{table}"


def _timeouts(chart: Chart[M]) -> str:
    rows = []
    for path, limit in timeouts(chart).items():
        leads = [row for row in chart.transitions if row.event == f"timeout.{path}"]
        ends = ", ".join(dict.fromkeys(_target(row) for row in leads))
        rows.append((f"`{path}`", seconds(limit), ends, "; ".join(row.doc for row in leads)))
    table = _table(("State", "Lasts at most", "Then", "Why"), rows) if rows else "None.\n"
    return f"## Time-outs\n\nDefaults; a machine's settings may change the durations.\n\n{table}"


def _summary(found: Exploration) -> str:
    declared = len(found.fired) + len(found.unfired)
    lines = [
        "## Exploration\n",
        "Every configuration that can be reached was tried with every event the chart declares, "
        "and every combination of answers of the guards that look at an event's data. Guards that "
        "look at the configuration alone were asked. Time-outs and errors of states that are not "
        "active were tried as well: the machine drops those before they reach the chart.\n",
        _table(
            ("Figure", "Count"),
            [
                ("Configurations that can be reached", str(len(found.configurations))),
                ("Events", str(len(found.events))),
                ("Tries", str(len(found.tries))),
                ("of these, handled", str(found.handled)),
                ("of these, ignored", str(found.ignored)),
                ("Transitions declared", str(declared)),
                ("of these, fired", str(len(found.fired))),
            ],
        ),
    ]
    if found.unfired:
        lines.append("**These transitions never fire:**\n")
        lines.append(
            "".join(f"- `{row.event}`: `{row.source}` to {_target(row)}\n" for row in found.unfired)
        )
    if found.findings:
        lines.append("**This must not happen:**\n")
        lines.append("".join(f"- {finding}\n" for finding in found.findings))
    return "\n".join(lines)


def _annex(found: Exploration) -> str:
    parts = ["## Annex: the full table\n"]
    tries: dict[Configuration, list[Try]] = {before: [] for before in found.configurations}
    for row in found.tries:
        tries[row.before].append(row)
    for before, rows in tries.items():
        parts.append(f"### {_leaves(before)}\n")
        handled = [
            (f"`{row.event}`", _answers(row), _leaves(row.after))
            for row in rows
            if row.after is not None
        ]
        if handled:
            parts.append(_table(("Event", "Guards", "After"), handled))
        ignored = [f"`{row.event}`{_aside(row)}" for row in rows if row.after is None]
        if ignored:
            parts.append(f"Ignored: {', '.join(ignored)}.\n")
    return "\n".join(parts)


def _leaves(configuration: Configuration) -> str:
    return " + ".join(f"`{leaf}`" for leaf in configuration)


def _answers(row: Try) -> str:
    return ", ".join(f"`{name}`: {'yes' if answer else 'no'}" for name, answer in row.guards)


def _aside(row: Try) -> str:
    answers = _answers(row)
    return f" ({answers})" if answers else ""


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table, ending with a newline."""

    def lines() -> Iterator[str]:
        yield f"| {' | '.join(head)} |"
        yield f"|{'---|' * len(head)}"
        for row in rows:
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"

    return "\n".join(lines()) + "\n"
