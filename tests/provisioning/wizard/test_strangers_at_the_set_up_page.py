"""What strangers in the same network, and pages in a technician's browser, may not do."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rvm_edge.provisioning.credentials import MOST_BYTES
from rvm_edge.provisioning.wizard.answers import Setup
from rvm_edge.provisioning.wizard.app import PAGE, build_app
from rvm_edge.provisioning.wizard.pairing import IDLE_S, PairingDesk
from tests.provisioning.wizard.opened import (
    EXPORTED,
    KEY,
    SITE,
    Clock,
    StagedPremises,
    StagedServer,
    opened,
)

GUARDED = ("credentials", "site", "looks", "readings", "picture", "bin", "clean", "finish")


async def test_another_name_for_the_same_address_is_not_the_page() -> None:
    async with opened() as phone:
        port = phone.origin.rpartition(":")[2]
        for host in ("evil.test", f"evil.test:{port}", f"localhost:{port}", "127.0.0.1", ""):
            answer = await phone.http.get("/", headers={"Host": host})
            assert answer.status_code in {400, 403}, host


async def test_a_page_from_elsewhere_changes_nothing() -> None:
    async with opened() as phone:
        await phone.pair()
        for changed in (
            {"Origin": "https://evil.test"},
            {"Origin": "null"},
            {"Origin": None},
            {"Origin": phone.origin.replace("https", "http")},
            {"Content_Type": "text/plain"},
            {"Content_Type": "application/x-www-form-urlencoded"},
            {"Content_Type": None},
            {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"},
        ):
            answer = await phone.post("credentials", json.dumps(EXPORTED), **changed)
            assert answer.status_code == 403, changed
        assert (await phone.http.get("/api/hello")).json()["serial"] == ""


@pytest.mark.parametrize("path", GUARDED)
async def test_who_has_not_paired_gets_nowhere(path: str) -> None:
    async with opened() as phone:
        assert (await phone.post(path)).status_code == 401
        await phone.pair()
        good, phone.csrf = phone.csrf, "another"
        assert (await phone.post(path)).status_code == 401
        assert (await phone.post(path, X_RVM_Setup=None)).status_code == 401
        phone.csrf = good
        phone.http.cookies.clear()
        assert (await phone.post(path)).status_code == 401
        answer = await phone.http.get(f"/api/{path}")
        assert answer.status_code == 405


async def test_the_cookie_is_for_this_page_alone() -> None:
    async with opened() as phone:
        answer = await phone.type_code(phone.offer.code)
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-rvm-setup=")
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


async def test_a_code_pairs_one_phone_once() -> None:
    async with opened() as phone:
        code = phone.offer.code
        await phone.pair()
        assert (await phone.type_code(code)).status_code == 403


def test_a_session_that_is_left_alone_ends_and_a_new_one_ends_the_old() -> None:
    clock = Clock()
    desk = PairingDesk(clock)
    first = desk.pair(desk.code)
    assert desk.session(first.cookie) == first
    second = desk.pair(desk.code)
    assert desk.session(first.cookie) is None
    for _ in range(3):
        clock.now_s += IDLE_S
        assert desk.session(second.cookie) == second
    clock.now_s += IDLE_S + 1
    assert desk.session(second.cookie) is None
    assert first.cookie not in repr(first)


async def test_more_than_64_kib_is_not_taken() -> None:
    async with opened() as phone:
        await phone.pair()
        answer = await phone.post("credentials", b" " * (MOST_BYTES + 1))
        assert answer.status_code == 413


async def test_more_than_64_kib_is_not_taken_either_where_no_length_is_said() -> None:
    desk = PairingDesk(Clock())
    session = desk.pair(desk.code)
    host = "192.168.1.4:8443"
    setup = Setup(desk, StagedPremises(), StagedServer().admit, host)
    headers = {
        "Host": host,
        "Origin": f"https://{host}",
        "Content-Type": "application/json",
        "X-RVM-Setup": session.csrf,
        "Cookie": f"__Host-rvm-setup={session.cookie}",
    }
    client = build_app(setup).test_client()
    async with client.request("/api/credentials", method="POST", headers=headers) as connection:
        for _ in range(70):
            await connection.send(b" " * 1024)
        await connection.send_complete()
    assert (await connection.as_response()).status_code == 413
    assert setup.draft.shown("").serial == ""


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("site", {**SITE, "ca_file": "/etc/passwd"}),
        ("site", {"server_url": SITE["server_url"]}),
        ("site", {**SITE, "language": "fr"}),
        ("site", {**SITE, "server_url": 1}),
        ("site", [SITE]),
        ("pair", {"code": "1" * 40}),
        ("pair", {"code": 12345678}),
        ("pair", {"code": "12345678", "admin": True}),
    ],
)
async def test_what_was_not_asked_for_is_refused_whole(path: str, body: object) -> None:
    async with opened() as phone:
        await phone.pair()
        answer = await phone.post(path, json.dumps(body))
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


@pytest.mark.parametrize("path", ["pair", "site"])
@pytest.mark.parametrize("body", [b"\xff", b'{"code":"\xff"}', b"[" * 60_000, b'{"a":' * 12_000])
async def test_what_is_no_text_or_nested_without_end_is_refused_in_the_same_words(
    path: str, body: bytes
) -> None:
    async with opened() as phone:
        await phone.pair()
        answer = await phone.post(path, body)
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


@pytest.mark.parametrize(
    "zone", ["../../etc/passwd", "Asia/Jakarta\nTZ=x", "/etc/localtime", "Asia/Nowhere", "a b"]
)
async def test_a_time_zone_is_a_name_that_the_computer_knows(zone: str) -> None:
    async with opened() as phone:
        await phone.pair()
        await phone.post("credentials", json.dumps(EXPORTED))
        answer = await phone.post("site", json.dumps({**SITE, "time_zone": zone}))
        assert (answer.status_code, answer.json()["error"]) == (422, "bad_time_zone")


async def test_only_the_pages_own_files_are_there_and_every_answer_is_closed_in() -> None:
    async with opened() as phone:
        for name in ("", *(path.name for path in PAGE.iterdir())):
            answer = await phone.http.get(f"/{name}")
            assert answer.status_code == 200, name
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        for path in ("/..%2fapp.py", "/app.py", "/page/wizard.js", "/%2e%2e/app.py", "/api/x"):
            answer = await phone.http.get(path)
            assert answer.status_code == 404, path
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert "Server" not in answer.headers


async def test_no_answer_ever_holds_the_key() -> None:
    async with opened() as phone:
        await phone.pair()
        said = [
            (await phone.post("credentials", json.dumps(EXPORTED))).text,
            (await phone.post("site", json.dumps(SITE))).text,
            (await phone.http.get("/api/hello")).text,
            (await phone.post("credentials", json.dumps({**EXPORTED, "name": "\n"}))).text,
            (await phone.post("finish")).text,
        ]
        assert not any(KEY in one for one in said)


async def test_a_second_technician_begins_anew_and_sees_nothing_of_the_first() -> None:
    async with opened() as phone:
        await phone.pair()
        await phone.post("credentials", json.dumps(EXPORTED))
        phone.http.cookies.clear()
        await phone.pair()
        assert (await phone.http.get("/api/hello")).json()["serial"] == ""


BODIES = st.binary(max_size=200) | st.dictionaries(
    st.sampled_from([*EXPORTED, *SITE, "code", "x"]),
    st.none() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=3), max_size=2),
).map(lambda body: json.dumps(body).encode())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from([*GUARDED[:2], "pair"]), BODIES)
async def test_whatever_is_sent_is_answered_and_breaks_nothing(path: str, body: bytes) -> None:
    desk = PairingDesk(Clock())
    host = "192.168.1.4:8443"
    app = build_app(Setup(desk, StagedPremises(), StagedServer().admit, host))
    session = desk.pair(desk.code)
    answer = await app.test_client().post(
        f"/api/{path}",
        data=body,
        headers={
            "Host": host,
            "Origin": f"https://{host}",
            "Content-Type": "application/json",
            "X-RVM-Setup": session.csrf,
            "Cookie": f"__Host-rvm-setup={session.cookie}",
        },
    )
    assert answer.status_code in {200, 400, 403, 413, 422}
