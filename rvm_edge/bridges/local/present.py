"""What is known of the machine now: every step changes some parts of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import msgspec
from msgspec.structs import replace

from rvm_edge.bridges.local import places
from rvm_edge.bridges.local.both_words import words_of
from rvm_edge.bridges.local.parts import (
    AnyPart,
    ItemNow,
    ItemStep,
    LinkMode,
    LinkNow,
    Looked,
    SessionNow,
    Snapshot,
    StateNow,
)
from rvm_edge.bridges.local.places import is_in
from rvm_edge.bridges.local.verbs import asked_in
from rvm_edge.bridges.local.view import Sighting
from rvm_edge.item import Reason, SessionMode
from rvm_edge.statechart.definition import Configuration
from rvm_edge.statechart.publishing import Step

SESSION_REQUESTED: Final = "session.requested"
VERDICT: Final = "verdict"


class _AboutSession(msgspec.Struct):
    session_id: str
    mode: SessionMode


class _AboutItem(msgspec.Struct):
    """What the events of an item carry, each some of it."""

    client_uuid: str
    accepted: bool | None = None
    reason: Reason | None = None


ITEM_EVENTS: Final = {
    "item.inserted": ItemStep.INSERTED,
    "pictures.taken": ItemStep.PHOTOGRAPHED,
    "capture.failed": ItemStep.DECIDED,
    VERDICT: ItemStep.DECIDED,
    "item.dropped": ItemStep.DROPPED,
    "item.returned": ItemStep.RETURNED,
    "item.in_doubt": ItemStep.IN_DOUBT,
}
"""The chart's events that take an item a step further."""


class Present:
    """The snapshot, kept up to date."""

    def __init__(
        self, configuration: Configuration, user_name: Callable[[str], str] = lambda _id: ""
    ) -> None:
        """Begin.

        Args:
            configuration: where the machine is.
            user_name: of a session's user; "" where nobody said.
        """
        self._user_name = user_name
        self._state = _state(configuration)
        self._link = _link(configuration)
        self._session = SessionNow()
        self._item = ItemNow()
        self._others = Snapshot(state=self._state)

    @property
    def snapshot(self) -> Snapshot:
        """All parts."""
        return replace(
            self._others,
            state=self._state,
            link=self._link,
            session=self._session,
            item=self._item,
        )

    def begin_anew(self, configuration: Configuration) -> None:
        """Steps were missed: forget what only they could have told."""
        self._state = _state(configuration)
        self._link = _link(configuration)
        self._session = SessionNow()
        self._item = ItemNow()

    def look(self, part: Looked) -> bool:
        """Take over a part that was looked at, and say whether it is another one than before."""
        name = str(part.__struct_config__.tag)
        if getattr(self._others, name) == part:
            return False
        self._others = replace(self._others, **{name: part})
        return True

    def take(self, step: Step, sighting: Sighting | None) -> tuple[AnyPart, ...]:
        """Take over a step, and return the parts that it changed.

        Args:
            step: which.
            sighting: what the eyes made of the item that the step is about, if that is known.
        """
        item, session, link = self._item, self._session, self._link
        self._state = StateNow(
            configuration=step.after,
            cause=step.record.event,
            entered=step.entered,
            exited=step.exited,
            may=asked_in(step.after),
        )
        self._item = self._item_after(step, sighting)
        self._session = self._session_after(step)
        self._link = _link(step.after)
        changed: list[AnyPart] = []
        if self._item != item:
            changed.append(self._item)
        if self._session != session:
            changed.append(self._session)
        if self._link != link:
            changed.append(self._link)
        changed.append(self._state)  # last: whoever shows a state finds what it is about
        return tuple(changed)

    def _session_after(self, step: Step) -> SessionNow:
        session, title = self._session, step.record.event
        if title == SESSION_REQUESTED and places.DEPOSIT in step.entered:
            about = msgspec.convert(step.record.data, _AboutSession)
            users = about.mode is SessionMode.USER
            name = self._user_name(about.session_id) if users else ""
            return SessionNow(session_id=about.session_id, mode=about.mode, user_name=name)
        if not session.session_id or session.ended:
            return session
        if title == "item.dropped":
            session = replace(session, accepted=session.accepted + 1)
        elif title == "item.returned":
            session = replace(session, returned=session.returned + 1)
        if places.DEPOSIT in step.exited:
            session = replace(session, ended=title, user_name="")  # the next person is another
        return session

    def _item_after(self, step: Step, sighting: Sighting | None) -> ItemNow:
        reached = ITEM_EVENTS.get(step.record.event)
        if reached is None:
            return self._item
        about = msgspec.convert(step.record.data, _AboutItem)
        item = self._item
        if item.client_uuid != about.client_uuid:
            item = ItemNow(client_uuid=about.client_uuid)
        item = replace(item, step=reached)
        if reached is ItemStep.PHOTOGRAPHED:
            item = replace(item, picture=f"/pictures/{about.client_uuid}.jpg")
        if step.record.event == "capture.failed":
            about = replace(about, accepted=False, reason=Reason.NO_PICTURE)
        elif reached is ItemStep.RETURNED and about.reason is not None:
            about = replace(about, accepted=False)
        if about.accepted is not None and about.reason is not None:
            item = replace(
                item, accepted=about.accepted, reason=about.reason, words=words_of(about.reason)
            )
        return item if sighting is None else _seen(item, sighting)


def _state(configuration: Configuration) -> StateNow:
    return StateNow(configuration=configuration, may=asked_in(configuration))


@lru_cache(maxsize=256)  # as each step asks
def _link(configuration: Configuration) -> LinkNow:
    if is_in(configuration, places.ONLINE):
        return LinkNow(mode=LinkMode.ONLINE)
    if is_in(configuration, places.OFFLINE_GUEST):
        return LinkNow(mode=LinkMode.OFFLINE_GUEST)
    return LinkNow(mode=LinkMode.TRANSITIONING)


def _seen(item: ItemNow, sighting: Sighting) -> ItemNow:
    verdict, box = sighting.verdict, sighting.box
    return replace(item, label=verdict.label, confidence=verdict.confidence, box=box)
