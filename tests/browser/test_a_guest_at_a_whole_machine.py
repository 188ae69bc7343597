"""A guest's whole donation at a machine of which nothing is staged, by taps alone, offline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from rvm_edge.bridges.local.simulation import Incident, Thing
from rvm_edge.cli.demo.eyes import EyesKind
from rvm_edge.item import Reason
from rvm_edge.ledger.check import check
from rvm_edge.simulator.truth import Fate
from rvm_edge.wording import wording_of
from states import paths
from tests.both_sides import dropped_items
from tests.browser.chromium import Chromium
from tests.browser.whole_machine import SURE, whole_machine

MAIN = "#actions .main"
PICTURE = "document.querySelector('.photograph img')"


@dataclass(frozen=True)
class Said:
    """What the screen says in one language."""

    guest: str
    insert: str
    thanks: str
    counts: str


SAID = {
    "id": Said(
        "Internet terputus, jadi login belum bisa. Donasi Anda tetap tercatat.",
        "Masukkan satu botol",
        "Terima kasih!",
        "1 diterima 1 dikembalikan",
    ),
    "en": Said(
        "The internet is down, so log-in is off. Your donation counts all the same.",
        "Put one bottle in",
        "Thank you!",
        "1 accepted 1 handed back",
    ),
}


@pytest.mark.parametrize("language", ["id", "en"])
async def test_one_bottle_in_one_back_and_thanks(
    chromium: Chromium, tmp_path: Path, language: str
) -> None:
    said = SAID[language]
    async with whole_machine(
        chromium, tmp_path, eyes=EyesKind.WORKER, online=False, specimens=SURE
    ) as whole:
        page = whole.page
        await page.until_screen("guest")
        await whole.speak(language)
        assert await page.text("#advice") == said.guest
        await page.tap(MAIN)
        await page.until_screen("insert")
        assert await page.text("#headline") == said.insert

        await whole.put_in(Thing.EMPTY_PET)
        await page.until_screen("taken")
        assert await page.text("#headline") == _words(Reason.EMPTY_PET, language)[0]
        assert await page.evaluate(f"{PICTURE}.naturalWidth") == 416
        assert await page.evaluate("document.querySelector('.photograph .over') !== null")

        await whole.put_in(Thing.FILLED_PET)
        await page.until_screen("returned")
        happened, advice = _words(Reason.NOT_EMPTY, language)
        assert (await page.text("#headline"), await page.text("#advice")) == (happened, advice)
        await whole.happen(Incident.TAKE_BACK)

        await page.tap(MAIN)
        await page.until_screen("thanks")
        assert await page.text("#headline") == said.thanks
        assert (await page.text("#counts")).split() == said.counts.split()
        await page.tap("#actions [data-verb=dismiss]")
        await page.until("document.querySelector('#stage').dataset.screen !== 'thanks'")
        assert page.complaints == []
        fates = [item.fate for item in whole.machine.world.audit().items]
        assert whole.machine.is_in(paths.OFFLINE_GUEST)
    assert fates == [Fate.DROPPED, Fate.RETURNED]
    (credited,) = dropped_items(whole.locations.ledger_path)
    assert (credited.owner, credited.state) == ("", "waiting")
    assert check(whole.locations.ledger_path).violations == ()


def _words(reason: Reason, language: str) -> tuple[str, str]:
    wording = wording_of(reason)
    words = wording.indonesian if language == "id" else wording.english
    return words.happened, words.advice
