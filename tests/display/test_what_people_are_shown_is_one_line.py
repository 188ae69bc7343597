"""What servers and drivers say is shown in one short, printable line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.display.memory import LONGEST, in_one_line


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    line = in_one_line(text)
    assert len(line) <= LONGEST
    assert line.isprintable()
    assert line == line.strip()


def test_a_short_line_stays_as_it_is() -> None:
    assert in_one_line("422: unknown session") == "422: unknown session"


def test_line_breaks_and_control_characters_become_spaces() -> None:
    assert in_one_line("one\n\ttwo\x1b[31m three\0") == "one two [31m three"
