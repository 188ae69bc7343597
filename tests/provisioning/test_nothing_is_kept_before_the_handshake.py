"""First the server is asked, then the file is written: a stop in between keeps nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from rvm_edge.identity import Identity, Secret
from rvm_edge.machine import Standing
from rvm_edge.offload import in_thread, inline
from rvm_edge.provisioning.admitting import KNOWN, Introduction, NotWelcomeError, admit
from rvm_edge.provisioning.credentials import Credentials, read_credentials
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.store import Store

KEY = "k" * 64
CREDENTIALS = Credentials(Identity("https://rvm.example.org", "RVM-1", "Lab", Secret(KEY)))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "rvm-credentials.json", tmp_path / "site.json")


async def test_a_stop_while_the_server_is_asked_keeps_nothing(store: Store, tmp_path: Path) -> None:
    asked = trio.Event()

    async def introduce(_identity: Identity, _site: Site) -> Introduction:
        asked.set()
        await trio.sleep_forever()
        raise AssertionError

    async with trio.open_nursery() as nursery:
        nursery.start_soon(admit, CREDENTIALS, Site(), introduce, store, inline)
        await asked.wait()
        assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - a folder in memory
        nursery.cancel_scope.cancel()
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - a folder in memory


async def test_a_stop_while_it_is_written_leaves_a_whole_file(store: Store, tmp_path: Path) -> None:
    with trio.CancelScope() as stopped:

        async def introduce(_identity: Identity, _site: Site) -> Introduction:
            await trio.lowlevel.checkpoint()
            trio.lowlevel.current_trio_token().run_sync_soon(stopped.cancel)
            return Introduction(Standing.OK)

        await admit(CREDENTIALS, Site(), introduce, store, in_thread())
    assert stopped.cancel_called
    assert read_credentials(tmp_path / "rvm-credentials.json") == CREDENTIALS


@pytest.mark.parametrize("standing", [one for one in Standing if one not in KNOWN])
async def test_who_is_not_known_is_not_kept_and_the_key_is_not_told(
    standing: Standing, store: Store, tmp_path: Path
) -> None:
    async def introduce(_identity: Identity, _site: Site) -> Introduction:
        await trio.lowlevel.checkpoint()
        assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - a folder in memory
        return Introduction(standing)

    with pytest.raises(NotWelcomeError) as refused:
        await admit(CREDENTIALS, Site(), introduce, store, inline)
    assert KEY not in str(refused.value)
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - a folder in memory
