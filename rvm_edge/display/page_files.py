"""The files of the page: its own, and the chart that it draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rvm_edge.kiosk import PAGE
from rvm_edge.statechart.document import Json, canonical, chart_document, chart_hash
from states.chart import CHART

FOLDERS: Final = (PAGE,)


def written_anew() -> Mapping[str, bytes]:
    """Return the chart as `rvm-edge chart export` writes it, but for the blanks.

    The one that runs: a copy in the project could be another one.
    """
    document: Json = {"chart": chart_document(CHART), "hash": chart_hash(CHART)}
    return {"chart.json": canonical(document).encode()}
