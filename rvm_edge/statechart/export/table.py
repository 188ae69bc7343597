"""The exploration as tab-separated values, one row per try."""

from __future__ import annotations

from rvm_edge.statechart.explore import Exploration

__all__ = ["tsv"]


def tsv(exploration: Exploration) -> str:
    """Write before, event, guards, and after or ``ignored``, with a heading line.

    Leaves of one configuration are joined by `` | ``; a guard reads ``name=yes`` or ``name=no``.
    """
    lines = ["before\tevent\tguards\tafter"]
    for row in exploration.tries:
        guards = " ".join(f"{name}={'yes' if answer else 'no'}" for name, answer in row.guards)
        after = "ignored" if row.after is None else " | ".join(row.after)
        lines.append(f"{' | '.join(row.before)}\t{row.event}\t{guards}\t{after}")
    return "\n".join(lines) + "\n"
