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
from contextlib import contextmanager, suppress
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
MOST_LOOKED_AT: Final = 65_536
"""More of one line is neither kept while it waits nor searched for secrets."""

_MB: Final = 1024 * 1024
_EDGE: Final = 4_096
"""Where a line was cut, a secret may be cut too: so much before the cut is not shown."""

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
    on_stderr = _OnStderr(sys.stderr)
    render = _as_object if as_json else _as_line(for_journal="JOURNAL_STREAM" in env)
    on_stderr.setFormatter(_Formatter(render, redaction))
    handlers: list[logging.Handler] = [on_stderr]
    if folder is not None:
        handlers.append(_files(settings, redaction, folder, on_stderr))
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
            with suppress(OSError):  # a full disk: what is still to be written is lost
                one.close()


class _Queue(logging.handlers.QueueHandler):
    """Never waits, and does not complain about a line that was lost."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        try:
            prepared: logging.LogRecord = super().prepare(record)
        # A value that is logged may raise anything when it is put into words. Logging's own answer
        # would be to print it, secrets and all.
        except Exception:  # noqa: BLE001
            where = f"{record.filename}:{record.lineno}"
            prepared = logging.makeLogRecord(
                {**record.__dict__, "args": None, "exc_info": None, "exc_text": None}
            )
            prepared.msg = prepared.message = f"a line that cannot be put into words, at {where}"
        prepared.msg = prepared.message = str(prepared.msg)[:MOST_LOOKED_AT]
        return prepared

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            return


class _OnStderr(logging.StreamHandler):  # type: ignore[type-arg] # generic in its stubs alone
    """Has nobody to complain to."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        pass


class _InFiles(logging.handlers.RotatingFileHandler):
    """Says once on stderr why it cannot write, and goes on when it can.

    Logging's own way is a traceback for every line, with the line in it before its secrets were
    hidden.
    """

    def __init__(self, path: Path, settings: LogSettings, on_stderr: logging.Handler) -> None:
        super().__init__(
            path,
            maxBytes=int(settings.file_mb * _MB),
            backupCount=settings.files - 1,
            encoding="utf-8",
            delay=True,
        )
        self._on_stderr = on_stderr
        self._fails = self._has_told = False

    def emit(self, record: logging.LogRecord) -> None:
        self._fails = False
        super().emit(record)
        self._has_told = self._has_told and self._fails

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - as above
        self._fails = True
        if self._has_told:
            return
        self._has_told = True
        error = sys.exc_info()[1]
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        told = {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING"}
        text = f"the log's files cannot be written: {why}"
        self._on_stderr.handle(logging.makeLogRecord({**told, "msg": text}))


class _Formatter(logging.Formatter):
    """Hides secrets, bounds the length, and renders with structlog."""

    def __init__(self, renderer: Render, redaction: Redaction) -> None:
        super().__init__()
        self._renderer = renderer
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        return self._redaction.clean(self._inner.format(record))

    def _bounded(self, _logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        said = str(event["event"])
        text = self._redaction.clean(said)
        if len(said) >= MOST_LOOKED_AT:
            text = text[:-_EDGE]
        event["event"] = text[:MOST_CHARACTERS]
        return event

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
            processors=[
                ProcessorFormatter.remove_processors_meta,
                self._bounded,
                self._renderer,
            ],
        )


def _as_line(*, for_journal: bool) -> Render:
    def render(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
        text = f"{event['level']} {event['logger']}: {event['event']}"
        if not for_journal:
            return text
        level = logging.getLevelName(str(event["level"]).upper())
        priority = _SYSLOG.get(level, _SYSLOG[logging.INFO])
        return "\n".join(f"<{priority}>{line}" for line in text.splitlines())

    return render


def _as_object(logger: WrappedLogger, name: str, event: EventDict) -> str:
    from structlog.processors import JSONRenderer  # noqa: PLC0415 - as above

    rendered = JSONRenderer()(logger, name, event)
    return rendered if isinstance(rendered, str) else rendered.decode()


def _files(
    settings: LogSettings, redaction: Redaction, folder: Path, on_stderr: logging.Handler
) -> logging.Handler:
    handler = _InFiles(folder / FILE_NAME, settings, on_stderr)
    handler.setFormatter(_Formatter(_as_object, redaction))
    return handler
