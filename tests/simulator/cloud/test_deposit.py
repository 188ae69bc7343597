"""A deposit request keeps a picture, and does nothing else."""

from __future__ import annotations

import hashlib
import json

import httpx
import pytest

from rvm_edge.simulator.cloud import CloudServer, Machine
from tests.simulator.cloud.sending import JPEG, deposit

DATA = {"client_uuid": "0d1c", "session_id": "of-data", "confidence": 0.9}


async def test_a_picture_is_kept_with_what_was_said_of_it(
    server: CloudServer, client: httpx.AsyncClient, machine: Machine
) -> None:
    reply = await deposit(client, data=json.dumps(DATA), session_id="of-form")
    assert reply.status_code == 201
    told = reply.json()
    assert (told["status"], told["message"]) == ("success", "Deposit processed")
    assert told["data"]["ai_result"] == DATA
    assert told["data"]["processed_at"] == server.clock.iso()
    assert told["data"]["image_url"].startswith("/storage/deposits/2026-02-10/of-form/")
    (kept,) = server.books.receipts
    assert (kept.client_uuid, kept.session_id, kept.status) == ("0d1c", "of-form", "ACCEPTED")
    assert kept.rvm_id == machine.rvm_id
    assert kept.image_sha256 == hashlib.sha256(JPEG).hexdigest()
    assert server.books.transactions == []


async def test_the_same_picture_twice_is_kept_twice(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    first, second = [await deposit(client, data=json.dumps(DATA)) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["data"]["image_url"] != second.json()["data"]["image_url"]
    assert [one.client_uuid for one in server.books.receipts] == ["0d1c", "0d1c"]


async def test_data_that_is_no_json_is_no_error(client: httpx.AsyncClient) -> None:
    reply = await deposit(client, data="{broken")
    assert (reply.status_code, reply.json()["data"]["ai_result"]) == (201, None)


async def test_a_session_id_becomes_part_of_the_path_whatever_is_in_it(
    client: httpx.AsyncClient,
) -> None:
    reply = await deposit(client, session_id="../../x")
    assert "/../../x/" in reply.json()["data"]["image_url"]


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (b"RIFF1234WEBPVP8 ", "must be a file of type: jpeg, jpg, png"),
        (b"no picture at all", "must be an image"),
        (b"\xff\xd8\xff" + bytes(5120 * 1024 - 2), "must not be greater than 5120 kilobytes"),
    ],
)
async def test_what_is_no_picture_or_too_large_is_refused(
    server: CloudServer, client: httpx.AsyncClient, image: bytes, sentence: str
) -> None:
    server.site.body_limit_bytes = None
    reply = await deposit(client, image)
    assert reply.status_code == 422
    assert sentence in reply.json()["message"]
    assert server.books.receipts == []


async def test_a_picture_of_just_5120_kib_and_a_png_are_taken(
    server: CloudServer, client: httpx.AsyncClient
) -> None:
    server.site.body_limit_bytes = None
    assert (await deposit(client, b"\xff\xd8\xff" + bytes(5120 * 1024 - 3))).status_code == 201
    png = await deposit(client, b"\x89PNG\r\n\x1a\n")
    assert png.json()["data"]["image_url"].endswith(".png")


@pytest.mark.parametrize("missing", ["image", "status", "data"])
async def test_all_three_fields_are_required(client: httpx.AsyncClient, missing: str) -> None:
    fields = {"status": "ACCEPTED", "data": "{}"}
    files = {"image": ("x.jpg", JPEG), "other": ("y", b"")}
    reply = await client.post(
        "/edge/deposit",
        data={key: value for key, value in fields.items() if key != missing},
        files={key: value for key, value in files.items() if key != missing},
    )
    assert reply.status_code == 422
    assert reply.json()["errors"] == {missing: [f"The {missing} field is required."]}


async def test_a_body_that_is_no_form_lacks_everything(client: httpx.AsyncClient) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain"):
        reply = await client.post(
            "/edge/deposit", content=b"--y\r\n", headers={"Content-Type": kind}
        )
        assert reply.json()["errors"].keys() == {"image", "status", "data"}
