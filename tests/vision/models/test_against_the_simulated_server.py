"""Models come from the simulated server as they would from GitHub's and the real one's."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import pytest
from trio.testing import MockClock

from rvm_edge.identity import Identity, Secret
from rvm_edge.offload import inline
from rvm_edge.settings import ModelSettings
from rvm_edge.simulator.cloud import CloudServer, Dialect, InProcessTransport
from rvm_edge.vision.models.failures import TroubleError, UnfitError
from rvm_edge.vision.models.fetcher import Fetcher
from rvm_edge.vision.models.sources.github import GithubSource
from rvm_edge.vision.models.sources.handshake import HandshakeSource, Named
from rvm_edge.vision.models.store import ModelStore
from rvm_edge.vision.models.web import Web, key_of, open_web

ORIGIN = "https://rvm.example.org"
TOKEN = "1|a-user-with-a-token"  # noqa: S105 - of a simulated user
SETTINGS = ModelSettings(spare_mb=0, tries=3)


@pytest.fixture(params=list(Dialect), ids=lambda dialect: dialect.value)
def server(request: pytest.FixtureRequest, autojump_clock: MockClock) -> CloudServer:
    server = CloudServer(
        request.param, clock=lambda: 1.8e9 + autojump_clock.current_time(), origin=ORIGIN
    )
    server.add_user(7, TOKEN)
    return server


@pytest.fixture
async def web(server: CloudServer) -> AsyncIterator[Web]:
    machine = server.add_machine("RVM-1")
    identity = Identity(ORIGIN, "RVM-1", "one", Secret(machine.api_key), Secret(TOKEN))
    async with open_web(lambda: key_of(identity), transport=InProcessTransport(server)) as opened:
        yield opened


def fetcher(store: ModelStore, web: Web) -> Fetcher:
    return Fetcher(store, web, SETTINGS, inline, lambda: 1.8e9)


async def test_a_release_is_followed_to_where_its_asset_lies(
    autojump_clock: MockClock, server: CloudServer, web: Web, store: ModelStore, content: bytes
) -> None:
    released = server.books.add_model("v1.3.0", content)
    source = GithubSource(web, server.site.repository, released.file_name, api=ORIGIN)
    target = await source.target()
    assert target is not None
    assert (target.version, target.sha256, target.size) == (
        "v1.3.0",
        hashlib.sha256(content).hexdigest(),
        len(content),
    )
    model = await fetcher(store, web).fetch(target)
    assert model is not None
    assert (store.folder / model.file_name).read_bytes() == content
    assert store.state.candidate == model


async def test_a_release_that_lies_about_its_hash_leaves_nothing_behind(
    autojump_clock: MockClock, server: CloudServer, web: Web, store: ModelStore, content: bytes
) -> None:
    released = server.books.add_model("v1.3.0", content, sha256="0" * 64)
    source = GithubSource(web, server.site.repository, released.file_name, api=ORIGIN)
    target = await source.target()
    assert target is not None
    with pytest.raises(UnfitError, match="hashes to"):
        await fetcher(store, web).fetch(target)
    assert store.state.candidate is None
    assert {path.name for path in store.folder.iterdir()} <= {".lock", "state.json"}


@pytest.mark.parametrize("has_token", [True, False])
async def test_the_servers_own_copy_wants_a_users_token(
    autojump_clock: MockClock,
    server: CloudServer,
    store: ModelStore,
    content: bytes,
    has_token: bool,
) -> None:
    machine = server.add_machine("RVM-1")
    token = Secret(TOKEN) if has_token else None
    identity = Identity(ORIGIN, "RVM-1", "one", Secret(machine.api_key), token)
    released = server.books.add_model("v1.3.0", content)
    named = Named(
        "v1.3.0", released.sha256, f"{ORIGIN}/api/v1/edge/download-model/{released.sha256}"
    )
    target = await HandshakeSource(lambda: named).target()
    assert target is not None
    transport = InProcessTransport(server)
    async with open_web(lambda: key_of(identity), transport=transport) as web:
        if has_token:
            assert await fetcher(store, web).fetch(target) is not None
        else:
            with pytest.raises(TroubleError, match="user's token"):
                await fetcher(store, web).fetch(target)
