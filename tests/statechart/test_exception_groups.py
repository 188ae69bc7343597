"""Groups of exceptions are seen through, however deep they are."""

from __future__ import annotations

import sys

import pytest

from rvm_edge.statechart.exception_groups import is_only, the_one_in

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup

LOST, STUCK = ConnectionError("lost"), KeyError("stuck")


def group(*errors: BaseException) -> BaseException:
    return BaseExceptionGroup("", errors)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (LOST, True),
        (STUCK, False),
        (group(LOST), True),
        (group(group(LOST), LOST), True),
        (group(LOST, STUCK), False),
        (group(LOST, group(STUCK)), False),
    ],
)
def test_a_group_is_of_a_kind_if_all_in_it_is(error: BaseException, expected: bool) -> None:
    assert is_only(error, OSError, ValueError) is expected


@pytest.mark.parametrize("error", [LOST, group(LOST), group(group(LOST))])
def test_the_one_in_a_group_of_one_is_found(error: BaseException) -> None:
    assert the_one_in(error) is LOST


def test_a_group_of_several_stays_one() -> None:
    several = group(LOST, STUCK)
    assert the_one_in(group(several)) is several
