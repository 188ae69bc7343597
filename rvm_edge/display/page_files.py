"""The files of the page: its own, and the chart that it draws."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rvm_edge.kiosk import PAGE
from rvm_edge.statechart.export.document import as_json
from states.chart import CHART


@contextmanager
def page_folders() -> Iterator[tuple[Path, ...]]:
    """Yield the folders whose files are to be read while inside.

    The chart is the one that runs, written down anew: a copy in the project could be another one.

    Raises:
        OSError: the disk refuses.
    """
    with tempfile.TemporaryDirectory(prefix="rvm-page-") as folder:
        (Path(folder) / "chart.json").write_text(as_json(CHART), encoding="utf-8")
        yield (PAGE, Path(folder))
