"""What trio's nurseries make of an exception: a group, or a group of groups."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup

__all__ = ["is_only", "the_one_in"]


def is_only(error: BaseException, *kinds: type[BaseException]) -> bool:
    """Say whether an exception is one of these kinds, or a group of nothing else."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_only(one, *kinds) for one in error.exceptions)
    return isinstance(error, kinds)


def the_one_in(error: BaseException) -> BaseException:
    """Return the exception in a group of one, however deep; any other as it is."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
