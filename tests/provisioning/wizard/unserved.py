"""The set-up page without a socket: requests as they reach it, and a clock that can be wound on."""

from __future__ import annotations

from dataclasses import dataclass, field

from quart import Response
from quart_trio import QuartTrio

from rvm_edge.provisioning.wizard.answers import Setup
from rvm_edge.provisioning.wizard.app import build_app
from rvm_edge.provisioning.wizard.doorkeeper import COOKIE, CSRF_HEADER
from rvm_edge.provisioning.wizard.pairing import PairingDesk, Session
from tests.provisioning.wizard.opened import Clock, StagedPremises, StagedServer

HOST = "192.168.1.4:8443"
ALWAYS_OPEN = {"hello", "pair"}


@dataclass
class Unserved:
    """The page, and a technician who has paired.

    Attributes:
        server: who admits.
        premises: the machine.
        clock: the desk's.
        desk: knows the code.
        setup: the opening.
        app: answers.
        session: the technician's.
    """

    server: StagedServer = field(default_factory=StagedServer)
    premises: StagedPremises = field(default_factory=StagedPremises)
    clock: Clock = field(default_factory=Clock)
    desk: PairingDesk = field(init=False)
    setup: Setup = field(init=False)
    app: QuartTrio = field(init=False)
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        self.desk = PairingDesk(self.clock)
        self.setup = Setup(self.desk, self.premises, self.server.admit, HOST)
        self.app = build_app(self.setup)
        self.session = self.desk.pair(self.desk.code)

    @property
    def guarded(self) -> list[str]:
        """Every path that may change something and is for whoever has paired."""
        posts = {
            rule.rule.removeprefix("/api/")
            for rule in self.app.url_map.iter_rules()
            if "POST" in (rule.methods or ())
        }
        return sorted(posts - ALWAYS_OPEN)

    def headers(self, **changed: str | None) -> dict[str, str]:
        """Return what the page says with each request; a header that is None is left out."""
        said = {
            "Host": HOST,
            "Origin": f"https://{HOST}",
            "Content-Type": "application/json",
            CSRF_HEADER: self.session.csrf,
            "Cookie": f"{COOKIE}={self.session.cookie}",
            **{name.replace("_", "-"): value for name, value in changed.items()},
        }
        return {name: value for name, value in said.items() if value is not None}

    async def post(self, path: str, body: str | bytes = "{}", **changed: str | None) -> Response:
        """Ask as the page does."""
        client = self.app.test_client(use_cookies=False)
        return await client.post(f"/api/{path}", data=body, headers=self.headers(**changed))

    async def get(self, path: str, **changed: str | None) -> Response:
        """Look at something, as the page does."""
        client = self.app.test_client(use_cookies=False)
        return await client.get(path, headers=self.headers(**changed))
