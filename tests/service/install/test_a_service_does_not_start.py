"""A service that does not start has been installed all the same."""

from __future__ import annotations

import pytest

from rvm_edge.service.install.steps import InstallError, RunCommand


def test_who_installs_it_is_told_so_first_and_whom_to_ask() -> None:
    step = RunCommand(("false",), "start it", otherwise="all is there; the doctor says why")
    with pytest.raises(InstallError, match=r"^all is there; the doctor says why: false failed"):
        step.carry_out()


def test_what_fails_before_that_is_told_as_it_is() -> None:
    with pytest.raises(InstallError, match=r"^false failed: exit code 1$"):
        RunCommand(("false",), "read it").carry_out()
