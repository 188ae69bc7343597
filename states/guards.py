"""The conditions on the chart's transitions: pure, and readable from a journal row alone."""

from rvm_edge.item import SessionMode
from rvm_edge.statechart.definition import Configuration, Event, Guard
from states import paths
from states.events import ItemReturned, MechanismClear, SessionRequested, VerdictGiven


def _is_accepted(event: Event, _now: Configuration) -> bool:
    return isinstance(event, VerdictGiven) and event.accepted


def _bin_is_full(event: Event, _now: Configuration) -> bool:
    return isinstance(event, MechanismClear) and event.bin_full


def _machine_failed(event: Event, _now: Configuration) -> bool:
    return isinstance(event, ItemReturned) and event.machine_failed


def _may_start(event: Event, now: Configuration) -> bool:
    if not isinstance(event, SessionRequested):
        return False
    return event.mode == SessionMode.GUEST.value or paths.ONLINE in now


def _nobody_is_served(_event: Event, now: Configuration) -> bool:
    return any(state in now for state in (paths.IDLE, paths.FULL, paths.CAPPED))


def _is_offline(_event: Event, now: Configuration) -> bool:
    return paths.OFFLINE_GUEST in now


IS_ACCEPTED = Guard("is_accepted", "the eyes found an empty PET bottle", _is_accepted)
BIN_IS_FULL = Guard("bin_is_full", "the bin has no room for another item", _bin_is_full)
MACHINE_FAILED = Guard(
    "machine_failed", "the item went back because of the machine, not of the item", _machine_failed
)
MAY_START = Guard("may_start", "a guest, or a user while the server is reachable", _may_start)
IS_OFFLINE = Guard("is_offline", "the server is not reached", _is_offline, configuration_only=True)
NOBODY_IS_SERVED = Guard(
    "nobody_is_served",
    "no deposit is going on and nothing is being cleared",
    _nobody_is_served,
    configuration_only=True,
)
