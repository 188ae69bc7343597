"""Proving a journal: what was changed, left out, made up or decided otherwise is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace

from rvm_edge.statechart.build import build
from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import Configuration, Event, StateError, TimedOut
from rvm_edge.statechart.document import chart_hash, label
from rvm_edge.statechart.journal import (
    GENESIS,
    SET_ASIDE,
    STARTED,
    STOPPED,
    Entry,
    MemoryJournal,
    Record,
    SqliteJournal,
    Verification,
    event_of,
    verify,
)
from rvm_edge.statechart.journal.record import hash_of
from rvm_edge.statechart.journal.verify import MOST_PROBLEMS
from rvm_edge.statechart.offload import inline
from tests.statechart import charts
from tests.statechart.charts import BROKEN, CELL, FAST, OFF, PUT, READY, SLOW, TAKE, Bench

HASH = chart_hash(CELL)
CELL_DECIDER = build(CELL)

STORY: tuple[Event, ...] = (
    charts.Start(),
    charts.Faster(),
    charts.Part(12.5),
    charts.Taken(),
    charts.Done(ok=False, note="askew"),
    TimedOut(TAKE),
    charts.Ping(),
    charts.Part(1.0),
    StateError(TAKE, "ValueError", "lost"),
    StateError("cleanup", "Hung", "stuck"),
    charts.Repaired(),
)


def entries(before: Configuration = (), decider: Decider[Bench] = CELL_DECIDER) -> list[Entry]:
    """A whole run of the cell, from start to stop."""
    chart = chart_hash(decider.chart)
    told = [Entry(STARTED, {}, before, decider.initial, (), chart)]
    now = decider.initial
    for event in STORY:
        decision = decider.decide(now, event)
        assert decision.handled, event
        taken = tuple(label(row) for row in decision.taken)
        told.append(Entry(event.title, event.payload(), now, decision.after, taken, chart))
        now = decision.after
    return [*told, Entry(STOPPED, {}, now, (), (), chart)]


async def written(told: list[Entry]) -> list[Record]:
    journal = MemoryJournal()
    assert journal.last is None
    for entry in told:
        assert await journal.append(entry) == journal.last
    return journal.records


def resealed(records: list[Record]) -> list[Record]:
    """What somebody would write who can compute the chain anew."""
    prev = GENESIS
    chained = []
    for record in records:
        moved = replace(record, prev=prev)
        prev = hash_of(moved)
        chained.append(replace(moved, hash=prev))
    return chained


def problems(records: list[Record]) -> str:
    verification = verify(records, CELL_DECIDER)
    assert verification.ok == (not verification.problems)
    return "\n".join(verification.problems)


async def test_an_honest_journal_proves_itself() -> None:
    records = await written(entries())
    assert verify(records, CELL_DECIDER) == Verification(
        rows=len(STORY) + 2,
        replayed=len(STORY) + 2,
        foreign=0,
        head=records[-1].hash,
        problems=(),
        proven=((1, len(STORY) + 2),),
    )


async def test_a_file_is_verified_like_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    journal = await SqliteJournal.open(path, offload=inline)
    for entry in entries():
        await journal.append(entry)
    await journal.aclose()
    verification = verify(path, CELL_DECIDER)
    assert (verification.ok, verification.rows) == (True, len(STORY) + 2)
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER journal_no_update")
    connection.execute("UPDATE journal SET data = 'nonsense' WHERE seq = 5")
    connection.commit()
    connection.close()
    verification = verify(path, CELL_DECIDER)
    assert verification.problems == (
        "journal row 5: column data is no canonical JSON (after row 4)",
    )
    assert verification.rows == len(STORY) + 1
    assert verification.proven == ((1, 4), (6, len(STORY) + 2))


def test_an_empty_journal_proves_nothing_and_has_no_fault() -> None:
    assert verify([], CELL_DECIDER) == Verification(0, 0, 0, GENESIS, ())


async def test_a_run_that_was_cut_off_is_continued_by_the_next_start() -> None:
    cut = entries()[:4]
    assert problems(await written([*cut, *entries(before=cut[-1].after)])) == ""
    assert "the row before ended in" in problems(await written([*cut, *entries()]))


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("seq", 99),
        ("at", "2020-01-01T00:00:00.000000+00:00"),
        ("mono", 1e9),
        ("event", "stop"),
        ("data", {"grams": 12.75}),
        ("before", (FAST, PUT)),
        ("after", (FAST, PUT)),
        ("taken", ("off -> work",)),
        ("chart", "0" * 64),
        ("prev", "0" * 64),
        ("hash", "0" * 64),
    ],
)
@pytest.mark.parametrize("row", [3, -1])
async def test_a_change_of_any_field_is_found(column: str, other: object, row: int) -> None:
    records = await written(entries())
    changed: dict[str, Any] = {column: other}
    records[row] = replace(records[row], **changed)
    found = problems(records)
    assert f"row {records[row].seq}: " in found
    assert "was changed" in found


async def test_a_row_that_is_sealed_onto_another_chain_is_found() -> None:
    records = await written(entries())
    moved = replace(records[-1], prev="f" * 64)
    records[-1] = replace(moved, hash=hash_of(moved))
    assert "does not follow the row before" in problems(records)


@pytest.mark.parametrize("row", [0, 3, 6])
async def test_a_missing_row_is_found(row: int) -> None:
    records = await written(entries())
    del records[row]
    assert f"row {row + 2}: {row + 1} was expected: rows are missing" in problems(records)


async def test_rows_in_another_order_are_found() -> None:
    records = await written(entries())
    records[3], records[4] = records[4], records[3]
    assert "out of order" in problems(records)


async def test_a_cut_tail_shows_only_in_the_head_hash() -> None:
    records = await written(entries())
    cut = verify(records[:-2], CELL_DECIDER)
    assert cut.ok
    assert cut.head != records[-1].hash


Forgery = Callable[[list[Entry]], list[Entry]]


def _at(index: int, **changes: Any) -> Forgery:  # noqa: ANN401 - any column's value
    def forge(told: list[Entry]) -> list[Entry]:
        told[index] = replace(told[index], **changes)
        if "after" in changes and index + 1 < len(told):
            told[index + 1] = replace(told[index + 1], before=changes["after"])
        return told

    return forge


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        pytest.param(
            _at(1, taken=("off -> broken",)), "declares no row start: off -> broken", id="row"
        ),
        pytest.param(_at(2, event="slower", taken=()), "the chart ignores slower", id="ignored"),
        pytest.param(_at(3, after=(FAST, READY)), "the chart decides", id="after"),
        pytest.param(
            _at(5, data={"ok": True, "note": ""}), "the chart decides", id="guard decides otherwise"
        ),
        pytest.param(
            _at(3, data={"grams": -1.0}), "guard is_heavy raised", id="guard cannot decide"
        ),
        pytest.param(
            _at(3, data={"grams": 1.0, "more": 1}), "has other fields than", id="other fields"
        ),
        pytest.param(_at(3, data={}), "has other fields than []", id="no fields"),
        pytest.param(
            _at(1, event="unheard", taken=()), "has no event 'unheard'", id="unknown event"
        ),
        pytest.param(_at(6, data={"state": PUT}), "the fields of", id="time-out of another state"),
        pytest.param(_at(1, before=(SLOW,)), "is no configuration", id="illegal configuration"),
        pytest.param(_at(0, after=(BROKEN,)), "started leads to ['off']", id="start elsewhere"),
        pytest.param(_at(0, taken=("x",)), "takes no row", id="start by a row"),
        pytest.param(_at(-1, after=(OFF,)), "stopped leads to []", id="stop that goes on"),
        pytest.param(lambda told: told[1:], "the first row is start, not started", id="no start"),
        pytest.param(
            lambda told: [*told, replace(told[1], before=())],
            "nothing but started can follow stopped",
            id="after the stop",
        ),
        pytest.param(
            _at(4, chart="f" * 64), "the chart changed without started", id="another chart"
        ),
        pytest.param(
            lambda told: [*told, Entry(SET_ASIDE, {}, (), (), (), "")],
            "only the first row may say",
            id="set aside in the middle",
        ),
        pytest.param(
            lambda told: [Entry(SET_ASIDE, {}, (), (), (), "f" * 64), *told],
            "only the first row may say",
            id="set aside by a chart",
        ),
    ],
)
async def test_a_forged_story_is_found_even_with_a_perfect_chain(
    forge: Forgery, found: str
) -> None:
    records = resealed(await written(forge(entries())))
    assert [record for record in records if record.hash != hash_of(record)] == []
    assert found in problems(records)


async def test_a_journal_that_replaces_a_damaged_one_is_in_order() -> None:
    aside = Entry(SET_ASIDE, {"file": "x", "why": "y"}, (), (), (), "")
    assert problems(await written([aside, *entries()])) == ""


async def test_rows_of_an_earlier_chart_are_chained_but_not_decided_again() -> None:
    earlier = build(replace(CELL, name="earlier"))
    told = [*entries(decider=earlier), *entries()]
    verification = verify(await written(told), CELL_DECIDER)
    assert verification.ok
    assert (verification.foreign, verification.replayed) == (len(told) // 2, len(told) // 2)
    theirs = chart_hash(earlier.chart)
    assert verify(await written(told), CELL_DECIDER, charts=[theirs]).ok
    unknown = verify(await written(told), CELL_DECIDER, charts=[])
    assert unknown.problems == (f"row 1: chart {theirs[:12]} is unknown",)


async def test_a_thoroughly_broken_journal_gets_a_bounded_answer() -> None:
    records = [replace(record, hash="x") for record in await written(entries() * 20)]
    assert len(verify(records, CELL_DECIDER).problems) == MOST_PROBLEMS


@pytest.mark.parametrize("event", STORY, ids=lambda event: event.title)
def test_every_event_is_made_again_from_its_row(event: Event) -> None:
    assert event_of(CELL, event.title, event.payload()) == event


class Picky(Event, frozen=True):
    """Refuses what it cannot mean."""

    share: float

    name: ClassVar[str] = "picky"

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError("a share is between 0 and 1")


def test_an_event_that_refuses_its_fields_says_so() -> None:
    chart = replace(CELL, events=(*CELL.events, Picky))
    with pytest.raises(ValueError, match="between 0 and 1"):
        event_of(chart, "picky", {"share": 2.0})
