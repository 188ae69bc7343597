"""Where credentials are kept: whole, for their owner alone, and free of what came along."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rvm_edge.identity import Identity, Secret
from rvm_edge.provisioning.credentials import (
    Credentials,
    CredentialsError,
    parse_credentials,
    read_credentials,
)
from rvm_edge.provisioning.former import note_of
from rvm_edge.provisioning.one_file import keep, read_bounded
from rvm_edge.provisioning.site import BinDepth, Site, SiteError, read_site
from rvm_edge.provisioning.store import Store, encoded

SERVER = "https://rvm.example.org"
CREDENTIALS = Credentials(Identity(SERVER, "RVM-1", "RVM Test Lab", Secret("k" * 64)))
KEPT = {"serial_number", "api_key", "name", "server_url", "sync_token", "reverb_app_key"}


def store_in(folder: Path) -> Store:
    return Store(folder / "rvm-credentials.json", folder / "site.json")


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    assert not store.is_filled()
    store.save(CREDENTIALS, Site("Asia/Makassar", "en"))
    assert store.is_filled()
    assert read_credentials(tmp_path / "rvm-credentials.json") == CREDENTIALS
    assert read_site(tmp_path / "site.json") == Site("Asia/Makassar", "en")


def test_a_bin_that_was_measured_stays_as_deep_until_it_is_measured_anew(tmp_path: Path) -> None:
    store, path = store_in(tmp_path), tmp_path / "site.json"
    store.save(CREDENTIALS, Site("Asia/Makassar", "en", BinDepth(61, 12)))
    store.save(CREDENTIALS, Site(language="id"))  # a stick knows of no bin
    assert read_site(path) == Site("", "id", BinDepth(61, 12))
    store.save(CREDENTIALS, Site(bin=BinDepth(70, 12)))
    assert read_site(path) == Site(bin=BinDepth(70, 12))
    path.write_text('{"bin": {"empty_cm": 1}}')
    store.save(CREDENTIALS, Site(language="id"))
    assert read_site(path) == Site(language="id")
    store.forget()
    assert read_site(path) == Site()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_only_the_owner_can_read_it_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        store_in(tmp_path).save(CREDENTIALS, Site())
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


def test_a_link_that_lies_in_wait_is_replaced_and_not_followed(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("mine")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "rvm-credentials.json").symlink_to(theirs)
    store_in(folder).save(CREDENTIALS, Site())
    assert theirs.read_text() == "mine"
    assert not (folder / "rvm-credentials.json").is_symlink()


def test_a_disk_that_refuses_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one"
    keep(path, b"before")

    def refuse(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        keep(path, b"after")
    assert [one.name for one in tmp_path.iterdir()] == ["one"]
    assert path.read_bytes() == b"before"


def test_forgetting_takes_both_and_nothing_else(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    ledger.write_bytes(b"deposits that wait")
    store = store_in(tmp_path)
    store.save(CREDENTIALS, Site())
    assert store.forget()
    assert not store.forget()
    assert set(tmp_path.iterdir()) == {ledger, note_of(tmp_path / "rvm-credentials.json")}


def test_what_the_server_said_last_is_forgotten_with_them(tmp_path: Path) -> None:
    policy = tmp_path / "server-policy.json"
    policy.write_bytes(b"{}")
    store = Store(tmp_path / "rvm-credentials.json", tmp_path / "site.json", policy)
    store.save(CREDENTIALS, Site())
    assert store.forget()
    assert not policy.exists()


def test_a_pipe_and_a_device_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="Not an ordinary file"):
        read_bounded(tmp_path / "pipe", 10)
    with pytest.raises(OSError, match="Not an ordinary file"):
        read_bounded(Path("/dev/zero"), 10)
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        read_bounded(tmp_path / "link", 10, follow=False)


TEXTS = st.text(max_size=40) | st.sampled_from(
    [
        "a\nb",
        "a\r\nserver_url: x",
        'x", "server_url": "http://evil',
        "\u202eevil",
        "é\u0301",
        "\x00",
    ]
)
FILES = st.dictionaries(
    st.sampled_from([*sorted(KEPT), "RVM_API_KEY", "ca_file", "__proto__", "time_zone", "x\ny"]),
    TEXTS,
    max_size=6,
).map(lambda changes: {"serial_number": "RVM-1", "api_key": "k" * 64, **changes})


@settings(max_examples=300, deadline=None)
@given(FILES)
def test_no_text_in_a_file_becomes_a_setting(fields: dict[str, str]) -> None:
    try:
        credentials = parse_credentials(json.dumps(fields).encode(), SERVER)
    except CredentialsError as error:
        assert "\n" not in str(error)  # noqa: PT017 - some are refused, and some are not
        return
    raw = encoded(credentials)
    written = json.loads(raw)
    assert written.keys() <= KEPT
    assert b"\n" not in raw
    assert all(text.isprintable() for text in written.values())
    assert parse_credentials(raw) == credentials
    if "server_url" not in fields:
        assert written["server_url"] == SERVER


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"time_zone": "../../etc/passwd"}', "time_zone is none"),
        ('{"time_zone": "Asia/Nowhere"}', "time_zone is none"),
        ('{"time_zone": "Asia/Jakarta\\nPATH=x"}', "time_zone is none"),
        ('{"time_zone": "/etc/localtime"}', "time_zone is none"),
        ('{"language": "fr"}', "language must be"),
        ('{"timezone": "UTC"}', "did you mean time_zone"),
        ("[]", "must be a table"),
        ("{", "site.json"),
        (" " * 5000, "larger than"),
    ],
)
def test_a_site_that_is_none_is_refused_in_one_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "site.json"
    path.write_text(text)
    with pytest.raises(SiteError, match=why) as refused:
        read_site(path)
    assert "\n" not in str(refused.value)


def test_where_nothing_was_chosen_nothing_is(tmp_path: Path) -> None:
    assert read_site(tmp_path / "site.json") == Site()
