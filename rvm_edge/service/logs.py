"""The program's own log: lines for the journal of the system, JSON in files that are rotated.

Everything goes through `logging`, ours and the libraries'. A line is handed to a thread: the
machine never waits for the disk that its log lies on, and a queue that is full loses the line.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import queue
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rvm_edge.service.redaction import Redaction
from rvm_edge.settings.logs import LogSettings

if TYPE_CHECKING:
    from structlog.stdlib import ProcessorFormatter
    from structlog.typing import EventDict, WrappedLogger

    Render = Callable[[WrappedLogger, str, EventDict], str]

FILE_NAME: Final = "rvm-edge.jsonl"
MOST_WAITING: Final = 10_000
MOST_CHARACTERS: Final = 16_384

_MB: Final = 1024 * 1024
_CHATTY: Final = ("httpx", "httpcore", "hypercorn", "transitions")
"""They log every request, addresses and all, or every step, which the journal has anyway."""

_SYSLOG: Final = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}
"""The priorities of syslog(3), which the system's journal reads from ``<N>`` before a line."""


@contextmanager
def written_log(
    settings: LogSettings,
    redaction: Redaction,
    folder: Path | None,
    environment: Mapping[str, str] | None = None,
    *,
    as_json: bool = False,
) -> Iterator[None]:
    """Write what is logged while inside; what still waits is written on leaving.

    Args:
        settings: what and how much.
        redaction: hides secrets in every line.
        folder: for the files; None for none.
        environment: stands for `os.environ`; systemd sets ``JOURNAL_STREAM`` there.
        as_json: write objects on stderr too, for a program that reads them there.
    """
    env = os.environ if environment is None else environment
    on_stderr = logging.StreamHandler(sys.stderr)
    render = _as_object if as_json else _as_line(for_journal="JOURNAL_STREAM" in env)
    on_stderr.setFormatter(_Formatter(render, redaction))
    handlers: list[logging.Handler] = [on_stderr]
    if folder is not None:
        handlers.append(_files(settings, redaction, folder))
    waiting: queue.Queue[logging.LogRecord] = queue.Queue(MOST_WAITING)
    handler = _Queue(waiting)
    listener = logging.handlers.QueueListener(waiting, *handlers)
    root = logging.getLogger()
    level = root.level
    root.setLevel(settings.level.upper())
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    root.addHandler(handler)
    listener.start()
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        listener.stop()
        for one in handlers:
            one.close()


class _Queue(logging.handlers.QueueHandler):
    """Never waits, and does not complain about a line that was lost."""

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            return


class _Formatter(logging.Formatter):
    """Renders with structlog, bounds the length, and hides secrets."""

    def __init__(self, renderer: Render, redaction: Redaction) -> None:
        super().__init__()
        self._renderer = renderer
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        return self._redaction.clean(self._inner.format(record))

    @cached_property
    def _inner(self) -> ProcessorFormatter:
        # A tenth of a second of imports, in the thread that writes: no start waits for them.
        from structlog.processors import TimeStamper  # noqa: PLC0415
        from structlog.stdlib import (  # noqa: PLC0415
            ProcessorFormatter,
            add_log_level,
            add_logger_name,
        )

        return ProcessorFormatter(
            foreign_pre_chain=[
                add_log_level,
                add_logger_name,
                TimeStamper(fmt="iso", utc=True),
            ],
            processors=[ProcessorFormatter.remove_processors_meta, self._renderer],
        )


def _as_line(*, for_journal: bool) -> Render:
    def render(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
        text = f"{event['level']} {event['logger']}: {event['event']}"[:MOST_CHARACTERS]
        if not for_journal:
            return text
        level = logging.getLevelName(str(event["level"]).upper())
        priority = _SYSLOG.get(level, _SYSLOG[logging.INFO])
        return "\n".join(f"<{priority}>{line}" for line in text.splitlines())

    return render


def _as_object(logger: WrappedLogger, name: str, event: EventDict) -> str:
    from structlog.processors import JSONRenderer  # noqa: PLC0415 - as above

    event["event"] = str(event["event"])[:MOST_CHARACTERS]
    rendered = JSONRenderer()(logger, name, event)
    return rendered if isinstance(rendered, str) else rendered.decode()


def _files(settings: LogSettings, redaction: Redaction, folder: Path) -> logging.Handler:
    handler = logging.handlers.RotatingFileHandler(
        folder / FILE_NAME,
        maxBytes=int(settings.file_mb * _MB),
        backupCount=settings.files - 1,
        encoding="utf-8",
        delay=True,
    )
    handler.setFormatter(_Formatter(_as_object, redaction))
    return handler
