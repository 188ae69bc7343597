"""What others wrote is shown in one short, printable line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.one_line import one_line


@given(st.text(), st.integers(1, 200))
def test_any_text_becomes_one_short_printable_line(text: str, most: int) -> None:
    line = one_line(text, most)
    assert len(line) <= most
    assert line.isprintable()
    assert line == line.strip()
    assert line == one_line(line, most)


def test_a_short_line_stays_as_it_is() -> None:
    assert one_line("422: unknown session", 20) == "422: unknown session"


def test_line_breaks_and_control_characters_become_spaces() -> None:
    assert one_line("one\n\ttwo\x1b[31m three\0", 80) == "one two [31m three"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a" * 8, "a" * 8),
        ("a" * 9, "aaaaaaa…"),
        ("one two three", "one two…"),
        ("one twofold", "one two…"),
        ("one tw three", "one tw…"),
        (" " * 31 + "a", "a"),
        (" " * 32 + "a", ""),
    ],
)
def test_a_longer_text_is_cut_and_not_looked_through(text: str, shown: str) -> None:
    assert one_line(text, 8) == shown
