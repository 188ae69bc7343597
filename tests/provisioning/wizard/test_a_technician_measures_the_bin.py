"""How deep the bin is, by its own sensor, on a technician's word."""

from __future__ import annotations

import json
from math import nan

import httpx
import pytest
import trio

from rvm_edge.provisioning.bin_depth import keep_depth_of
from rvm_edge.provisioning.site import BinDepth, Site
from rvm_edge.simulator.hardware import hardware_over
from rvm_edge.simulator.world import World
from tests.provisioning.wizard.opened import EXPORTED, SITE, Phone, opened


async def say(phone: Phone, what: str, **more: float) -> httpx.Response:
    return await phone.post("bin", json.dumps({"what": what, **more}))


async def refusal(phone: Phone, what: str, **more: float) -> str:
    answer = await say(phone, what, **more)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert isinstance(error, str)
    return error


async def kept(phone: Phone) -> Site:
    await phone.post("credentials", json.dumps(EXPORTED))
    await phone.post("site", json.dumps(SITE))
    assert (await phone.post("finish")).status_code == 200
    ((_, site),) = phone.server.kept
    return site


async def test_empty_and_full_are_read_and_kept_with_the_rest() -> None:
    async with opened() as phone:
        await phone.pair()
        phone.premises.distances_cm = [61.2, 60.9, 61.0, 62.4, 61.1]
        told = (await say(phone, "empty")).json()
        assert (told["empty_cm"], told["full_cm"]) == (61.1, None)
        phone.premises.distances_cm = [8.0]
        told = (await say(phone, "full")).json()
        assert (told["empty_cm"], told["full_cm"]) == (61.1, 8.0)
        assert phone.server.kept == []
        assert (await kept(phone)).bin == BinDepth(61.1, 8.0)


async def test_full_may_be_typed() -> None:
    async with opened() as phone:
        await phone.pair()
        await say(phone, "empty")
        assert (await say(phone, "full", cm=12.5)).json()["full_cm"] == 12.5


async def test_a_step_that_is_skipped_or_left_half_done_leaves_the_hardware_maps_figures() -> None:
    async with opened() as phone:
        await phone.pair()
        await say(phone, "empty")
        assert await kept(phone) == Site("Asia/Jakarta", "id")


async def test_what_was_measured_can_be_forgotten() -> None:
    async with opened() as phone:
        await phone.pair()
        await say(phone, "empty")
        await say(phone, "full", cm=10)
        told = (await say(phone, "neither")).json()
        assert (told["empty_cm"], told["full_cm"]) == (None, None)
        assert (await kept(phone)).bin is None


async def test_empty_anew_has_full_said_anew() -> None:
    async with opened() as phone:
        await phone.pair()
        await say(phone, "empty")
        await say(phone, "full", cm=10)
        assert (await say(phone, "empty")).json()["full_cm"] is None


@pytest.mark.parametrize(
    ("distances_cm", "problem"),
    [
        ([61.0, 61.0, 57.0, 61.0, 61.0], "unsteady"),
        ([61.0, 61.0, nan], "not_measured"),
        ([9.9], "bad_depth"),
        ([301.0], "bad_depth"),
    ],
)
async def test_an_empty_bin_that_cannot_be_one_is_refused(
    distances_cm: list[float], problem: str
) -> None:
    async with opened() as phone:
        await phone.pair()
        phone.premises.distances_cm = distances_cm
        assert await refusal(phone, "empty") == problem
        assert (await phone.http.get("/api/hello")).json()["empty_cm"] is None


@pytest.mark.parametrize("cm", [0.0, 1.9, 56.1, 61.0, 250.0])
async def test_full_is_nearer_than_empty_by_a_margin(cm: float) -> None:
    async with opened() as phone:
        await phone.pair()
        await say(phone, "empty")
        assert await refusal(phone, "full", cm=cm) == "bad_depth"
        assert (await say(phone, "full", cm=56.0)).json()["full_cm"] == 56.0


async def test_full_is_not_taken_before_empty() -> None:
    async with opened() as phone:
        await phone.pair()
        assert await refusal(phone, "full", cm=10) == "no_empty"


async def test_a_distance_of_an_empty_bin_is_measured_and_never_typed() -> None:
    async with opened() as phone:
        await phone.pair()
        for words in ({"what": "empty", "cm": 50}, {"what": "full", "cm": -1}, {"what": "half"}):
            assert (await phone.post("bin", json.dumps(words))).status_code == 400


async def test_the_page_is_told_whether_the_sensor_measures_a_distance() -> None:
    for measures in (True, False):
        async with opened() as phone:
            phone.premises.measures_bin = measures
            assert (await phone.http.get("/api/hello")).json()["measures_bin"] is False
            await phone.pair()
            told = (await phone.http.get("/api/hello")).json()
            assert told["measures_bin"] is measures


async def test_the_bins_level_goes_by_what_was_measured() -> None:
    world = World()
    hardware = hardware_over(world)
    world.set_bin_pct(50)  # at 27.5 cm
    with trio.fail_after(10):
        keep_depth_of(Site(), hardware)
        assert await hardware.bin.level_pct() == 50
        keep_depth_of(Site(bin=BinDepth(50, 27.5)), hardware)
        assert await hardware.bin.level_pct() == 100
        keep_depth_of(Site(bin=BinDepth(50, 5)), hardware)
        assert await hardware.bin.level_pct() == pytest.approx(50)
        keep_depth_of(Site(), hardware)
        assert await hardware.bin.level_pct() == 50
