"""What goes into the bundle for whoever mends the machine, the most telling first."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import asdict

from rvm_edge import __version__
from rvm_edge.cli.doctor import diagnosis_of
from rvm_edge.doctor.place import Place
from rvm_edge.doctor.rounds import Examined
from rvm_edge.health.flight.segment import segments, text_of
from rvm_edge.health.flight.sources import WHOSE
from rvm_edge.ledger.counts import count, count_queue
from rvm_edge.ledger.reading import read_only
from rvm_edge.locations import Locations
from rvm_edge.machine import LedgerError
from rvm_edge.service.bundle import Bundle
from rvm_edge.service.logs import FILE_NAME
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal import Record, tail

JOURNAL_ROWS: Final = 5_000
_HIDDEN: Final = "[left out]"


class Exhibit(msgspec.Struct, frozen=True):
    """One text of the bundle.

    Attributes:
        name: in the bundle.
        text: makes it; may fail as files, ledger and journal do.
    """

    name: str
    text: Callable[[], str]


def fill(bundle: Bundle, exhibits: Sequence[Exhibit]) -> None:
    """Add them in turn; what cannot be read holds nothing else up, and is noted.

    Raises:
        OSError: the bundle cannot be written.
    """
    for exhibit in exhibits:
        if not bundle.room:
            bundle.miss(exhibit.name, "there was no room left")
            continue
        try:
            text = exhibit.text()
        except (OSError, LedgerError, JournalError, ValueError) as error:
            bundle.miss(exhibit.name, f"could not be read: {error}")
            continue
        bundle.add(exhibit.name, text)


def contents(place: Place, examined: Sequence[Examined], most_bytes: int) -> Iterator[Exhibit]:
    """Return what there is of a machine.

    Args:
        place: the machine.
        examined: what the doctor found.
        most_bytes: more than this of one text is of no use.
    """
    here = place.locations
    yield Exhibit("doctor.json", lambda: _pretty([diagnosis_of(one) for one in examined]))
    yield Exhibit("versions.json", lambda: _pretty(_versions()))
    yield Exhibit("settings.json", lambda: _pretty(place.settings))
    for path in (here.settings_path, here.hardware_map_path):
        if os.path.lexists(path):
            yield Exhibit(path.name, partial(_text, path, most_bytes))
    yield Exhibit("ledger.json", lambda: _ledger(here.ledger_path))
    yield Exhibit("journal.jsonl", lambda: _journal(here.journal_path))
    yield from _logs(here, most_bytes)
    yield from _flight(here, most_bytes)


def _logs(here: Locations, most_bytes: int) -> Iterator[Exhibit]:
    try:
        found = [] if here.logs_dir is None else list(here.logs_dir.glob(f"{FILE_NAME}*"))
    except OSError as error:
        yield Exhibit("logs", partial(_refused, error))
        return
    for path in sorted(found, key=_rotations):
        yield Exhibit(f"logs/{path.name}", partial(_text, path, most_bytes))


def _flight(here: Locations, most_bytes: int) -> Iterator[Exhibit]:
    try:
        found = segments(here.flight_dir)
    except OSError as error:
        yield Exhibit("flight", partial(_refused, error))
        return
    for one in reversed(found):
        yield Exhibit(f"flight/{one.name}.jsonl", partial(text_of, one, most_bytes))


def _rotations(path: Path) -> tuple[int, str]:
    """Sort a log's files by how often they were rotated; a running machine may do it just now."""
    return len(path.name), path.name


def _refused(error: OSError) -> str:
    raise error


def _versions() -> dict[str, object]:
    return {
        "rvm-edge": __version__,
        "python": platform.python_version(),
        "system": " ".join(platform.uname()[index] for index in (0, 2, 4)),  # without its name
        "packages": {one.metadata["Name"]: one.version for one in distributions()},
    }


def _ledger(path: Path) -> str:
    with read_only(path) as connection:
        return _pretty({"items": count(connection), "queue": count_queue(connection)})


def _journal(path: Path) -> str:
    return "".join(f"{_row(record)}\n" for record in tail(path, JOURNAL_ROWS))


def _row(record: Record) -> str:
    data = {key: _HIDDEN if key in WHOSE else value for key, value in record.data.items()}
    return json.dumps({**asdict(record), "data": data}, ensure_ascii=False, separators=(",", ":"))


def _text(path: Path, most_bytes: int) -> str:
    """Return a file's end, which is where a log's news are."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - most_bytes))
        content = file.read(most_bytes)
    if size > most_bytes:
        content = content.partition(b"\n")[2]  # of a line that was cut, a secret may be cut too
    return content.decode("utf-8", "replace")


def _pretty(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value)).decode()
