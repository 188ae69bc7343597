"""The code that is typed back before a reset is told to the page that asked, with the PIN."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import trio

from tests.bridges.local.page import Json, Page
from tests.display.shown_machine import page_of, shown, technician_of


async def heard_by(page: Page) -> list[Json]:
    """Return all that a page was told, up to now."""
    heard = [await page.ask("acknowledge", "last", alarm="none")]
    with trio.move_on_after(0):
        while True:
            heard.append(await page.hear())
    return heard


async def test_no_other_page_no_log_and_no_journal_has_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with shown(tmp_path) as machine, page_of(machine) as other:
        async with technician_of(machine) as page:
            code = (await page.ask("begin_reset", "1"))["result"]["reset"]["code"]
            wrong = f"{(int(code) + 1) % 10**8:08}"
            assert not (await page.ask("confirm_reset", "2", code=wrong))["ok"]
            told = await heard_by(other)
            assert (await page.ask("confirm_reset", "3", code=code, keep=True))["ok"]
        records = [step.record for step in machine.steps]
    assert len(told) > 1
    assert "change_credentials" in repr(records)
    for text in (repr(told), caplog.text, repr(records)):
        assert code not in text
