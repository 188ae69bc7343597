"""Who may come in: machines by their key, people by their token."""

from __future__ import annotations

from rvm_edge.simulator.cloud.exchange import Request, Response
from rvm_edge.simulator.cloud.records import Machine, Status, User
from rvm_edge.simulator.cloud.refusals import (
    key_missing,
    key_unknown,
    machine_blocked,
    unauthenticated,
)
from rvm_edge.simulator.cloud.site import Site
from rvm_edge.simulator.cloud.standing import keep_watch

KEY_HEADER = "x-rvm-api-key"


def machine_at(site: Site, request: Request) -> Machine | Response:
    """Return the machine whose key this is, or why it does not come in."""
    key = request.header(KEY_HEADER)
    if not key:
        return key_missing()
    machine = site.books.by_key(key)
    if machine is None:
        return key_unknown()
    keep_watch(machine, site.dialect, site.clock.now_s())
    return machine_blocked() if machine.status is Status.BLOCKED else machine


def user_at(site: Site, request: Request) -> User | Response:
    """Return the user whose token this is, or why they do not come in. A machine's key is none."""
    return site.books.by_token(request.bearer) or unauthenticated(request, site.origin)
