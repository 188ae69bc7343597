"""Who the machine is stands in a file that is read once, until it is another."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from rvm_edge.cli.own import link as own_link
from rvm_edge.cli.own.link import identity_in
from rvm_edge.cli.own.log import own_log
from rvm_edge.identity import Identity, Secret
from rvm_edge.locations import Locations
from rvm_edge.provisioning.credentials import Credentials, read_credentials
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.store import Store
from rvm_edge.settings import Settings


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every file of credentials that was read."""
    files: list[Path] = []

    def counted(path: Path) -> Credentials:
        files.append(path)
        return read_credentials(path)

    monkeypatch.setattr(own_link, "read_credentials", counted)
    return files


def _is(key: str) -> Credentials:
    return Credentials(Identity("http://127.0.0.1:9", "RVM-1", "One", Secret(key)))


def test_the_file_is_read_once_and_another_one_at_once(tmp_path: Path, read: list[Path]) -> None:
    here = Locations(tmp_path, tmp_path)
    store = Store(here.credentials_path, here.site_path)
    identity = identity_in(here.credentials_path)
    assert identity() is None
    for key in ("rvm_live_0123456789", "rvm_live_9876543210"):  # of one length
        store.save(_is(key), Site())
        del read[:]
        assert [identity() for _ in range(5)] == [_is(key).identity] * 5
        assert len(read) == 1
    store.forget()
    assert identity() is None


def test_what_is_written_over_the_file_by_hand_is_noticed_too(tmp_path: Path) -> None:
    path = tmp_path / "theirs.json"
    told = {"server_url": "http://127.0.0.1:9", "serial_number": "RVM-1", "name": "One"}
    path.write_text(json.dumps({**told, "api_key": "rvm_live_0123456789"}))
    identity = identity_in(path)
    assert identity() == _is("rvm_live_0123456789").identity
    path.write_text("half of")
    assert identity() is None
    path.write_text(json.dumps({**told, "api_key": "rvm_live_9876543210_longer"}))
    assert identity() == _is("rvm_live_9876543210_longer").identity


def test_many_lines_of_the_log_are_one_look_into_the_file(tmp_path: Path, read: list[Path]) -> None:
    here = Locations(tmp_path, tmp_path, logs_dir=tmp_path)
    Store(here.credentials_path, here.site_path).save(_is("rvm_live_0123456789"), Site())
    identity = identity_in(here.credentials_path)
    with own_log(here, Settings(), None, identity, as_json=False):
        for _ in range(100):
            logging.getLogger("rvm_edge.tested").warning("refused: rvm_live_0123456789")
    assert len(read) == 1
    said = (tmp_path / "rvm-edge.jsonl").read_text()
    assert said.count("[hidden]") == 100
    assert "rvm_live" not in said
