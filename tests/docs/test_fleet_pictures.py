"""The pictures of the page on fleets are drawn from the simulation, always to the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rvm_edge.locations import checkout_dir
from rvm_edge.simulator.fleet import Scenario
from tests.fleet_plot import PICTURES, main, recovery_picture, requests_picture

Draw = Callable[[Scenario], bytes]
TINY = Scenario(machines=5, outage_s=60, before_s=10, after_s=60, capacity_rps=2)


@pytest.mark.parametrize("draw", [requests_picture, recovery_picture])
def test_drawn_twice_they_are_the_same_and_carry_no_date(draw: Draw) -> None:
    drawn = draw(TINY)
    assert drawn == draw(TINY)
    assert drawn.startswith(b"<?xml")
    assert b"5 machines" in drawn
    assert b"<dc:date>" not in drawn


def test_check_names_what_differs_and_changes_nothing(tmp_path: Path) -> None:
    pictures = {"one.svg": lambda: b"new", "two.svg": lambda: b"same"}
    (tmp_path / "one.svg").write_bytes(b"old")
    (tmp_path / "two.svg").write_bytes(b"same")
    with pytest.raises(SystemExit, match=r"not up to date: one\.svg; run 'python -m tests"):
        main([str(tmp_path), "--check"], pictures)
    assert (tmp_path / "one.svg").read_bytes() == b"old"
    main([str(tmp_path)], pictures)
    main([str(tmp_path), "--check"], pictures)


def test_every_picture_is_on_the_page() -> None:
    page = (checkout_dir() or Path()) / "docs" / "explanation" / "a-fleet-and-its-server.md"
    text = page.read_text()
    assert all(f"(../images/{name})" in text for name in PICTURES)
