"""The way into the network is made for the first request, once, and closed if it was made."""

from __future__ import annotations

import httpx
import pytest

from rvm_edge.late_transport import LateTransport


class _Network(httpx.AsyncBaseTransport):
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.closed = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        return httpx.Response(204)

    async def aclose(self) -> None:
        self.closed += 1


class _Maker:
    def __init__(self) -> None:
        self.made: list[_Network] = []

    def __call__(self) -> _Network:
        self.made.append(_Network())
        return self.made[-1]


async def test_nothing_is_made_for_a_client_that_asks_nobody() -> None:
    make = _Maker()
    async with httpx.AsyncClient(transport=LateTransport(make)):
        pass
    assert make.made == []


async def test_all_requests_go_through_one_that_is_closed_in_the_end() -> None:
    make = _Maker()
    async with httpx.AsyncClient(transport=LateTransport(make)) as client:
        for path in ("/one", "/two"):
            assert (await client.get(f"https://rvm.example{path}")).status_code == 204
    (network,) = make.made
    assert network.asked == ["/one", "/two"]
    assert network.closed == 1


async def test_one_that_cannot_be_made_is_tried_again_by_the_next_request() -> None:
    networks: list[_Network] = []

    def make() -> _Network:
        networks.append(_Network())
        if len(networks) == 1:
            raise httpx.ConnectError("no file may be opened")
        return networks[-1]

    async with httpx.AsyncClient(transport=LateTransport(make)) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("https://rvm.example/")
        assert (await client.get("https://rvm.example/")).status_code == 204
