"""What a check finds, and how it is put right."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import Enum
from typing import Final

import msgspec

from rvm_edge.doctor.place import Place

_ROOT: Final = 0


class Level(Enum):
    """How bad it is. The order is the order of concern."""

    FINE = "fine"
    NOTE = "note"
    """Worth knowing; nothing is wrong."""

    WARNING = "warning"
    """Something works worse, or soon will."""

    FAILURE = "failure"
    """The machine cannot do its work."""


class Repair(msgspec.Struct, frozen=True):
    """How a finding is put right by itself.

    Attributes:
        what: in one line, before it is done.
        do: does it; an `OSError` or a `DoctorError` says why it could not.
    """

    what: str
    do: Callable[[], None]


def for_root(what: str, do: Callable[[], None]) -> Repair | None:
    """Return a repair that root alone can do; None for anybody else, who is told what to do."""
    return Repair(what, do) if os.geteuid() == _ROOT else None


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at.

    Attributes:
        level: how bad it is.
        what: what is so.
        why: why that matters; "" where all is well.
        todo: what to do about it; "" where nothing is to be done.
        repair: does it, where it can be done by itself.
    """

    level: Level
    what: str
    why: str = ""
    todo: str = ""
    repair: Repair | None = None


class Check(msgspec.Struct, frozen=True):
    """One question that is asked of a machine.

    Attributes:
        name: for the command line and for programs.
        title: what it is about.
        look: finds out; may block, and may change nothing.
        device: what it opens that only one at a time can have; "" for nothing of the kind.
    """

    name: str
    title: str
    look: Callable[[Place], Finding]
    device: str = ""


class DoctorError(Exception):
    """A repair could not be done. The message says why."""


def fine(what: str) -> Finding:
    """Return that all is well."""
    return Finding(Level.FINE, what)


def note(what: str, why: str = "", todo: str = "") -> Finding:
    """Return something that is worth knowing."""
    return Finding(Level.NOTE, what, why, todo)


def warning(what: str, why: str, todo: str, repair: Repair | None = None) -> Finding:
    """Return something that works worse, or soon will."""
    return Finding(Level.WARNING, what, why, todo, repair)


def failure(what: str, why: str, todo: str, repair: Repair | None = None) -> Finding:
    """Return something that keeps the machine from its work."""
    return Finding(Level.FAILURE, what, why, todo, repair)
