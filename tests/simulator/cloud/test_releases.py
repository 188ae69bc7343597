"""Models: behind a user's token at the server, and as release assets for everybody."""

from __future__ import annotations

import re

import httpx

from rvm_edge.simulator.cloud import CloudServer
from tests.simulator.cloud.sending import USER_TOKEN

ROOT = "https://rvm.example.org"
LATEST = f"{ROOT}/repos/ngajar-feri/MyRVM1/releases/latest"
USER = {"Authorization": f"Bearer {USER_TOKEN}"}


async def test_a_release_names_its_asset_and_the_assets_hash(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    assert (await client.get(LATEST)).status_code == 404
    server.add_model("v1.1.0", b"old")
    model = server.add_model("v1.2.0", b"weights")
    told = (await client.get(LATEST)).json()
    assert told["tag_name"] == "v1.2.0"
    assert re.search("SHA256: ([a-f0-9]{64})", told["body"])[1] == model.sha256  # type: ignore[index]
    (asset,) = told["assets"]
    assert (asset["name"], asset["size"]) == ("best.pt", len(b"weights"))
    moved = await client.get(asset["browser_download_url"])
    assert moved.status_code == 302
    assert (await client.get(moved.headers["location"])).content == b"weights"


async def test_another_repository_has_no_releases(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    server.add_model("v1.2.0", b"weights")
    assert (await client.get(f"{ROOT}/repos/somebody/else/releases/latest")).status_code == 404
    path = f"{ROOT}/somebody/else/releases/download/v1.2.0/best.pt"
    assert (await client.get(path)).status_code == 404
    assert (await client.get(f"{ROOT}/release-assets/v9/best.pt")).status_code == 404


async def test_a_download_goes_on_from_where_it_broke_off(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    server.add_model("v1", b"0123456789")
    url = f"{ROOT}/release-assets/v1/best.pt"
    rest = await client.get(url, headers={"Range": "bytes=4-"})
    assert (rest.status_code, rest.content) == (206, b"456789")
    assert rest.headers["content-range"] == "bytes 4-9/10"
    assert (await client.get(url, headers={"Range": "bytes=10-"})).status_code == 416
    assert (await client.get(url, headers={"Range": "bytes=4-5,7-"})).content == b"0123456789"


async def test_a_user_gets_a_model_by_its_hash_even_a_false_one(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    server.add_model("v1", b"weights", sha256="f" * 64)
    told = (await client.get("/edge/model-sync", headers=USER)).json()["data"]
    assert told == {"version": "v1", "hash": "f" * 64}
    found = await client.get(f"/edge/download-model/{'f' * 64}", headers=USER)
    assert found.content == b"weights"
    assert (await client.get("/edge/download-model/0", headers=USER)).status_code == 404


async def test_a_withdrawn_model_is_offered_no_longer(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    server.add_model("v1", b"good")
    server.add_model("v2", b"bad", active=False)
    assert (await client.get(LATEST)).json()["tag_name"] == "v1"


async def test_a_registered_key_is_never_accepted(client: httpx.AsyncClient) -> None:
    key = (await client.post("/edge/register", headers=USER)).json()["api_key"]
    reply = await client.post("/edge/heartbeat", json={}, headers={"X-RVM-API-KEY": key})
    assert reply.json()["error_code"] == "INVALID_API_KEY"
