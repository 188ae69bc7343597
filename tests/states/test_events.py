import msgspec
import pytest

from rvm_edge.statechart.definition import Event
from states.events import EVENTS, SessionRequested

UUID = "0d1c1f6e-7d5e-4a53-9a4e-3a1f4a2b9c11"


def test_every_event_has_a_name_of_its_own() -> None:
    names = [event.name for event in EVENTS]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_events_are_frozen_and_carry_scalars_only(event: type[Event]) -> None:
    allowed = {str, int, float, bool}
    assert event.__struct_config__.frozen
    assert {field.type for field in msgspec.structs.fields(event)} <= allowed


@pytest.mark.parametrize(
    ("session_id", "mode", "owner"),
    [
        ("not a uuid", "guest", ""),
        (UUID.upper(), "guest", ""),
        (UUID, "robot", ""),
        (UUID, "user", ""),
        (UUID, "guest", "7"),
    ],
)
def test_a_session_that_the_ledger_could_not_keep_is_refused(
    session_id: str, mode: str, owner: str
) -> None:
    with pytest.raises(ValueError, match=r".+"):
        SessionRequested(session_id, mode, owner)


def test_a_users_session_names_its_owner() -> None:
    assert SessionRequested(UUID, "user", "7").payload() == {
        "session_id": UUID,
        "mode": "user",
        "owner": "7",
    }
