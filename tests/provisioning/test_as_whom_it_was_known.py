"""Before credentials are taken away it is noted whose they were, and never the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from rvm_edge.identity import Identity, Registration, Secret
from rvm_edge.provisioning.credentials import Credentials
from rvm_edge.provisioning.former import note_of, read_former
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.store import Store

KEY = "k" * 64


def known_as(serial: str, server: str = "https://rvm.example.org", key: str = KEY) -> Credentials:
    return Credentials(Identity(server, serial, "Lab", Secret(key)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rvm-credentials.json"


@pytest.fixture
def store(path: Path) -> Store:
    return Store(path, path.with_name("site.json"))


def test_a_reset_notes_who_it_was(store: Store, path: Path) -> None:
    store.save(known_as("RVM-1"), Site())
    assert read_former(path) is None
    store.forget()
    assert read_former(path) == Registration("https://rvm.example.org", "RVM-1")
    assert KEY not in note_of(path).read_text()


@pytest.mark.parametrize(
    ("other", "noted"),
    [
        (known_as("RVM-2"), True),
        (known_as("RVM-1", "https://mall.example.net"), True),
        (known_as("RVM-1", key="x" * 64), False),
    ],
)
def test_so_do_credentials_of_another_machine_and_not_another_key(
    store: Store, path: Path, other: Credentials, noted: bool
) -> None:
    store.save(known_as("RVM-1"), Site())
    store.save(other, Site())
    assert (read_former(path) is not None) == noted


def test_of_several_in_turn_the_first_counts(store: Store, path: Path) -> None:
    for serial in ("RVM-1", "RVM-2", "RVM-3"):
        store.save(known_as(serial), Site())
    store.forget()
    assert read_former(path) == Registration("https://rvm.example.org", "RVM-1")


def test_what_was_never_any_good_is_not_noted(store: Store, path: Path) -> None:
    path.write_text("{")
    store.forget()
    assert not note_of(path).exists()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[" * 3_000,
        b"\xff",
        b"{}",
        b'{"version":1,"server_url":"","hardware_id":"x"}',
        b'{"version":2,"server_url":"https://a","hardware_id":"x"}',
        b" " * 5_000,
    ],
)
def test_a_note_that_is_none_is_none(path: Path, said: bytes) -> None:
    note_of(path).write_bytes(said)
    assert read_former(path) is None
