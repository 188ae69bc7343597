"""The gallery shows every picture that lies in the folder once, the newest first."""

from __future__ import annotations

from pathlib import Path

from rvm_edge.decision import PictureFigures
from rvm_edge.item import Detection, Reason
from rvm_edge.ledger import Ledger
from rvm_edge.ledger.evidence import gallery
from rvm_edge.ledger.reading import read_only
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.evidence import Signs
from tests.ledger.couriers import evidence_of
from tests.ledger.evidence.test_folder import frame
from tests.ledger.scenes import drop, new_session


async def test_page_by_page_everything_is_shown_once(ledger: Ledger, path: Path) -> None:
    evidence = await evidence_of(ledger)
    uuids = await drop(ledger, 5)
    for uuid in uuids:
        await evidence.keep(uuid, [frame()])
    seen: list[str] = []
    with read_only(path) as connection:
        assert gallery.count(connection) == len(uuids)
        before = 0
        while page := gallery.newest(connection, before=before, limit=2):
            assert len(page) <= 2
            seen += [one.client_uuid for one in page]
            before = page[-1].number
    assert seen == list(reversed(uuids))


async def test_a_picture_comes_with_its_verdict(ledger: Ledger, path: Path) -> None:
    evidence = await evidence_of(ledger)
    (uuid,) = await drop(ledger, 1)
    await evidence.keep(uuid, [frame()])
    with read_only(path) as connection:
        (one,) = gallery.newest(connection)
    assert (one.verdict.accepted, one.verdict.reason) == (True, Reason.EMPTY_PET)
    assert (one.size, one.uploaded) == (len(frame().data), False)


async def test_a_picture_comes_with_the_size_in_which_the_eyes_told_its_boxes(
    ledger: Ledger, path: Path
) -> None:
    evidence = await evidence_of(ledger)
    (unmeasured,) = await drop(ledger, 1)
    figures = PictureFigures(96.0, 30.0, 200.0, "ab" * 32, width=1280, height=720)
    found = Detection("mineral", 0.84, (10.0, 10.0, 110.0, 60.0))
    verdict = decide([[], [found]], AcceptanceSettings(), signs=Signs((figures, figures), ("", "")))
    session = new_session()
    await ledger.open_session(session)
    measured = (await ledger.insert(session.session_id)).client_uuid
    await ledger.decide(measured, verdict)
    for uuid in (unmeasured, measured):
        await evidence.keep(uuid, [frame(), frame()])
    await ledger.pictures.mark_reduced(measured, 10)
    with read_only(path) as connection:
        second, first = gallery.newest(connection)
    assert (first.judged_size, first.reduced) == ((0, 0), False)
    assert (second.judged_size, second.reduced) == ((1280, 720), True)


async def test_what_was_removed_is_not_shown(ledger: Ledger, path: Path) -> None:
    evidence = await evidence_of(ledger)
    (uuid,) = await drop(ledger, 1)
    await evidence.keep(uuid, [frame()])
    await ledger.pictures.mark_lost((uuid,))
    with read_only(path) as connection:
        assert gallery.newest(connection) == ()
        assert gallery.count(connection) == 0
