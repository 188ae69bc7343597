"""The one item and the one session that the machine has in hand, as the ledger knows them."""

from rvm_edge.item import Item, Session, SessionEnd, SessionMode
from states.context import Ctx
from states.events import SessionRequested


class NothingInHandError(RuntimeError):
    """The chart stands where an item or a session should be, and the ledger has none."""


async def item_in_hand(here: Ctx) -> Item:
    """Return the item that this deposit is about.

    Raises:
        NothingInHandError: the ledger has no unsettled item.
    """
    item = await here.machine.book.item_in_hand()
    if item is None:
        raise NothingInHandError("the ledger has no unsettled item")
    return item


async def session_in_hand(here: Ctx) -> Session:
    """Return this deposit's session; on its first step, record it.

    Raises:
        NothingInHandError: no session is open and none was asked for.
    """
    book = here.machine.book
    known = await book.session()
    if not isinstance(here.event, SessionRequested):
        if known is None:
            raise NothingInHandError("the ledger has no open session")
        return known
    asked = here.event
    session = Session(asked.session_id, SessionMode(asked.mode), asked.owner)
    if known is not None and known.session_id != session.session_id:
        await book.close_session(known.session_id, SessionEnd.INTERRUPTED)
    await book.open_session(session)
    return session
