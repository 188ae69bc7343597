"""Once credentials are kept the page is gone, for whoever was connected and whoever comes."""

from __future__ import annotations

import json

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from rvm_edge.machine import Standing
from rvm_edge.provisioning.admitting import Introduction
from rvm_edge.provisioning.credentials import Credentials
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.wizard import serving
from tests.provisioning.wizard.opened import EXPORTED, SITE, Phone, opened
from tests.provisioning.wizard.tls import connected
from tests.provisioning.wizard.unserved import Unserved

HEAD = "POST /api/pair HTTP/1.1\r\nHost: {host}\r\nOrigin: https://{host}\r\n"
HALF = HEAD + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{"


async def finished(phone: Phone) -> None:
    await phone.pair()
    await phone.post("credentials", json.dumps(EXPORTED))
    await phone.post("site", json.dumps(SITE))
    assert (await phone.post("finish")).status_code == 200


async def test_connections_that_were_open_are_closed_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "GRACE_S", 0.1)
    async with (
        opened() as phone,
        connected(phone) as silent,
        connected(phone) as asking,
        connected(phone) as slow,
    ):
        host = phone.origin.removeprefix("https://")
        await asking.send_all(f"GET /api/hello HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert b"200" in bytes(await asking.receive_some())[:20]
        await slow.send_all(HALF.format(host=host).encode())
        await finished(phone)
        for one in (silent, asking, slow):
            while await one.receive_some():
                pass  # what was said before the end
        while phone.opening.offer is not None:
            await trio.sleep(0.01)


async def test_what_was_paired_is_answered_no_more() -> None:
    page = Unserved()
    page.setup.done.set()
    for path in [*page.guarded, "pair"]:
        refused = await page.post(path, json.dumps({"code": page.desk.code}))
        assert (refused.status_code, (await refused.json)["error"]) == (410, "closed")
    assert (await page.get("/api/hello")).status_code == 410
    assert page.server.kept == []


async def test_of_two_who_finish_at_once_the_second_changes_nothing() -> None:
    asked, known = trio.Event(), trio.Event()
    kept: list[str] = []

    async def admit(credentials: Credentials, _site: Site) -> Introduction:
        asked.set()
        await known.wait()
        kept.append(credentials.identity.hardware_id)
        return Introduction(Standing.OK)

    page = Unserved()
    page.setup.admit = admit
    await page.post("credentials", json.dumps(EXPORTED))
    await page.post("site", json.dumps(SITE))
    codes: list[int] = []

    async def finish() -> None:
        codes.append((await page.post("finish")).status_code)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(finish)
        await asked.wait()
        page.session = page.desk.pair(page.desk.code)
        await page.post("credentials", json.dumps({**EXPORTED, "serial_number": "RVM-2"}))
        await page.post("site", json.dumps(SITE))
        nursery.start_soon(finish)
        await wait_all_tasks_blocked()
        known.set()
    assert kept == ["RVM-1"]
    assert sorted(codes) == [200, 410]
