import pytest

from rvm_edge.statechart.definition import Configuration, Event, Guard
from states import guards, paths
from states.events import (
    HandshakeBlocked,
    ItemReturned,
    MechanismClear,
    SessionRequested,
    VerdictGiven,
)

UUID = "0d1c1f6e-7d5e-4a53-9a4e-3a1f4a2b9c11"
OFFLINE_IDLE: Configuration = (paths.OFFLINE_GUEST, paths.IDLE)
ONLINE_IDLE: Configuration = (paths.ONLINE, paths.IDLE)


@pytest.mark.parametrize(
    ("mode", "owner", "configuration", "may_start"),
    [
        ("guest", "", OFFLINE_IDLE, True),
        ("guest", "", ONLINE_IDLE, True),
        ("user", "7", ONLINE_IDLE, True),
        ("user", "7", OFFLINE_IDLE, False),
    ],
)
def test_users_need_the_server_and_guests_do_not(
    mode: str, owner: str, configuration: Configuration, may_start: bool
) -> None:
    event = SessionRequested(UUID, mode, owner)
    assert guards.MAY_START.holds(event, configuration) is may_start


@pytest.mark.parametrize("accepted", [True, False])
def test_only_an_accepting_verdict_accepts(accepted: bool) -> None:
    verdict = VerdictGiven(UUID, accepted, "empty_pet" if accepted else "two_items")
    assert guards.IS_ACCEPTED.holds(verdict, OFFLINE_IDLE) is accepted


@pytest.mark.parametrize("full", [True, False])
def test_the_bin_is_full_when_clearing_found_it_full(full: bool) -> None:
    assert guards.BIN_IS_FULL.holds(MechanismClear(bin_full=full), OFFLINE_IDLE) is full


@pytest.mark.parametrize("failed", [True, False])
def test_the_machine_failed_when_the_return_says_so(failed: bool) -> None:
    event = ItemReturned(UUID, "no_picture", machine_failed=failed)
    assert guards.MACHINE_FAILED.holds(event, OFFLINE_IDLE) is failed


@pytest.mark.parametrize(("configuration", "offline"), [(OFFLINE_IDLE, True), (ONLINE_IDLE, False)])
def test_whether_the_server_is_reached_is_read_from_the_link(
    configuration: Configuration, offline: bool
) -> None:
    assert guards.IS_OFFLINE.holds(HandshakeBlocked(), configuration) is offline


@pytest.mark.parametrize(
    ("intake", "resting"),
    [
        (paths.IDLE, True),
        (paths.FULL, True),
        (paths.CAPPED, True),
        (paths.CLEARING, False),
        (paths.WAITING, False),
        (paths.CAPTURE, False),
        (paths.CLASSIFY, False),
        (paths.ACCEPT, False),
        (paths.REJECT, False),
    ],
)
def test_a_refusal_by_the_server_waits_while_somebody_is_served(intake: str, resting: bool) -> None:
    configuration = (paths.ONLINE, intake)
    assert guards.NOBODY_IS_SERVED.holds(HandshakeBlocked(), configuration) is resting


@pytest.mark.parametrize(
    "guard", [guards.IS_ACCEPTED, guards.BIN_IS_FULL, guards.MACHINE_FAILED, guards.MAY_START]
)
def test_a_guard_about_another_event_does_not_hold(guard: Guard) -> None:
    class Foreign(Event, frozen=True):
        name = "foreign"

    assert guard.holds(Foreign(), ONLINE_IDLE) is False
