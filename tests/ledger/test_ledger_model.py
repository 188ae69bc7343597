"""Any sequence of steps, with the process dying at any statement, against a model of ten lines."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import trio
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rvm_edge.item import ItemState, Outcome, SessionEnd
from rvm_edge.ledger import Ledger, check
from rvm_edge.machine import LedgerError
from tests.ledger.scenes import close, new_session, open_now, take_step

STEPS = ("accepted", "refused", "given_back", "doubted", "dropped", "returned", "delivered")


class DiedError(BaseException):
    """Stands for the process ending here; no code may catch it as an error of its own."""


class MortalConnection(sqlite3.Connection):
    """Copies the files as they are and dies, before or after one statement."""

    fuse: ClassVar[int | None] = None
    after: ClassVar[bool] = False
    files: ClassVar[Path] = Path()
    committed: ClassVar[bool] = False

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:  # noqa: ANN401 - sqlite3's own signature
        return self.burn(sql, partial(super().execute, sql, parameters))

    def executemany(self, sql: str, parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401 - likewise
        return self.burn(sql, partial(super().executemany, sql, parameters))

    def burn(self, sql: str, run: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        kind = type(self)
        if kind.fuse is None:
            return run()
        kind.fuse -= 1
        if kind.fuse >= 0:
            kind.committed = kind.committed or sql == "COMMIT"
            return run()
        kind.fuse = None
        if kind.after:
            run()
            kind.committed = kind.committed or sql == "COMMIT"
        self.copy()
        raise DiedError

    def copy(self) -> None:
        """Keep what another process would find: the database and its log, without the index."""
        (name,) = (row[2] for row in super().execute("PRAGMA database_list"))
        for suffix in ("", "-wal"):
            source = Path(name + suffix)
            if source.exists():
                shutil.copy(source, self.files / source.name)


@dataclass(frozen=True)
class Model:
    """What the item should be."""

    accepted: bool | None = None
    doubted: bool = False
    given_back: bool = False
    outcome: Outcome | None = None
    delivered: bool = False

    @property
    def state(self) -> ItemState:
        if self.outcome is not None:
            return ItemState.DELIVERED if self.delivered else ItemState.SETTLED
        if self.doubted:
            return ItemState.IN_DOUBT
        return ItemState.INSERTED if self.accepted is None else ItemState.DECIDED

    def after(self, step: str) -> Model | None:
        """Return the item after the step, or None where the step is refused."""
        held, dropped = self.outcome is None, self.outcome is Outcome.DROPPED
        fresh = self.state is ItemState.INSERTED and not self.given_back
        credit = self.accepted and not self.given_back
        changed = {
            "accepted": replace(self, accepted=True) if fresh else None,
            "refused": replace(self, accepted=False) if fresh else None,
            "given_back": replace(self, given_back=True) if held else self,
            "doubted": replace(self, doubted=True) if held else None,
            "dropped": replace(self, outcome=Outcome.DROPPED) if held and credit else None,
            "returned": replace(self, outcome=Outcome.RETURNED) if held else self,
            "delivered": None,
        }
        if dropped:
            again = {"dropped": self, "delivered": replace(self, delivered=True)}
            return again.get(step)
        return changed[step]


class LedgerMachine(RuleBasedStateMachine):
    """Drives a real ledger file and the model side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="ledger-model-"))
        self.lives = 0
        self.items: dict[str, Model] = {}
        self.session: str | None = None
        self.sessions = 0
        self.ledger = self.open(self.root)

    def open(self, folder: Path) -> Ledger:
        MortalConnection.fuse = None
        ledger = open_now(folder / "ledger.sqlite", factory=MortalConnection)
        assert ledger.opening.findings == ()
        return ledger

    def teardown(self) -> None:
        close(self.ledger)
        shutil.rmtree(self.root)

    def live(self, call: Callable[[], Awaitable[object]], death: tuple[int, bool] | None) -> bool:
        """Make a call, perhaps the last of this life, and say whether its commit happened."""
        MortalConnection.committed = False
        if death is None:
            trio.run(call)
            return True
        self.lives += 1
        folder = self.root / str(self.lives)
        folder.mkdir()
        MortalConnection.files = folder
        MortalConnection.fuse, MortalConnection.after = death
        try:
            trio.run(call)
        except DiedError:
            close(self.ledger)
            self.ledger = self.open(folder)
            return MortalConnection.committed
        finally:
            MortalConnection.fuse = None
        return True

    deaths = st.none() | st.tuples(st.integers(0, 9), st.booleans())

    @initialize()
    def begin(self) -> None:
        self.start(None)

    @rule(death=deaths)
    def start(self, death: tuple[int, bool] | None) -> None:
        session = new_session()
        if self.session is not None:
            try:
                trio.run(self.ledger.open_session, session)
            except LedgerError:
                return
            raise AssertionError("two sessions are open")
        if self.live(partial(self.ledger.open_session, session), death):
            self.session = session.session_id
            self.sessions += 1

    @rule(death=deaths)
    def stop(self, death: tuple[int, bool] | None) -> None:
        if self.session is None:
            return
        call = partial(self.ledger.close_session, self.session, SessionEnd.FINISHED)
        if self.live(call, death):
            self.session = None

    @rule(death=deaths)
    def insert(self, death: tuple[int, bool] | None) -> None:
        free = all(model.outcome is not None for model in self.items.values())
        session = self.session or "00000000-0000-4000-8000-000000000000"
        try:
            committed = self.live(partial(self.ledger.insert, session), death)
        except LedgerError:
            assert not free or self.session is None
            return
        if committed:
            assert free
            assert self.session is not None
            held = trio.run(self.ledger.item_in_hand)
            assert held is not None
            assert held.client_uuid not in self.items
            self.items[held.client_uuid] = Model()

    @rule(step=st.sampled_from(STEPS), back=st.integers(0, 2), death=deaths)
    def take(self, step: str, back: int, death: tuple[int, bool] | None) -> None:
        if back >= len(self.items):
            return
        uuid = list(self.items)[-1 - back]
        expected = self.items[uuid].after(step)
        try:
            committed = self.live(partial(take_step, self.ledger, uuid, step), death)
        except LedgerError:
            assert expected is None, f"{step} of {self.items[uuid]} was refused"
            return
        if committed:
            assert expected is not None, f"{step} of {self.items[uuid]} was taken"
            self.items[uuid] = expected

    @rule()
    def restart(self) -> None:
        path = self.ledger.path
        close(self.ledger)
        self.ledger = self.open(path.parent)

    @invariant()
    def the_ledger_is_the_model(self) -> None:
        found = {
            record.item.client_uuid: (
                record.item.state,
                record.item.accepted,
                record.item.given_back,
                record.item.outcome,
            )
            for record in trio.run(self.ledger.recent, 1000)
        }
        assert found == {
            uuid: (model.state, model.accepted, model.given_back, model.outcome)
            for uuid, model in self.items.items()
        }
        session = trio.run(self.ledger.session)
        assert (session.session_id if session else None) == self.session
        counts = trio.run(self.ledger.counts)
        models = self.items.values()
        assert counts.sessions == self.sessions
        assert counts.dropped == sum(model.outcome is Outcome.DROPPED for model in models)
        assert counts.undelivered == sum(
            model.outcome is Outcome.DROPPED and not model.delivered for model in models
        )

    @invariant()
    def the_check_is_clean(self) -> None:
        assert check(self.ledger.path).violations == ()


LedgerMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestLedgerAgainstItsModel = LedgerMachine.TestCase
