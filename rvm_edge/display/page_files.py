"""The files of the page: its own, and the chart that it draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rvm_edge.kiosk import PAGE
from rvm_edge.statechart.document import canonical
from rvm_edge.statechart.export.document import with_hash
from states.chart import CHART

FOLDERS: Final = (PAGE,)


def written_anew() -> Mapping[str, bytes]:
    """Return the chart as `rvm-edge chart export` writes it, but for the blanks.

    The one that runs: a copy in the project could be another one.
    """
    return {"chart.json": canonical(with_hash(CHART)).encode()}
