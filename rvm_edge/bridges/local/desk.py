"""Answers requests: checks right and place, has the machine do it, and says what came of it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable

import trio

from rvm_edge.bridges.local import requests as ask
from rvm_edge.bridges.local import technician_requests as technicians
from rvm_edge.bridges.local.asking import Request
from rvm_edge.bridges.local.client import Client
from rvm_edge.bridges.local.condition import SelfTest
from rvm_edge.bridges.local.control import MachineControl, RefusedError, Task, WrongCodeError
from rvm_edge.bridges.local.lookups import Lookups
from rvm_edge.bridges.local.messages import ErrorCode, Reply, Result, done, not_done
from rvm_edge.bridges.local.parts import Language
from rvm_edge.bridges.local.pictures import Glimpses
from rvm_edge.bridges.local.places import WAITING, is_in
from rvm_edge.bridges.local.playing import play
from rvm_edge.bridges.local.requests import REQUESTS
from rvm_edge.bridges.local.simulation import SimulatedWorld
from rvm_edge.bridges.local.technician import PinDesk
from rvm_edge.bridges.local.verbs import RIGHTS, SIMULATION, USERS_NEED, Right, Verb, asked_in
from rvm_edge.bridges.local.view import MachineView
from rvm_edge.identity import Secret
from rvm_edge.item import SessionMode

_LOG = logging.getLogger(__name__)

_MISSING = {
    Right.TOKEN: (ErrorCode.NO_TOKEN, "this page has not shown the token of this boot"),
    Right.PIN: (ErrorCode.NO_PIN, "a technician's PIN is needed on this connection"),
}


class _NotDoneError(Exception):
    def __init__(self, code: ErrorCode, why: str) -> None:
        super().__init__(why)
        self.code = code


class Desk:
    """Where every request of every client ends.

    Attributes:
        answered: how many, by verb and outcome.
    """

    def __init__(
        self,
        view: MachineView,
        control: MachineControl,
        pins: PinDesk,
        glimpses: Glimpses,
        *,
        lookups: Lookups,
        choose: Callable[[Language], None],
        tell: Callable[[SelfTest], None],
        patience_s: float,
        self_test_s: float,
        world: SimulatedWorld | None = None,
    ) -> None:
        """Open.

        Args:
            view: tells where the machine is.
            control: what it may be made to do.
            pins: checks PINs.
            glimpses: keeps the technician's pictures.
            lookups: answers what a technician looks up.
            choose: changes the screen's language.
            tell: shows everybody how far a self-test has come.
            patience_s: how long the machine may take for a request.
            self_test_s: and for a self-test, or the doctor's round.
            world: around a simulated machine; None for a real one.
        """
        self.answered: Counter[tuple[str, str]] = Counter()
        self._view = view
        self._control = control
        self._pins = pins
        self._glimpses = glimpses
        self._lookups = lookups
        self._choose = choose
        self._tell = tell
        self._patience_s = patience_s
        self._self_test_s = self_test_s
        self._world = world

    async def answer(self, request: Request, client: Client) -> Reply:
        """Carry a request out, or say why not. Never raises."""
        reply = self._refusal(request, client) or await self._carried_out(request, client)
        outcome = "ok" if reply.error is None else reply.error.code.value
        self.answered[REQUESTS[type(request)].value, outcome] += 1
        return reply

    def _refusal(self, request: Request, client: Client) -> Reply | None:
        verb = REQUESTS[type(request)]
        right = RIGHTS[verb]
        if not client.has(right):
            missing = right if client.may_act else Right.TOKEN
            return not_done(request.id, *_MISSING[missing])
        if verb in SIMULATION:
            why = "this machine is not simulated"
            return None if self._world else not_done(request.id, ErrorCode.NOT_HERE, why)
        here = self._view.configuration
        if verb not in asked_in(here):
            where = ", ".join(here) or "not running"
            why = f"{verb.value} cannot be asked now: the machine is in {where}"
            return not_done(request.id, ErrorCode.NOT_HERE, why)
        if isinstance(request, ask.StartSession) and request.mode is SessionMode.USER:
            if not is_in(here, USERS_NEED):
                why = "a user's session needs the server, which is not reached"
                return not_done(request.id, ErrorCode.NOT_HERE, why)
            if not request.user_token:
                why = "a user's session needs the user's token"
                return not_done(request.id, ErrorCode.MALFORMED, why)
        return None

    async def _carried_out(self, request: Request, client: Client) -> Reply:
        try:
            looks = isinstance(request, (technicians.RunSelfTest, technicians.ListFindings))
            with trio.fail_after(self._self_test_s if looks else self._patience_s):
                return done(request.id, await self._carry_out(request, client))
        except _NotDoneError as error:
            return not_done(request.id, error.code, str(error))
        except WrongCodeError as error:
            return not_done(request.id, ErrorCode.WRONG_CODE, str(error))
        except RefusedError as error:
            return not_done(request.id, ErrorCode.REFUSED, str(error))
        except trio.TooSlowError:
            why = "the machine did not say in time whether it was done"
            return not_done(request.id, ErrorCode.TOO_LATE, why)
        except Exception:  # noqa: BLE001 - the page gets an answer, the log the rest
            _LOG.exception("a request failed")
            return not_done(request.id, ErrorCode.FAILED, "something is wrong in the machine")

    async def _carry_out(self, request: Request, client: Client) -> Result:
        if self._world is not None and REQUESTS[type(request)] in SIMULATION:
            return await play(request, self._world)
        if isinstance(request, (ask.StartSession, ask.OpenSlot)):
            return await self._open(request)
        if isinstance(request, ask.AskKioskUrl):
            return Result(url=self._view.kiosk_url)
        if isinstance(request, technicians.EnterPin):
            await self._enter_pin(request, client)
        elif isinstance(request, ask.Acknowledge):
            await self._control.acknowledge(request.alarm)
        elif isinstance(request, ask.ChooseLanguage):
            self._choose(request.language)
        else:
            found = await self._for_technician(request)
            return found or await self._plain(REQUESTS[type(request)])
        return Result()

    async def _for_technician(self, request: Request) -> Result | None:
        """Do what has more to tell than that it was done; None for anything else."""
        if isinstance(request, technicians.LookInside):
            return Result(path=self._glimpses.keep(await self._control.look_inside()))
        if isinstance(request, technicians.RunSelfTest):
            return Result(text=await self._control.self_test(self._tell))
        if isinstance(request, technicians.BeginReset):
            return Result(reset=await self._control.begin_reset())
        if isinstance(request, technicians.ConfirmReset):
            return Result(text=await self._control.confirm_reset(request.code, keep=request.keep))
        return await self._lookups.answer(request)

    async def _open(self, request: ask.StartSession | ask.OpenSlot) -> Result:
        mode, token = SessionMode.GUEST, None
        if isinstance(request, ask.StartSession):
            if request.mode is SessionMode.USER:
                mode, token = request.mode, Secret(request.user_token)
        elif is_in(self._view.configuration, WAITING):
            return Result()
        return Result(session_id=await self._control.start_session(mode, token))

    async def _plain(self, verb: Verb) -> Result:
        """Do what needs nothing but its verb."""
        plain: dict[Verb, Callable[[], Awaitable[None]]] = {
            Verb.END_SESSION: self._control.end_session,
            Verb.CANCEL: self._control.end_session,
            Verb.ENTER_MAINTENANCE: self._control.enter_maintenance,
            Verb.EXIT_MAINTENANCE: self._control.exit_maintenance,
        }
        if verb not in plain:
            return Result(text=await self._control.maintain(Task(verb.value)))
        await plain[verb]()
        return Result()

    async def _enter_pin(self, request: technicians.EnterPin, client: Client) -> None:
        locked_s = self._pins.locked_s
        if locked_s > 0.0:
            why = f"too many wrong PINs; try again in {locked_s:.0f} s"
            raise _NotDoneError(ErrorCode.PIN_LOCKED, why)
        if not await self._pins.check(request.pin):
            raise _NotDoneError(ErrorCode.WRONG_PIN, "this is not the PIN")
        client.became_technician()
