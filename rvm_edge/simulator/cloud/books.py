"""What the simulated server remembers. Pure: no thread, no wire, and the same for the same seed."""

from __future__ import annotations

import hashlib
import random
import string
import uuid
from collections.abc import Iterable

from rvm_edge.simulator.cloud.clock import ServerClock
from rvm_edge.simulator.cloud.dialect import Dialect
from rvm_edge.simulator.cloud.exchange import Json
from rvm_edge.simulator.cloud.records import (
    Command,
    DatasetPicture,
    Machine,
    Model,
    Receipt,
    Transaction,
    User,
)

DONATION_USER = -1
QUEUE_S = 600.0
KEY_CHARACTERS = 64
_ALNUM = string.ascii_letters + string.digits


class Books:
    """Every row of the server, for endpoints to write and for tests to read.

    Attributes:
        machines: in the order they were added.
        users: by number.
        receipts: pictures that were kept, in order.
        transactions: deliveries that were stored, in order.
        dataset: pictures that were kept for training.
        models: in the order they were released; the last active one is offered.
    """

    def __init__(self, dialect: Dialect, clock: ServerClock, seed: int = 0) -> None:
        self.dialect = dialect
        self.clock = clock
        self.machines: list[Machine] = []
        self.users: dict[int, User] = {}
        self.receipts: list[Receipt] = []
        self.transactions: list[Transaction] = []
        self.dataset: list[DatasetPicture] = []
        self.models: list[Model] = []
        self._chance = random.Random(seed)  # noqa: S311 - made-up secrets of a simulation

    def new_uuid(self) -> str:
        """Make up an identity."""
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))

    def new_text(self, length: int) -> str:
        """Make up letters and digits: a key, a token, a file's name."""
        return "".join(self._chance.choices(_ALNUM, k=length))

    def add_machine(
        self, serial: str, api_key: str = "", *, name: str | None = None, rvm_id: int | None = None
    ) -> Machine:
        """Register a machine, as an administrator does, with a technician assigned to it.

        Args:
            serial: the administrator's name for it.
            api_key: its key; "" to make one up.
            name: for people.
            rvm_id: its number; None for the next.

        Raises:
            ValueError: the key or the number is taken.
        """
        number = rvm_id or max((one.rvm_id for one in self.machines), default=41) + 1
        key = api_key or self.new_text(KEY_CHARACTERS)
        if self.by_key(key) or self.by_id(number):
            raise ValueError(f"{serial}: its key or its number {number} is another machine's")
        machine = Machine(number, self.new_uuid(), serial, key, name)
        self.machines.append(machine)
        return machine

    def add_user(self, user_id: int, token: str = "", *, points: int = 0) -> User:
        """Open an account, or replace it."""
        user = User(user_id, token, points, "System Donation" if user_id < 0 else f"User {user_id}")
        self.users[user_id] = user
        return user

    def add_model(
        self, version: str, content: bytes, *, sha256: str = "", active: bool = True
    ) -> Model:
        """Release a model; handshakes and the release page name it from now on.

        Args:
            version: its tag.
            content: the file.
            sha256: what the server claims of it; "" for the truth.
            active: whether it is offered.
        """
        claimed = sha256 or hashlib.sha256(content).hexdigest()
        model = Model(version, content, claimed, active=active)
        self.models.append(model)
        return model

    @property
    def model(self) -> Model | None:
        """The newest active model."""
        return next((one for one in reversed(self.models) if one.active), None)

    def by_key(self, api_key: str) -> Machine | None:
        """Find the machine that has this key."""
        return _first(one for one in self.machines if one.api_key == api_key)

    def by_id(self, rvm_id: int) -> Machine | None:
        """Find the machine that has this number."""
        return _first(one for one in self.machines if one.rvm_id == rvm_id)

    def by_uuid(self, rvm_uuid: str) -> Machine | None:
        """Find the machine that has this public name."""
        return _first(one for one in self.machines if one.rvm_uuid == rvm_uuid)

    def by_serial(self, serial: str) -> Machine | None:
        """Find the machine that the administrator calls so."""
        return _first(one for one in self.machines if one.serial == serial)

    def by_token(self, token: str) -> User | None:
        """Find the user who has this token."""
        return next((one for one in self.users.values() if token and one.token == token), None)

    def queue_command(
        self, machine: Machine, action: str, payload: dict[str, Json] | None = None
    ) -> Command:
        """Put an order where the machine's next heartbeat finds it, within ten minutes."""
        command = Command(action, self.clock.iso(), payload)
        self._forget(machine)
        machine.commands.append(command)
        machine.commands_until_s = self.clock.now_s() + QUEUE_S
        return command

    def take_commands(self, machine: Machine) -> tuple[Command, ...]:
        """Hand the queue over. It is gone then, whether or not the answer arrives."""
        self._forget(machine)
        taken = tuple(machine.commands)
        machine.commands.clear()
        return taken

    def points_of(self, user_id: int) -> int:
        """Return a user's balance; 0 for one that does not exist."""
        user = self.users.get(user_id)
        return user.points if user else 0

    def _forget(self, machine: Machine) -> None:
        if self.clock.now_s() >= machine.commands_until_s:
            machine.commands.clear()


def _first(found: Iterable[Machine]) -> Machine | None:
    return next(iter(found), None)
