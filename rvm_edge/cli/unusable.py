"""Turns what keeps a machine from starting into one line, however deep in the nurseries it rose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.ports import DeviceGoneError
from rvm_edge.cli.failures import CONFIGURATION, CommandError
from rvm_edge.ledger.failures import LedgerLockedError
from rvm_edge.machine import LedgerError
from rvm_edge.packaged import PackagedFileError
from rvm_edge.settings_file import SettingsError
from rvm_edge.simulator.specimens import SamplesError
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.exception_groups import the_one_in
from rvm_edge.vision.model_store import ManifestError

BUSY = 75
"""The exit code where another process has the machine's memory open: EX_TEMPFAIL of sysexits(3)."""

_CODES: dict[type[Exception], int] = {
    LedgerLockedError: BUSY,
    SettingsError: CONFIGURATION,
    ManifestError: CONFIGURATION,
    DeviceGoneError: 1,
    SamplesError: 1,
    PackagedFileError: 1,
    LedgerError: 1,
    JournalError: 1,
}


_KINDS = tuple(_CODES)


@contextmanager
def in_one_line() -> Iterator[None]:
    """Raise what is known to happen as `CommandError`; leave everything else as it is.

    Raises:
        CommandError: ledger, journal, model, samples or settings cannot be used.
    """
    try:
        yield
    except BaseException as error:
        known = _known(error)
        if known is None:
            raise
        raise CommandError(str(known), _code(known)) from error


def _known(error: BaseException) -> Exception | None:
    """Return the one known failure of a group; None if anything else happened beside it."""
    alone = the_one_in(error)
    return alone if isinstance(alone, _KINDS) else None


def _code(error: Exception) -> int:
    return next(code for kind, code in _CODES.items() if isinstance(error, kind))
