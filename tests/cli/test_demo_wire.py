"""The demo's whole machine on the framed dialect."""

from __future__ import annotations

from tests.cli.test_demo import account


def test_a_whole_machine_that_speaks_in_frames_loses_nothing() -> None:
    """Its sensors are behind the wire too, and speak unasked."""
    found = account("--wire", "framed", "--items", "6", "--seed", "3")
    assert (found["items"], found["lost"], found["duplicated"], found["in_doubt"]) == (6, 0, 0, 0)
    assert found["hazards"] == 0
    assert found["journal_ok"] is True
