"""The table of threats names tests that there are, and all of those about attacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from rvm_edge.generated import is_up_to_date
from tests.provisioning.threats.rows import ALL_OF, THREATS
from tests.provisioning.threats.table import Found, MissingTestError, found, render

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "set-up-threats.md"
NAMED = {name for rows in THREATS.values() for row in rows for name in row.tests}


@pytest.fixture(scope="module")
def tests() -> Found:
    return found()


def test_the_page_says_what_the_tests_say(tests: Found) -> None:
    assert is_up_to_date(PAGE, render(tests)), "run make docs"


def test_every_attack_is_shown_by_a_test() -> None:
    assert [row.attack for rows in THREATS.values() for row in rows if not row.tests] == []


def test_every_test_about_an_attack_has_its_row(tests: Found) -> None:
    assert {name for name, files in tests.items() if files & set(ALL_OF)} <= NAMED
    assert set(ALL_OF) <= {file for files in tests.values() for file in files}


def test_a_test_that_vanishes_is_missed_and_so_is_one_of_two_of_the_same_name(
    tests: Found,
) -> None:
    for name in NAMED:
        for files in (frozenset(), tests[name] | {"test_another.py"}):
            with pytest.raises(MissingTestError, match=name):
                render({**tests, name: files})
