"""The account for people: a progress bar while it is earned, and a table of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from rvm_edge.cli.demo.account import Account


@contextmanager
def progress(items: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar on stderr if that is a terminal; yield what to call after each item."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda: None
        return
    columns = (TextColumn("items"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Without a refreshing thread: virtual time has none.
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bar:
        task = bar.add_task("items", total=items)

        def step() -> None:
            bar.advance(task)
            bar.refresh()

        yield step


def show(account: Account) -> None:
    """Print the account as a table, and both sides' books beside each other."""
    console = Console(highlight=False)
    console.print(as_table(account))
    console.print()
    console.print(reconciliation(account))


def as_table(account: Account) -> Table:
    """Lay the account out."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column()
    phantoms = account.records - account.items
    more = f"{account.records} in the ledger" if phantoms else ""
    table.add_row("items put in", str(account.items), f"by {account.people} people  {more}")
    table.add_row("accepted", str(account.accepted), f"{account.dropped} in the bin")
    table.add_row("rejected", str(account.rejected), f"{account.returned} handed back")
    table.add_row("lost", _judged(account.lost), "in the bin, not credited")
    table.add_row("duplicated", _judged(account.duplicated), "credited, not in the bin")
    table.add_row("in doubt", _judged(account.in_doubt), "nobody knows where they are")
    table.add_row("hazards", _judged(account.hazards), "moments in which somebody was endangered")
    if account.faults:
        kinds = len(account.faults_by_kind)
        table.add_row(
            "faults", str(account.faults), f"of {kinds} kinds, and it came back each time"
        )
    proof = Text("verified and replayed", style="green") if account.journal_ok else _bad("WRONG")
    table.add_row("journal", str(account.journal_rows), proof)
    table.add_row("ledger", _judged(account.violations), "violations of its invariants")
    table.add_row("chart", account.chart_hash[:12], "")
    took = f"{account.verdict_ms_p50:.1f}"
    table.add_row("verdict, ms", took, f"{account.verdict_ms_p99:.1f} in 99 of 100 cases")
    rate = account.items / account.wall_s * 60 if account.wall_s else 0.0
    table.add_row("took, s", f"{account.wall_s:.1f}", f"{rate:.0f} items a minute")
    return table


def reconciliation(account: Account) -> Table:
    """Lay out what the machine and the server have of the same items."""
    table = Table(box=None, pad_edge=False, title="both books", title_justify="left")
    table.add_column(style="dim")
    table.add_column("machine", justify="right")
    table.add_column("server", justify="right")
    table.add_column()
    delivered, there = str(account.delivered), str(account.on_server)
    table.add_row("delivered", delivered, there, _same(account.delivered == account.on_server))
    due, given = str(account.points_due), str(account.points_on_server)
    doubled = account.duplicated_on_server
    table.add_row("users' points", due, given, _same(due == given, excused=doubled > 0))
    more = account.pictures_on_server - account.dropped
    told = f"{more} there of items that were handed back" if more > 0 else ""
    table.add_row("pictures", str(account.dropped), str(account.pictures_on_server), told)
    sent = "sent once more without knowing" if account.ambiguous else ""
    table.add_row("ambiguous", str(account.ambiguous), "", sent)
    table.add_row("dead letters", str(account.dead_letter), "", "")
    table.add_row("duplicates", "", str(doubled), "of lost replies" if doubled else "")
    return table


def _same(same: bool, *, excused: bool = False) -> Text:  # noqa: FBT001 - a plain question
    if same:
        return Text("agree", style="green")
    return Text("duplicates count twice there", style="yellow") if excused else _bad("DIFFER")


def _judged(figure: int) -> Text:
    return _bad(str(figure)) if figure else Text("0", style="green")


def _bad(text: str) -> Text:
    return Text(text, style="bold white on red")
