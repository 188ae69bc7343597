"""Whatever is answered, browsers are told to keep, frame, run and guess nothing of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable

import pytest
import trio
from quart import Response
from trio.testing import MockClock

from rvm_edge.machine import Standing
from rvm_edge.provisioning.admitting import Introduction
from rvm_edge.provisioning.credentials import MOST_BYTES, Credentials
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.wizard.app import BODY_S
from rvm_edge.provisioning.wizard.tries import TRIES
from tests.provisioning.wizard.opened import EXPORTED, KEY, SITE
from tests.provisioning.wizard.unserved import Unserved

Ask = Callable[[Unserved], Awaitable[Response]]

REQUIRED = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


async def _guess(page: Unserved) -> Response:
    for _ in range(TRIES - 1):
        await page.post("pair", '{"code": "x"}')
    return await page.post("pair", '{"code": "x"}')


async def _finish(page: Unserved) -> Response:
    await page.post("credentials", json.dumps(EXPORTED))
    await page.post("site", json.dumps(SITE))
    return await page.post("finish")


async def _finish_unknown(page: Unserved) -> Response:
    page.server.answer = Introduction(Standing.UNAUTHORIZED)
    return await _finish(page)


async def _finish_on_a_full_disk(page: Unserved) -> Response:
    async def admit(_credentials: Credentials, _site: Site) -> Introduction:
        await trio.lowlevel.checkpoint()
        raise OSError(28, "No space left on device")

    page.setup.admit = admit
    return await _finish(page)


async def _finish_with_a_defect(page: Unserved) -> Response:
    async def admit(credentials: Credentials, _site: Site) -> Introduction:
        await trio.lowlevel.checkpoint()
        raise ZeroDivisionError(credentials)

    page.setup.admit = admit
    return await _finish(page)


ANSWERS: dict[str, tuple[int, Ask]] = {
    "the page": (200, lambda page: page.get("/")),
    "a file of it": (200, lambda page: page.get("/wizard.js")),
    "an answer": (200, lambda page: page.get("/api/hello")),
    "a picture": (200, lambda page: page.post("picture")),
    "the end": (200, _finish),
    "no sense": (400, lambda page: page.post("site", "{")),
    "not paired": (401, lambda page: page.post("site", Cookie=None)),
    "another host": (403, lambda page: page.get("/", Host="evil.test")),
    "another origin": (403, lambda page: page.post("site", Origin="null")),
    "a wrong code": (403, lambda page: page.post("pair", '{"code": "x"}')),
    "no such page": (404, lambda page: page.get("/.env")),
    "no such method": (405, lambda page: page.get("/api/finish")),
    "an unknown key": (409, _finish_unknown),
    "too much": (413, lambda page: page.post("credentials", b" " * (MOST_BYTES + 1))),
    "a wrong file": (422, lambda page: page.post("credentials", "[]")),
    "too many codes": (429, _guess),
    "a full disk": (500, _finish_on_a_full_disk),
    "a defect": (500, _finish_with_a_defect),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_every_kind_of_answer_is_closed_in(name: str) -> None:
    status, ask = ANSWERS[name]
    page = Unserved()
    answer = await ask(page)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in REQUIRED} == REQUIRED
    policy = dict(
        one.split(" ", 1) for one in answer.headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert KEY.encode() not in await answer.get_data(as_text=False)


async def test_a_body_that_does_not_end_is_not_waited_for(autojump_clock: MockClock) -> None:
    page = Unserved()
    client = page.app.test_client(use_cookies=False)
    began_s = trio.current_time()
    for path in ("credentials", "pair"):
        asked = page.headers(Content_Length="1000")
        async with client.request(f"/api/{path}", method="POST", headers=asked) as connection:
            await connection.send(b"{")
        answer = await connection.as_response()
        assert answer.status_code == 408
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert trio.current_time() - began_s == 2 * BODY_S


async def test_no_secret_is_logged_whatever_happens(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    secrets = [KEY]
    for _, ask in ANSWERS.values():
        page = Unserved()
        secrets += [page.session.cookie, page.session.csrf, page.desk.code]
        said.append((await ask(page)).status_code)
        secrets.append(page.desk.code)
    assert said == [status for status, _ in ANSWERS.values()]
    assert "ZeroDivisionError" in caplog.text
    logged = caplog.text + "".join(repr(vars(one)) for one in caplog.records)
    assert not [one for one in secrets if one in logged]
