"""What the server takes a machine to be, and when it changes its mind by itself."""

from __future__ import annotations

from rvm_edge.simulator.cloud.dialect import Dialect
from rvm_edge.simulator.cloud.records import Assignment, Machine, Status

AT_WORK = frozenset({Assignment.ASSIGNED, Assignment.IN_PROGRESS, Assignment.ACTIVE})
"""The stages of a technician's work in which M lets a machine's heartbeat in."""

_KEEPS_IN_SERVICE = frozenset({Assignment.ASSIGNED, Assignment.ACTIVE})
_CRON_S = 60.0


def keep_watch(machine: Machine, dialect: Dialect, now_s: float) -> None:
    """Do what time does to a machine's status: the server's cron, as far as it has come.

    A machine that was never heard of stays what an administrator made it. On both servers a block
    ends by silence, which is how they are and not how they should be.
    """
    at_whole_minutes_s = now_s // _CRON_S * _CRON_S
    looked_s = now_s if dialect is Dialect.M else at_whole_minutes_s
    if machine.heard_at_s is not None and looked_s - machine.heard_at_s > dialect.silent_s:
        machine.status = Status.OFFLINE
    elif (
        dialect is Dialect.D
        and machine.status is Status.ONLINE
        and machine.heard_at_s is not None
        and looked_s > machine.heard_at_s
        and machine.assignment is not None
        and machine.assignment not in _KEEPS_IN_SERVICE
    ):
        machine.status = Status.MAINTENANCE


def handshaken(machine: Machine, now_s: float) -> None:
    """Write down a handshake: it ends maintenance on the server."""
    machine.status = Status.ONLINE
    machine.heard_at_s = now_s
    machine.handshakes += 1


def heard(machine: Machine, dialect: Dialect, now_s: float) -> None:
    """Write down a heartbeat: M takes it for the end of maintenance, D does not."""
    if dialect is Dialect.M or machine.status is not Status.MAINTENANCE:
        machine.status = Status.ONLINE
    machine.heard_at_s = now_s
    machine.heartbeats += 1
