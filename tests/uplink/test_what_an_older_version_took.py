"""Deposits of a version that noted for nobody whose they are, and a machine that is another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from trio.testing import MockClock

from rvm_edge.identity import Identity, Secret
from rvm_edge.ledger import open_ledger, read_only
from rvm_edge.ledger.registrations import in_force
from rvm_edge.offload import inline
from rvm_edge.provisioning.credentials import Credentials
from rvm_edge.provisioning.former import note_of
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.store import Store
from rvm_edge.uplink.former import settle_former
from tests.ledger.scenes import TestClock, drop
from tests.served_rig import ServedRig, online_and_idle

BEFORE = Identity("https://rvm.example.org", "RVM-1", "Lab", Secret("k" * 64))
AFTER = Identity("https://rvm.example.org", "RVM-2", "Lab", Secret("x" * 64))


@pytest.mark.parametrize("way", ["reset", "replaced"])
async def test_a_reset_before_the_first_start_gives_the_next_machine_nothing(
    tmp_path: Path, way: str
) -> None:
    path = tmp_path / "rvm-credentials.json"
    store = Store(path, tmp_path / "site.json")
    store.save(Credentials(BEFORE), Site())
    async with open_ledger(tmp_path / "ledger.sqlite", inline, TestClock()) as ledger:
        theirs = await drop(ledger, 2)
        if way == "reset":
            store.forget()
        store.save(Credentials(AFTER), Site())
        await settle_former(ledger.outbox, path, inline)
        await ledger.outbox.become(AFTER.registration)
        ours = await drop(ledger, 1)
        assert [one.record.client_uuid for one in await ledger.outbox.next_batch(9)] == ours
        assert (await ledger.outbox.counts()).held == 2
        await ledger.outbox.become(BEFORE.registration)
        found = [one.record.client_uuid for one in await ledger.outbox.next_batch(9)]
        assert sorted(found) == sorted(theirs)
    assert not note_of(path).exists()


async def test_a_start_settles_it(autojump_clock: MockClock, either: ServedRig) -> None:
    path = either.locations.credentials_path
    path.parent.mkdir(parents=True, exist_ok=True)
    store = Store(path, either.locations.site_path)
    store.save(Credentials(BEFORE), Site())
    store.forget()
    async with either.boot() as booted:
        await online_and_idle(booted)
    assert not note_of(path).exists()
    with read_only(either.locations.ledger_path) as connection:
        known = connection.execute("SELECT hardware_id FROM registrations ORDER BY number")
        assert [serial for (serial,) in known] == ["RVM-1", either.identity.hardware_id]
        assert in_force(connection) == either.identity.registration
