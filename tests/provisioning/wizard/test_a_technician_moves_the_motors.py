"""Whoever sets the machine up moves its motors: while a button is held, and not for longer."""

from __future__ import annotations

import ssl

import httpx
import pytest
import trio

from tests.provisioning.wizard.opened import Phone, opened

LONG_S = 30.0


def press(number: int, part: str = "gate_open") -> str:
    return f'{{"part": "{part}", "press": {number}}}'


def of(number: int) -> str:
    return f'{{"press": {number}}}'


async def pressed(phone: Phone, number: int, answers: list[httpx.Response]) -> None:
    answers.append(await phone.post("hold", press(number)))


async def test_a_press_is_answered_when_what_it_moves_is_at_its_end() -> None:
    async with opened() as phone:
        await phone.pair()
        for number, part in enumerate(("gate_open", "gate_shut", "sorter", "lamp"), 1):
            answer = await phone.post("hold", press(number, part))
            assert answer.json() == {"end": "done", "unheard": False}
        assert phone.premises.moved == ["gate_open", "gate_shut", "sorter", "lamp"]


@pytest.mark.parametrize("moves", [True, False])
async def test_the_page_is_told_whether_the_sorter_can_be_moved(*, moves: bool) -> None:
    async with opened() as phone:
        phone.premises.moves_sorter = moves
        assert (await phone.http.get("/api/hello")).json()["moves_sorter"] is False
        await phone.pair()
        assert (await phone.http.get("/api/hello")).json()["moves_sorter"] is moves


async def test_what_does_not_move_says_why() -> None:
    async with opened() as phone:
        await phone.pair()
        phone.premises.blocked = "the service door is open"
        refused = await phone.post("hold", press(1))
        assert (refused.status_code, refused.json()["error"]) == (409, "not_moved")
        assert refused.json()["detail"] == "the service door is open"


async def test_who_lets_go_stops_it_at_once() -> None:
    async with opened() as phone:
        await phone.pair()
        premises, answers = phone.premises, list[httpx.Response]()
        premises.moves_for_s = LONG_S
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pressed, phone, 1, answers)
            await premises.until(lambda: premises.moved == ["gate_open"])
            assert (await phone.post("held", of(1))).json() == {"held": True}
            await phone.post("let_go", of(1))
        assert answers[0].json() == {"end": "stopped", "unheard": False}
        assert (await phone.post("held", of(1))).json() == {"held": False}


async def test_a_phone_that_says_nothing_any_more_has_let_go() -> None:
    async with opened() as phone:
        await phone.pair()
        phone.premises.moves_for_s = LONG_S
        assert (await phone.post("hold", press(1))).json() == {"end": "stopped", "unheard": True}


async def test_a_phone_that_hangs_up_has_let_go() -> None:
    async with opened() as phone:
        await phone.pair()
        premises = phone.premises
        premises.moves_for_s = LONG_S
        port = int(phone.offer.address.rstrip("/").rpartition(":")[2])
        stream = await trio.open_tcp_stream("127.0.0.1", port)
        tls = trio.SSLStream(stream, unchecked(), server_hostname="127.0.0.1")
        body = press(1)
        cookies = "; ".join(f"{name}={value}" for name, value in phone.http.cookies.items())
        host = phone.origin.removeprefix("https://")
        await tls.send_all(
            f"POST /api/hold HTTP/1.1\r\nHost: {host}\r\nOrigin: {phone.origin}\r\n"
            f"Content-Type: application/json\r\nX-RVM-Setup: {phone.csrf}\r\nCookie: {cookies}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        await premises.until(lambda: premises.moved == ["gate_open"])
        await stream.aclose()
        await premises.until(lambda: premises.let_go == ["gate_open"])


def unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def test_a_press_that_was_let_go_before_it_came_moves_nothing() -> None:
    async with opened() as phone:
        await phone.pair()
        await phone.post("let_go", of(7))
        assert (await phone.post("hold", press(7))).status_code == 409
        assert (await phone.post("hold", press(3))).status_code == 409
        assert phone.premises.moved == []
        await phone.post("hold", press(8))
        assert phone.premises.moved == ["gate_open"]


async def test_who_pairs_anew_has_let_go_of_what_another_held() -> None:
    async with opened() as phone:
        await phone.pair()
        premises, answers = phone.premises, list[httpx.Response]()
        premises.moves_for_s = LONG_S
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pressed, phone, 9, answers)
            await premises.until(lambda: premises.moved == ["gate_open"])
            await phone.pair()
        assert answers[0].json() == {"end": "stopped", "unheard": False}
        premises.moves_for_s = 0
        assert (await phone.post("hold", press(1))).json()["end"] == "done"


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        press(1, "door"),
        press(0),
        press(2**60),
        '{"part": "gate_open", "press": 1.5}',
        '{"part": "gate_open", "press": 1, "times": 9}',
    ],
)
async def test_what_has_no_motor_is_not_moved(body: str) -> None:
    async with opened() as phone:
        await phone.pair()
        assert (await phone.post("hold", body)).status_code == 400
        assert phone.premises.moved == []


@pytest.mark.parametrize("path", ["hold", "held", "let_go"])
async def test_nothing_moves_for_who_has_not_paired(path: str) -> None:
    async with opened() as phone:
        assert (await phone.post(path, press(1))).status_code == 401
        assert phone.premises.moved == []
