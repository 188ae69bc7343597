"""The simulated MyRVM server: books, endpoints and knobs in one object."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from rvm_edge.simulator.cloud.admin import ADMIN, administer
from rvm_edge.simulator.cloud.books import DONATION_USER, Books
from rvm_edge.simulator.cloud.broadcasting import Broadcaster, Broadcasting
from rvm_edge.simulator.cloud.clock import ServerClock
from rvm_edge.simulator.cloud.conduct import Conduct
from rvm_edge.simulator.cloud.dialect import Dialect
from rvm_edge.simulator.cloud.exchange import Exchange, Json, Request, Response
from rvm_edge.simulator.cloud.misbehaviour import Certificate, Misbehaviour, Mishap, Plan, Reach
from rvm_edge.simulator.cloud.records import Command, Machine, Model, User
from rvm_edge.simulator.cloud.routes import respond
from rvm_edge.simulator.cloud.site import Site
from rvm_edge.simulator.cloud.substitutes import substitute
from rvm_edge.simulator.cloud.wire import Wires

REMEMBERED = 128
DEFAULT_ORIGIN = "https://rvm.example.org"


class CloudServer:
    """A MyRVM server, reached through `serving` or `InProcessTransport`.

    Attributes:
        site: what its endpoints work on; its fields can be changed at any time.
        conduct: its knobs.
        exchanges: the last requests with their answers, oldest first.
        watchers: called with every exchange, once it is carried out.
        wires: the connections that are open, while `serving`.
        direct_origin: an address without misbehaving wires before it, while `serving`; else "".
    """

    def __init__(
        self,
        dialect: Dialect = Dialect.M,
        *,
        clock: Callable[[], float] = time.time,
        seed: int = 0,
        origin: str = DEFAULT_ORIGIN,
    ) -> None:
        """Set up an empty server.

        Args:
            dialect: which version it plays.
            clock: the true time, in seconds of the Unix epoch.
            seed: what its identities, keys and names are made of.
            origin: where it believes to be reached; `serving` changes it to where it is.
        """
        its_clock = ServerClock(clock, dialect.zone)
        books = Books(dialect, its_clock, seed)
        self.site = Site(dialect, its_clock, books, secret=books.new_text(32), origin=origin)
        self.conduct = Conduct()
        self.exchanges: deque[Exchange] = deque(maxlen=REMEMBERED)
        self.watchers: list[Callable[[Exchange], None]] = []
        self.wires = Wires()
        self.direct_origin = ""
        if dialect is Dialect.D:
            self.add_user(DONATION_USER)

    @property
    def dialect(self) -> Dialect:
        """Which version it plays."""
        return self.site.dialect

    @property
    def books(self) -> Books:
        """What it remembers."""
        return self.site.books

    @property
    def clock(self) -> ServerClock:
        """Its clock; set `ahead_s` to make it wrong."""
        return self.site.clock

    @property
    def reach(self) -> Reach:
        """Whether it can be connected to; set it at any time."""
        return self.conduct.reach

    @reach.setter
    def reach(self, reach: Reach) -> None:
        self.conduct.reach = reach

    @property
    def certificate(self) -> Certificate:
        """What it shows for itself where it speaks TLS; set it at any time."""
        return self.conduct.certificate

    @certificate.setter
    def certificate(self, certificate: Certificate) -> None:
        self.conduct.certificate = certificate

    def add_machine(
        self, serial: str, api_key: str = "", *, name: str | None = None, rvm_id: int | None = None
    ) -> Machine:
        """Register a machine; see `Books.add_machine`."""
        return self.books.add_machine(serial, api_key, name=name, rvm_id=rvm_id)

    def add_user(self, user_id: int, token: str = "", *, points: int = 0) -> User:
        """Open an account; see `Books.add_user`."""
        return self.books.add_user(user_id, token, points=points)

    def add_model(
        self, version: str, content: bytes, *, sha256: str = "", active: bool = True
    ) -> Model:
        """Release a model; see `Books.add_model`."""
        return self.books.add_model(version, content, sha256=sha256, active=active)

    def queue_command(
        self, machine: Machine, action: str, payload: dict[str, Json] | None = None
    ) -> Command:
        """Order something of a machine; see `Books.queue_command`."""
        return self.books.queue_command(machine, action, payload)

    def broadcast_with(self, broadcaster: Broadcaster, port: int | None = None) -> None:
        """Give it a Reverb.

        Args:
            broadcaster: which.
            port: where that listens, for handshakes to tell; None for the server's own port.
        """
        self.site.broadcasting = Broadcasting(broadcaster, port)

    def misbehave(self, misbehaviour: Misbehaviour | Mishap) -> None:
        """Misbehave from the next request on; see `Conduct.misbehave`."""
        self.conduct.misbehave(misbehaviour)

    def behave(self, mishap: Mishap | None = None) -> None:
        """Behave again; see `Conduct.behave`."""
        self.conduct.behave(mishap)

    def plan(self, path: str) -> Plan:
        """Decide what becomes of the request that now comes for `path`, and count it.

        What administers the simulator itself is spared.
        """
        return Plan() if path.startswith(ADMIN) else self.conduct.board.plan(path)

    def answer(self, request: Request, plan: Plan) -> Response:
        """Carry a request out, as far as the plan wants it, and return what is to be said."""
        if request.path.startswith(ADMIN):
            return administer(self.site, self.conduct, request)
        replaced = plan.misbehaviour
        if replaced is None or not replaced.replaces_reply:
            if plan.meets(Mishap.REQUEST_TWICE):
                self._remember(request, respond(self.site, request), plan)
            response = respond(self.site, request)
        else:
            if replaced.carried_out:
                respond(self.site, request)
            response = substitute(replaced)
        self._remember(request, response, plan)
        return response

    def ignore(self, request: Request, plan: Plan) -> None:
        """Remember a request that was never carried out."""
        self._remember(request, None, plan)

    def requests_to(self, path: str) -> list[Request]:
        """Return those among the last requests that went to a path."""
        return [one.request for one in self.exchanges if one.request.path == path]

    def _remember(self, request: Request, response: Response | None, plan: Plan) -> None:
        mishap = plan.misbehaviour.mishap.value if plan.misbehaviour else ""
        exchange = Exchange(request, response, self.clock.now_s(), mishap)
        self.exchanges.append(exchange)
        for tell in self.watchers:
            tell(exchange)
