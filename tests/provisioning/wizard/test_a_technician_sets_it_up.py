"""The set-up page as a technician's phone uses it, from the code to the end."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl

import pytest
import trio

from rvm_edge.identity import Secret
from rvm_edge.machine import Standing
from rvm_edge.provisioning.admitting import Introduction
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.wizard.pairing import LASTS_S
from tests.provisioning.wizard.opened import EXPORTED, KEY, SITE, opened


async def test_from_the_code_to_a_machine_that_knows_who_it_is() -> None:
    async with opened() as phone:
        assert (await phone.http.get("/api/hello")).json()["paired"] is False
        await phone.pair()
        told = (await phone.post("credentials", json.dumps(EXPORTED))).json()
        assert (told["serial"], told["name"]) == ("RVM-1", "Lab")
        assert told["server_url"] == "https://rvm.example.org"
        told = (await phone.post("site", json.dumps(SITE))).json()
        assert told["sited"] is True
        assert (await phone.post("looks")).json()["looks"][0]["what"] == "12 % in use"
        assert (await phone.post("readings")).json()["readings"][0]["value"] == 12.5
        assert (await phone.post("picture")).content == phone.premises.jpeg
        assert phone.server.kept == []
        assert (await phone.post("finish")).json() == {"standing": "ok", "trouble": ""}
        ((credentials, site),) = phone.server.kept
        assert credentials.identity.api_key == Secret(KEY)
        assert site == Site("Asia/Jakarta", "id")


async def test_once_it_is_set_up_the_page_is_gone() -> None:
    async with opened() as phone:
        await phone.pair()
        await phone.post("credentials", json.dumps(EXPORTED))
        await phone.post("site", json.dumps(SITE))
        port = int(phone.origin.rpartition(":")[2])
        assert (await phone.post("finish")).status_code == 200
        while phone.opening.offer is not None:
            await trio.sleep(0.01)
        with pytest.raises(OSError, match="failed"):
            await trio.open_tcp_stream("127.0.0.1", port)


async def test_a_reload_goes_on_where_it_was() -> None:
    async with opened() as phone:
        await phone.pair()
        await phone.post("credentials", json.dumps(EXPORTED))
        told = (await phone.http.get("/api/hello")).json()
        assert (told["paired"], told["serial"], told["csrf"]) == (True, "RVM-1", phone.csrf)


async def test_the_server_may_be_named_after_the_file() -> None:
    async with opened() as phone:
        await phone.pair()
        without = {key: value for key, value in EXPORTED.items() if key != "server_url"}
        told = (await phone.post("credentials", json.dumps(without))).json()
        assert told["server_url"] == ""
        for wrong, problem in (("", "no_server"), ("ftp://x", "bad_server")):
            refused = await phone.post("site", json.dumps({**SITE, "server_url": wrong}))
            assert refused.json()["error"] == problem
        told = (await phone.post("site", json.dumps(SITE))).json()
        assert told["server_url"] == SITE["server_url"]


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ({"rvm_edge_config": {"device_id": "x", "api_key": ""}}, "without_key"),
        ({**EXPORTED, "serial_number": "N/A"}, "failed_export"),
        ({**EXPORTED, "api_key": ""}, "incomplete"),
        ({**EXPORTED, "name": "a\nb"}, "bad_text"),
        ({**EXPORTED, "server_url": "file:///etc/passwd"}, "bad_server"),
        ([1, 2], "unreadable"),
    ],
)
async def test_each_wrong_file_has_its_own_explanation(file: object, problem: str) -> None:
    async with opened() as phone:
        await phone.pair()
        refused = await phone.post("credentials", json.dumps(file))
        assert refused.status_code == 422
        assert refused.json()["error"] == problem
        assert KEY not in refused.text


@pytest.mark.parametrize(
    "standing",
    [Standing.UNAUTHORIZED, Standing.BLOCKED, Standing.NO_ROUTE, Standing.UNREACHABLE],
)
async def test_what_the_server_does_not_know_is_not_kept(standing: Standing) -> None:
    async with opened() as phone:
        phone.server.answer = Introduction(standing)
        await phone.pair()
        await phone.post("credentials", json.dumps(EXPORTED))
        await phone.post("site", json.dumps(SITE))
        refused = await phone.post("finish")
        assert (refused.status_code, refused.json()["error"]) == (409, standing.value)
        assert phone.server.kept == []
        phone.server.answer = Introduction(Standing.OK)
        assert (await phone.post("finish")).status_code == 200


async def test_the_screen_shows_the_fingerprint_of_the_certificate_that_is_there() -> None:
    async with opened() as phone:
        port = int(phone.origin.rpartition(":")[2])

        def shown() -> bytes:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:
                context = ssl.create_default_context()
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
                with context.wrap_socket(plain) as secured:
                    return secured.getpeercert(binary_form=True) or b""

        certificate = await trio.to_thread.run_sync(shown)
        assert phone.offer.fingerprint == hashlib.sha256(certificate).digest().hex(":").upper()


async def test_a_code_grows_old() -> None:
    async with opened() as phone:
        old = phone.offer.code
        phone.clock.now_s += LASTS_S
        assert phone.offer.code != old
        assert (await phone.type_code(old)).status_code == 403


async def test_a_camera_that_gives_nothing_says_why() -> None:
    async with opened() as phone:
        phone.premises.jpeg = b""
        await phone.pair()
        answer = await phone.post("picture")
        assert answer.json() == {
            "error": "no_picture",
            "detail": "the camera is frozen",
            "wait_s": 0,
        }
