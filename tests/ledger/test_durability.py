"""Nothing is acknowledged before it is committed, and a failing disk leaves no half step."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
import trio

from rvm_edge.item import Detection, Item, Outcome, Reason, Session, SessionEnd, Verdict
from rvm_edge.ledger import (
    Ledger,
    LedgerLockedError,
    LedgerUnusableError,
    RefusedStepError,
    check,
)
from rvm_edge.machine import LedgerError
from tests.ledger.scenes import (
    ACCEPTED,
    bring_to,
    close,
    connection_of,
    dump,
    new_session,
    open_now,
)

Step = Callable[[Ledger, Session, Item], Awaitable[object]]

# Every writing call, with the situation in which it is due.
WRITES: dict[str, tuple[str | None, Step]] = {
    "open_session": (None, lambda book, session, _: book.open_session(session)),
    "insert": (None, lambda book, session, _: book.insert(session.session_id)),
    "decide": ("", lambda book, _, item: book.decide(item.client_uuid, ACCEPTED)),
    "give_back": ("refused", lambda book, _, item: book.give_back(item.client_uuid)),
    "doubt": ("accepted", lambda book, _, item: book.doubt(item.client_uuid, "why")),
    "settle_dropped": (
        "accepted",
        lambda book, _, item: book.settle(item.client_uuid, Outcome.DROPPED),
    ),
    "settle_returned": (
        "refused",
        lambda book, _, item: book.settle(item.client_uuid, Outcome.RETURNED),
    ),
    "mark_delivered": (
        "accepted dropped",
        lambda book, _, item: book.mark_delivered(item.client_uuid),
    ),
    "close_session": (
        None,
        lambda book, session, _: book.close_session(session.session_id, SessionEnd.FINISHED),
    ),
    "put_flag": (None, lambda book, *_: book.flags.put("blocked", True)),
    "mark_sent": (
        "accepted dropped",
        lambda book, _, item: book.outbox.mark_sent((item.client_uuid,)),
    ),
    "mark_not_arrived": (
        "accepted dropped",
        lambda book, _, item: book.outbox.mark_not_arrived((item.client_uuid,), "why"),
    ),
    "mark_ambiguous": (
        "accepted dropped",
        lambda book, _, item: book.outbox.mark_ambiguous((item.client_uuid,), "why"),
    ),
    "bury": (
        "accepted dropped",
        lambda book, _, item: book.outbox.bury(item.client_uuid, "why"),
    ),
    "anchor": (None, lambda book, *_: book.outbox.anchor(1.0, 1e9)),
    "add_picture": (
        "accepted",
        lambda book, _, item: book.pictures.add(item.client_uuid, 100),
    ),
}


async def due(ledger: Ledger, name: str) -> Callable[[], Awaitable[object]]:
    """Bring the ledger to where the writing call `name` is due, and return that call."""
    situation, step = WRITES[name]
    session = new_session()
    nobody = Item("", session.session_id, session.mode, session.owner, state=ACCEPTED)  # type: ignore[arg-type] # never looked at
    if name == "open_session":
        return partial(step, ledger, session, nobody)
    await ledger.open_session(session)
    item = nobody if situation is None else await bring_to(ledger, situation)
    return partial(step, ledger, session, item)


@pytest.mark.parametrize("name", WRITES)
async def test_ack_only_after_commit(ledger: Ledger, path: Path, name: str) -> None:
    call = await due(ledger, name)
    said: list[str] = []
    before = dump(path)
    connection_of(ledger).set_trace_callback(said.append)
    await call()
    connection_of(ledger).set_trace_callback(None)
    # Another connection, which sees only what was committed, sees it now.
    assert dump(path) != before
    assert said[0] == "BEGIN IMMEDIATE"
    assert said[-1] == "COMMIT"
    assert said.count("COMMIT") == 1


class FaultyConnection(sqlite3.Connection):
    """Fails at one statement, counted from when it is armed."""

    fuse: ClassVar[int | None] = None
    reached: ClassVar[list[str]] = []

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:  # noqa: ANN401 - sqlite3's own signature
        self.burn(sql)
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401 - likewise
        self.burn(sql)
        return super().executemany(sql, parameters)

    def burn(self, sql: str) -> None:
        kind = type(self)
        if kind.fuse is not None:
            kind.reached.append(sql)
            if kind.fuse == 0:
                kind.fuse = None
                raise sqlite3.OperationalError("disk I/O error")
            kind.fuse -= 1


@pytest.fixture
def faulty() -> Iterator[type[FaultyConnection]]:
    FaultyConnection.reached.clear()
    yield FaultyConnection
    FaultyConnection.fuse = None


@pytest.mark.parametrize("name", WRITES)
def test_a_fault_at_any_statement_of_a_step_leaves_nothing_of_it(
    path: Path, faulty: type[FaultyConnection], name: str
) -> None:
    ledger = open_now(path, factory=faulty)
    call = trio.run(due, ledger, name)
    before = dump(path)
    for fuse in range(20):
        faulty.fuse = fuse
        faulty.reached.clear()
        try:
            trio.run(call)
        except LedgerUnusableError as error:
            assert "disk reported an error" in str(error)  # noqa: PT017 - until it succeeds
        else:
            break
        assert dump(path) == before
    else:
        pytest.fail("the step never ended")
    assert faulty.reached[-1] == "COMMIT"
    assert fuse == len(faulty.reached) > 2
    faulty.fuse = None
    close(ledger)
    assert check(path).violations == ()


async def test_a_full_disk_is_named_and_the_step_succeeds_once_there_is_room(
    ledger: Ledger, path: Path
) -> None:
    await ledger.open_session(new_session())
    item = await bring_to(ledger, "")
    connection = connection_of(ledger)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    big = Detection("pet_bottle", 0.5, (1.0, 2.0, 3.0, 4.0))
    verdict = Verdict(accepted=True, reason=Reason.EMPTY_PET, detections=((big,) * 500,))
    before = dump(path)
    with pytest.raises(LedgerUnusableError, match="the disk is full; free some space"):
        await ledger.decide(item.client_uuid, verdict)
    assert dump(path) == before
    connection.execute("PRAGMA max_page_count = 1000000")
    await ledger.decide(item.client_uuid, verdict)
    assert check(path).violations == ()


# Runs in a process of its own, because the limits and rights that it gives up are the process's.
LIMITED = """
import ctypes, resource, signal, sqlite3, sys, uuid
from functools import partial
from pathlib import Path
import sqlite_utils, trio
from rvm_edge.item import Outcome
from rvm_edge.machine import LedgerError
from tests.ledger.scenes import ACCEPTED, bring_to, close, new_session, open_now
path = Path(sys.argv[1])
"""


def run_limited(script: str, path: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIMITED + textwrap.dedent(script), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_file_that_cannot_grow_loses_no_acknowledged_step(path: Path) -> None:
    lines = run_limited(
        """
        ledger = open_now(path)
        session = new_session()
        trio.run(ledger.open_session, session)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        log = path.with_name(path.name + "-wal")
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        for room in (400_000, 400_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + room, hard))
            try:
                for _ in range(1000):
                    item = trio.run(partial(bring_to, ledger, "accepted dropped"))
                    print("acknowledged", item.client_uuid)
            except LedgerError as error:
                print("refused", error)
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            held = trio.run(ledger.item_in_hand)
            if held:
                trio.run(partial(ledger.doubt, held.client_uuid, "the disk was full"))
                trio.run(partial(ledger.settle, held.client_uuid, Outcome.RETURNED))
        """,
        path,
    )
    acknowledged = [line.split()[1] for line in lines if line.startswith("acknowledged")]
    refused = [line for line in lines if line.startswith("refused")]
    assert len(acknowledged) > 4
    assert len(refused) == 2
    assert all(re.search(r"disk (is full|reported an error)", line) for line in refused)
    found = check(path)
    assert found.violations == ()
    connection = sqlite3.connect(path)
    dropped = {row[0] for row in connection.execute("SELECT client_uuid FROM outbox")}
    connection.close()
    assert set(acknowledged) <= dropped


GIVE_UP_RIGHTS = """
# Root passes every permission check as long as it holds CAP_DAC_OVERRIDE: capset(2), version 3.
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
nothing = (ctypes.c_uint32 * 6)()
assert ctypes.CDLL(None).capset(header, nothing) == 0
"""


def test_a_read_only_folder_is_named(path: Path) -> None:
    close(open_now(path))
    path.with_name("ledger.sqlite.lock").unlink()
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        lines = run_limited(
            GIVE_UP_RIGHTS
            + textwrap.dedent(
                """
                try:
                    open_now(path)
                except LedgerError as error:
                    print(error)
                """
            ),
            path,
        )
    finally:
        path.parent.chmod(0o755)
    assert len(lines) == 1
    assert "Permission denied; check the folder, its permissions" in lines[0]
    assert check(path).violations == ()


def test_a_read_only_file_is_named(path: Path) -> None:
    close(open_now(path))
    path.chmod(0o444)
    lines = run_limited(
        GIVE_UP_RIGHTS
        + textwrap.dedent(
            """
            try:
                open_now(path)
            except LedgerError as error:
                print(error)
            """
        ),
        path,
    )
    assert len(lines) == 1
    assert "it is read-only; make the file and its folder writable" in lines[0]
    assert not list(path.parent.glob("*.corrupt.*"))


def test_a_ledger_can_be_read_by_somebody_who_may_not_write_its_folder(path: Path) -> None:
    ledger = open_now(path)
    trio.run(ledger.open_session, new_session())
    trio.run(partial(bring_to, ledger, "refused returned"))
    close(ledger)
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        lines = run_limited(
            GIVE_UP_RIGHTS + "from rvm_edge.ledger import check; print(check(path))", path
        )
    finally:
        path.parent.chmod(0o755)
    assert "items=1" in lines[0]
    assert "violations=()" in lines[0]


HOLD = """
import sys
from pathlib import Path
from tests.ledger.scenes import open_now
ledger = open_now(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
"""


def test_a_second_process_is_told_who_holds_the_ledger(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(LedgerLockedError, match=rf"in use by process {other.pid}; stop it"):
            open_now(path)
        assert check(path).items == 0
        other.kill()
    ledger = open_now(path)
    assert ledger.opening.findings == ()
    close(ledger)


def test_one_process_cannot_open_its_ledger_twice(path: Path) -> None:
    ledger = open_now(path)
    with pytest.raises(LedgerLockedError):
        open_now(path)
    close(ledger)
    close(open_now(path))


def test_a_foreign_lock_on_the_database_is_named_and_passes(path: Path) -> None:
    ledger = open_now(path, busy_s=0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerLockedError, match="locked by another process; stop it first"):
        trio.run(ledger.open_session, new_session())
    other.execute("ROLLBACK")
    trio.run(ledger.open_session, new_session())
    other.close()
    close(ledger)


async def test_reading_goes_on_while_the_machine_writes(ledger: Ledger, path: Path) -> None:
    await ledger.open_session(new_session())
    connection_of(ledger).execute("BEGIN IMMEDIATE")
    assert check(path).items == 0
    connection_of(ledger).execute("ROLLBACK")
    await bring_to(ledger, "accepted dropped")
    assert check(path).items == 1


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(False, Reason.NOT_EMPTY, "pet", confidence=float("nan")),
        Verdict(False, Reason.NOT_EMPTY, "pet", weight_g=float("inf")),
        Verdict(False, Reason.NOT_EMPTY, "pet", elapsed_ms=float("nan")),
        Verdict(
            False,
            Reason.NOT_EMPTY,
            detections=((Detection("pet", 0.5, (0.0, float("nan"), 1.0, 1.0)),),),
        ),
        Verdict(False, Reason.NOT_EMPTY, "pet", confidence=1.5),
        Verdict(False, Reason.NOT_EMPTY, "x" * 201),
    ],
)
async def test_a_verdict_with_impossible_figures_is_refused_whole(
    ledger: Ledger, path: Path, verdict: Verdict
) -> None:
    await ledger.open_session(new_session())
    item = await bring_to(ledger, "")
    before = dump(path)
    with pytest.raises(RefusedStepError):
        await ledger.decide(item.client_uuid, verdict)
    assert dump(path) == before
    await ledger.settle(item.client_uuid, Outcome.RETURNED)


async def test_every_refusal_is_the_error_that_the_chart_knows(ledger: Ledger) -> None:
    with pytest.raises(LedgerError):
        await ledger.insert("no session")
