"""Answers what a technician looks up, and lends out the pictures that go with it."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from rvm_edge.bridges.local import technician_requests as technicians
from rvm_edge.bridges.local.asking import Request
from rvm_edge.bridges.local.both_words import words_of
from rvm_edge.bridges.local.computer import Doctor
from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.bridges.local.messages import Result
from rvm_edge.bridges.local.pictures import GLIMPSE_S
from rvm_edge.bridges.local.records import (
    EVIDENCE_ROWS,
    JOURNAL_ROWS,
    QUEUE_ROWS,
    EvidencePage,
    KeptItem,
    Records,
)

LOANS: Final = 4
"""So many pages of pictures can be fetched at once: those of two technicians who leaf."""

_TICKET_BYTES = 16


class Loans:
    """Which items' pictures may be fetched, and by whom: whoever was given the ticket of a page.

    A picture is asked for over plain HTTP, where nobody shows a PIN; the ticket stands for it.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with none.

        Args:
            clock: monotonic seconds.
        """
        self._clock = clock
        self._lent: OrderedDict[str, tuple[float, frozenset[str]]] = OrderedDict()

    def lend(self, page: EvidencePage) -> EvidencePage:
        """Return a page with the paths of its pictures, good for `GLIMPSE_S`."""
        ticket = secrets.token_urlsafe(_TICKET_BYTES)
        uuids = frozenset(item.client_uuid for item in page.items)
        self._lent[ticket] = (self._clock() + GLIMPSE_S, uuids)
        while len(self._lent) > LOANS:
            self._lent.popitem(last=False)
        return replace(page, items=tuple(_for_a_page(item, ticket) for item in page.items))

    def allow(self, client_uuid: str, ticket: str) -> bool:
        """Say whether this ticket is good for this item's picture now."""
        until_s, uuids = self._lent.get(ticket, (0.0, frozenset()))
        return client_uuid in uuids and self._clock() < until_s


def _for_a_page(item: KeptItem, ticket: str) -> KeptItem:
    path = f"/evidence/{item.client_uuid}"
    cut_out = f"{path}.cut.jpg?ticket={ticket}" if item.has_cut_out else ""
    return replace(
        item,
        picture=f"{path}.jpg?ticket={ticket}",
        cut_out=cut_out,
        words=words_of(item.reason),
    )


class Lookups:
    """Where a technician's questions about the machine's memory and its computer end."""

    def __init__(self, records: Records, loans: Loans, doctor: Doctor | None = None) -> None:
        self._records = records
        self._loans = loans
        self._doctor = doctor

    async def answer(self, request: Request) -> Result | None:
        """Return what was looked up; None where the request asks for something else.

        Raises:
            RefusedError: it cannot be read, or nobody looks the computer over.
        """
        if isinstance(request, technicians.ListFindings):
            if self._doctor is None:
                raise RefusedError("nobody looks over the computer of this machine")
            return Result(findings=await self._doctor.findings())
        if isinstance(request, technicians.ListQueue):
            return Result(queue=await self._records.queue(QUEUE_ROWS))
        if isinstance(request, technicians.ListEvidence):
            page = await self._records.evidence(request.before, EVIDENCE_ROWS)
            return Result(evidence=self._loans.lend(page))
        if isinstance(request, technicians.ListJournal):
            return Result(journal=await self._records.journal(request.after, JOURNAL_ROWS))
        return None
