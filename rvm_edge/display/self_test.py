"""A test of the whole machine: one check after the other, told as it goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import asdict, replace

from rvm_edge.bridges.local.condition import Advice, Check, CheckName, CheckState, SelfTest
from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.display.checks import Checks, Finding

Tell = Callable[[SelfTest], None]

BEFORE_MOVING: Final = frozenset({CheckName.DOOR, CheckName.SLOT, CheckName.CHAMBER})
"""What has to be well before a motor is turned: else it would turn against something."""

_MOVE = frozenset({CheckName.MOTOR})
_ENDED = Finding(CheckState.SKIPPED, "the test was ended", Advice.TEST_AGAIN)
_UNSAFE = Finding(CheckState.SKIPPED, "another check has to pass first", Advice.MEND_FIRST)


class SelfTester:
    """Runs the checks. One test at a time; it ends early where the machine may not be tested."""

    def __init__(
        self, checks: Checks, may_test: Callable[[], bool], now: Callable[[], str]
    ) -> None:
        """Prepare.

        Args:
            checks: in their order.
            may_test: whether the machine is out of use, for its technician to work at.
            now: UTC, ISO 8601.
        """
        self._checks = checks
        self._may_test = may_test
        self._now = now
        self._running = False

    async def run(self, tell: Tell) -> str:
        """Run all checks; return how many passed, in words.

        Raises:
            RefusedError: another test goes on.
        """
        if self._running:
            raise RefusedError("a self-test goes on already")
        self._running = True
        report = SelfTest(self._now(), True, tuple(map(Check, self._checks.by_name)))
        try:
            for number, name in enumerate(self._checks.by_name):
                report = _with(report, number, Finding(CheckState.RUNNING, ""))
                tell(report)
                report = _with(report, number, await self._found(name, report))
                tell(report)
        finally:
            self._running = False
            report = _ended(report)
            tell(report)
        well = sum(one.state is CheckState.PASSED for one in report.checks)
        return f"{well} of {len(report.checks)} checks passed"

    async def _found(self, name: CheckName, report: SelfTest) -> Finding:
        if not self._may_test():
            return _ENDED
        unwell = {one.name for one in report.checks if one.state is CheckState.FAILED}
        if name in _MOVE and unwell & BEFORE_MOVING:
            return _UNSAFE
        return await self._checks.by_name[name]()


def _with(report: SelfTest, number: int, finding: Finding) -> SelfTest:
    check = replace(report.checks[number], **asdict(finding))
    return replace(report, checks=(*report.checks[:number], check, *report.checks[number + 1 :]))


def _ended(report: SelfTest) -> SelfTest:
    """Return the report of a test that is over; what was not looked at says so."""
    open_ = (CheckState.PENDING, CheckState.RUNNING)
    checks = tuple(
        replace(one, **asdict(_ENDED)) if one.state in open_ else one for one in report.checks
    )
    return replace(report, running=False, checks=checks)
