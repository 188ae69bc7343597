"""Another site asks in the technician's name, with their cookie (CSRF): nothing is done."""

from __future__ import annotations

import json

import pytest

from rvm_edge.provisioning.wizard.doorkeeper import CSRF_HEADER
from tests.provisioning.wizard.opened import EXPORTED, SITE
from tests.provisioning.wizard.unserved import Unserved

GUARDED = Unserved().guarded


def test_all_that_changes_anything_is_asked_for_here() -> None:
    assert {"bin", "clean", "credentials", "finish", "hold", "let_go", "site"} <= set(GUARDED)


@pytest.mark.parametrize("path", GUARDED)
async def test_a_forged_request_with_the_technicians_cookie_changes_nothing(path: str) -> None:
    page = Unserved()
    await page.post("credentials", json.dumps(EXPORTED))
    await page.post("site", json.dumps(SITE))
    before = await (await page.get("/api/hello")).json
    for said in (None, "", "another", page.session.cookie, page.session.csrf[:-1]):
        refused = await page.post(path, X_RVM_Setup=said)
        assert (refused.status_code, (await refused.json)["error"]) == (401, "not_paired")
    assert await (await page.get("/api/hello")).json == before
    assert page.server.kept == []
    assert page.premises.moved == []


@pytest.mark.parametrize("path", GUARDED)
async def test_the_pages_word_without_the_cookie_changes_nothing(path: str) -> None:
    page = Unserved()
    for cookie in (None, "x=y", "__Host-rvm-setup=", f"__Host-rvm-setup={page.session.csrf}"):
        assert (await page.post(path, Cookie=cookie)).status_code == 401
    assert page.premises.moved == []


async def test_a_word_that_is_said_twice_is_none() -> None:
    page = Unserved()
    client = page.app.test_client(use_cookies=False)
    headers = [*page.headers().items(), (CSRF_HEADER, page.session.csrf)]
    assert (await client.post("/api/finish", data="{}", headers=headers)).status_code == 401


async def test_the_word_and_the_cookie_of_a_session_that_has_ended_are_good_no_more() -> None:
    page = Unserved()
    await page.post("credentials", json.dumps(EXPORTED))
    ended, page.session = page.session, page.desk.pair(page.desk.code)
    assert (await page.post("finish", X_RVM_Setup=ended.csrf)).status_code == 401
    page.session = ended
    assert (await page.post("finish")).status_code == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"Origin": "https://evil.test"},
        {"Origin": None},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Content_Type": "text/plain"},
        {"Content_Type": "multipart/form-data; boundary=x"},
    ],
)
async def test_nobody_pairs_from_another_site_not_even_with_the_code(
    changed: dict[str, str | None],
) -> None:
    page = Unserved()
    code = page.desk.code
    refused = await page.post("pair", json.dumps({"code": code}), **changed)
    assert refused.status_code == 403
    assert "Set-Cookie" not in refused.headers
    assert page.desk.code == code


async def test_nothing_is_changed_by_a_request_that_only_looks() -> None:
    page = Unserved()
    client = page.app.test_client(use_cookies=False)
    for path in page.guarded:
        for ask in (client.get, client.head, client.put, client.delete, client.patch):
            answer = await ask(f"/api/{path}", headers=page.headers(), data="{}")
            assert answer.status_code == 405, path
    assert page.server.kept == []
    assert page.premises.moved == []


async def test_no_other_site_is_told_that_it_may_ask() -> None:
    page = Unserved()
    client = page.app.test_client(use_cookies=False)
    for path in ("/", "/api/hello", "/api/pair", "/api/finish"):
        asked = page.headers(
            Origin="https://evil.test",
            Access_Control_Request_Method="POST",
            Access_Control_Request_Headers="x-rvm-setup",
            Access_Control_Request_Private_Network="true",
        )
        answer = await client.options(path, headers=asked)
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


async def test_what_the_technician_asks_is_done() -> None:
    page = Unserved()
    await page.post("credentials", json.dumps(EXPORTED))
    await page.post("site", json.dumps(SITE))
    answer = await page.post("finish")
    assert answer.status_code == 200
    assert await answer.json == {"standing": "ok", "trouble": ""}
    assert len(page.server.kept) == 1
