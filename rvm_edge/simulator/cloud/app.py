"""The simulated server as a Quart application: what hypercorn serves."""

from __future__ import annotations

import trio
from quart import Response as QuartResponse
from quart import request as asked
from quart_trio import QuartTrio

from rvm_edge.simulator.cloud.exchange import Request, Response
from rvm_edge.simulator.cloud.misbehaviour import Misbehaviour, Mishap, Plan
from rvm_edge.simulator.cloud.server import CloudServer
from rvm_edge.simulator.cloud.wire import Ending, Fate, Wire

MOST_BYTES = 32 * 1024 * 1024


def build_app(server: CloudServer) -> QuartTrio:
    """Return an application that hands every request to `server`."""
    app = QuartTrio("rvm_edge.simulator.cloud", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES

    async def everything() -> QuartResponse:
        return await _serve(server)

    app.before_request(everything)  # not a route: werkzeug's rules leave some paths out
    return app


async def _serve(server: CloudServer) -> QuartResponse:
    scope_client = asked.scope.get("client") or ("", 0)
    wire = server.wires.find(int(scope_client[1]))
    client = wire.client_host if wire else str(scope_client[0])
    plan = server.plan(asked.path)
    if plan.meets(Mishap.REQUEST_CUT) or plan.meets(Mishap.REQUEST_IGNORED):
        server.ignore(_request(b"", client), plan)
        return _never_answered(wire, plan)
    body = await asked.get_data(cache=True, as_text=False, parse_form_data=False)
    response = server.answer(_request(body, client), plan)
    await trio.sleep(plan.late_s)
    return _carried(response, wire, plan)


def _request(body: bytes, client: str) -> Request:
    return Request(
        asked.method,
        asked.path,
        asked.query_string.decode("latin-1"),
        {name.lower(): value for name, value in asked.headers.items()},
        body,
        client,
        f"{asked.scheme}://{asked.host}",
    )


def _never_answered(wire: Wire | None, plan: Plan) -> QuartResponse:
    """Give hypercorn something to throw away, so that no task waits for ever."""
    if wire is not None:
        if plan.meets(Mishap.REQUEST_CUT):
            wire.reset()
        else:
            wire.freeze()
    return QuartResponse(b"", 503)


def _carried(response: Response, wire: Wire | None, plan: Plan) -> QuartResponse:
    answer = QuartResponse(response.body, response.status)
    for name, value in response.all_headers():
        answer.headers[name] = value
    fate = _fate(plan.misbehaviour, len(response.body)) if plan.misbehaviour else None
    if wire is not None and fate is not None:
        answer.headers["Connection"] = "close"  # so that the wire sees where the reply ends
        wire.hold(fate)
    return answer


def _fate(misbehaviour: Misbehaviour, body_bytes: int) -> Fate | None:
    fates = {
        Mishap.REPLY_LOST: Fate(leaves_out=None),
        Mishap.REPLY_SWALLOWED: Fate(leaves_out=None, ending=Ending.SILENT),
        Mishap.REPLY_RESET: Fate(leaves_out=None, ending=Ending.RESET),
        Mishap.REPLY_CUT: Fate(leaves_out=body_bytes - body_bytes // 2),
        Mishap.REPLY_DRIPS: Fate(pieces=misbehaviour.pieces, apart_s=misbehaviour.seconds),
        Mishap.REPLY_TWICE: Fate(copies=2),
    }
    return fates.get(misbehaviour.mishap)
