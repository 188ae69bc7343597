"""A disk that is crowded on the first day is freed from the phone."""

from __future__ import annotations

from tests.provisioning.wizard.opened import opened


async def test_it_is_offered_only_where_the_disk_is_crowded() -> None:
    for crowded in (None, 93.5):
        async with opened() as phone:
            phone.premises.disk_pct = crowded
            assert (await phone.http.get("/api/hello")).json()["disk_pct"] is None
            await phone.pair()
            assert (await phone.http.get("/api/hello")).json()["disk_pct"] == crowded


async def test_it_says_what_went_and_how_full_the_disk_is_then() -> None:
    async with opened() as phone:
        phone.premises.disk_pct = 93.5
        await phone.pair()
        told = (await phone.post("clean")).json()
        assert (told["before_pct"], told["after_pct"]) == (93.5, 84.5)
        (line,) = told["removed"]
        assert (line["name"], line["freed_bytes"]) == ("caches", 12_000_000)
        assert (await phone.http.get("/api/hello")).json()["disk_pct"] == 84.5
        again = await phone.post("clean")
        assert (again.status_code, again.json()["error"]) == (409, "not_cleaned")
