"""Whoever sets the machine up moves its motors, one stroke for each time that is asked."""

from __future__ import annotations

import pytest

from tests.provisioning.wizard.opened import opened

GATE = '{"part": "gate"}'


async def test_each_request_is_one_stroke() -> None:
    async with opened() as phone:
        await phone.pair()
        assert (await phone.post("move", GATE)).json() == {"what": "gate: moved"}
        await phone.post("move", '{"part": "sorter"}')
        assert phone.premises.moved == ["gate", "sorter"]


async def test_what_does_not_move_says_why() -> None:
    async with opened() as phone:
        await phone.pair()
        phone.premises.blocked = "the service door is open"
        refused = await phone.post("move", GATE)
        assert (refused.status_code, refused.json()["error"]) == (409, "not_moved")
        assert refused.json()["detail"] == "the service door is open"


@pytest.mark.parametrize("body", ["{}", '{"part": "door"}', '{"part": "gate", "times": 9}'])
async def test_what_has_no_motor_is_not_moved(body: str) -> None:
    async with opened() as phone:
        await phone.pair()
        assert (await phone.post("move", body)).status_code == 400
        assert phone.premises.moved == []


async def test_nothing_moves_for_who_has_not_paired() -> None:
    async with opened() as phone:
        assert (await phone.post("move", GATE)).status_code == 401
        assert phone.premises.moved == []
