"""The three forms in which the server exports credentials, and everything that is none of them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rvm_edge.identity import Identity, Secret
from rvm_edge.provisioning.credentials import (
    MOST_BYTES,
    Credentials,
    CredentialsError,
    origin_of,
    parse_credentials,
    read_credentials,
)
from rvm_edge.provisioning.problems import Problem, ProblemError

KEY = "aB3" * 21 + "z"
SERIAL = "RVM-202601-042"
TOKEN = "7|tokentoken"  # noqa: S105 - made up
BLANK = "a b"
SERVER = "https://rvm.example.org"
EXPORTED: dict[str, object] = {
    "serial_number": SERIAL,
    "api_key": KEY,
    "name": "RVM Test Lab",
    "generated_at": "2026-01-27T05:17:38.837Z",
}
CONFIGURATION = {"rvm_edge_config": {"device_id": "x", "api_key": "", "mqtt": {}}}


def file_of(**changes: object) -> bytes:
    """Return the file that the page of assignments exports, with some keys changed."""
    return json.dumps({**EXPORTED, **changes}).encode()


def refusal(raw: bytes, server_url: str = SERVER) -> str:
    with pytest.raises(CredentialsError) as refused:
        parse_credentials(raw, server_url)
    return str(refused.value)


def test_the_page_of_assignments_exports_everything_but_the_server() -> None:
    identity = Identity(SERVER, SERIAL, "RVM Test Lab", Secret(KEY))
    assert parse_credentials(file_of(), SERVER) == Credentials(identity)


@pytest.mark.parametrize("name", [None, ""])
def test_a_machine_without_a_name_is_called_by_its_serial(name: str | None) -> None:
    assert parse_credentials(file_of(name=name), SERVER).identity.name == SERIAL


def test_the_wizard_for_machines_exports_no_name() -> None:
    exported = {key: value for key, value in EXPORTED.items() if key != "name"}
    identity = parse_credentials(json.dumps(exported).encode(), SERVER).identity
    assert identity.name == SERIAL


def test_a_downloaded_configuration_has_no_key() -> None:
    assert "API key missing" in refusal(json.dumps(CONFIGURATION).encode())


def test_what_a_technician_adds_is_read() -> None:
    added = file_of(
        server_url="https://RVM.example.org/api/v1/", sync_token=TOKEN, reverb_app_key="app-key_1"
    )
    credentials = parse_credentials(added, "https://asked.example")
    assert credentials.identity.server_url == SERVER
    assert credentials.identity.sync_token == Secret(TOKEN)
    assert credentials.reverb_app_key == "app-key_1"


def test_keys_that_a_later_server_adds_do_no_harm() -> None:
    assert parse_credentials(file_of(firmware={"a": [1]}), SERVER).identity.hardware_id == SERIAL


def test_a_file_that_went_through_a_windows_editor_is_read() -> None:
    assert parse_credentials(b"\xef\xbb\xbf" + file_of(), SERVER).identity.hardware_id == SERIAL


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (file_of(api_key=""), "API key missing"),
        (file_of(api_key=None), "API key missing"),
        (b"{}", "serial_number is missing"),
        (file_of(serial_number=" "), "serial_number is missing"),
        (
            file_of(serial_number="N/A"),
            "serial_number is N/A: the export failed; do it again from a machine's own page",
        ),
        (file_of(api_key="n/a"), "api_key is N/A: the export failed"),
        (file_of(name="N/A"), "name is N/A: the export failed"),
        (file_of(serial_number="RVM\n1"), "serial_number holds a control character"),
        (file_of(api_key="a\tb" * 9), "api_key holds a control character"),
        (file_of(name="\u202eLab"), "name holds a control character"),
        (file_of(api_key="two words"), "api_key holds a blank"),
        (file_of(api_key="schlüssel"), "not ASCII"),
        (file_of(serial_number="R" * 101), "serial_number is longer than 100 characters"),
        (file_of(name="N" * 256), "name is longer than 255 characters"),
        (file_of(api_key="k" * 513), "api_key is longer than 512 characters"),
        (file_of(sync_token=BLANK), "sync_token holds a blank"),
        (file_of(reverb_app_key="a/b"), "reverb_app_key holds other signs"),
        (file_of(api_key=5), "is not an export of credentials"),
        (b"[]", "is not an export of credentials"),
        (b"<html>", "is not JSON"),
        (b"", "is not JSON"),
        (b'{"api_key":"\xff"}', "is not UTF-8"),
        (b'{"x":' * 12_000, "nested too deeply"),
        (b'{"serial_number":"RVM-1","x":' + b"[" * 60_000, "nested too deeply"),
        (file_of(api_key=float("nan")), "is not JSON"),
        (file_of(other=float("inf")), "is not JSON"),
        (file_of(serial_number="RVM\x001"), "serial_number holds a control character"),
        (file_of() + b"\x00", "is not JSON"),
        (file_of().decode().encode("utf-16"), "is not"),
        (file_of().decode().encode("utf-32-le"), "is not"),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + file_of(), "is not JSON"),
        (file_of() + file_of(), "is not JSON"),
        (b"PK\x03\x04" + bytes(200), "is not"),
        (gzip.compress(file_of()), "is not"),
        (b" " * (MOST_BYTES + 1), "larger than 65536 bytes"),
    ],
)
def test_every_wrong_file_is_refused_in_its_own_words(raw: bytes, said: str) -> None:
    message = refusal(raw)
    assert said in message
    assert message.startswith("rvm-credentials.json")
    assert "\n" not in message


@pytest.mark.parametrize(
    "key", ["serial_number", "api_key", "name", "server_url", "sync_token", "reverb_app_key"]
)
@pytest.mark.parametrize("other", ["evil", ""])
def test_a_file_that_says_one_thing_twice_is_refused(key: str, other: str) -> None:
    added = file_of(server_url=SERVER, sync_token=TOKEN, reverb_app_key="app")
    for raw in (
        added.removesuffix(b"}") + f', "{key}": "{other}"}}'.encode(),
        f'{{"{key}": "{other}", '.encode() + added.removeprefix(b"{"),
        added.removesuffix(b"}") + f', "\\u{ord(key[0]):04x}{key[1:]}": "{other}"}}'.encode(),
    ):
        with pytest.raises(CredentialsError, match=f"{key} is there twice") as refused:
            parse_credentials(raw)
        assert refused.value.problem is Problem.BAD_TEXT


def test_a_thing_that_is_said_twice_where_nobody_looks_is_refused_and_not_quoted() -> None:
    message = refusal(file_of().removesuffix(b"}") + f', "x": [{{"{KEY}":1,"{KEY}":2}}]}}'.encode())
    assert "a key is there twice" in message
    assert KEY not in message


def test_a_file_without_a_server_says_how_to_give_one() -> None:
    message = refusal(file_of(), server_url="")
    assert 'add "server_url": "https://…" to the file' in message
    assert "name the server when you import it" in message


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://rvm.example.org", SERVER),
        (" HTTPS://rvm.example.org/ ", SERVER),
        ("https://rvm.example.org/api/v1", SERVER),
        ("https://rvm.example.org//api/v1//", SERVER),
        ("https://rvm.example.org/api", SERVER),
        ("http://10.0.0.2:8000", "http://10.0.0.2:8000"),
        ("http://[::1]:8000/api/v1", "http://[::1]:8000"),
        ("http://[fd00::1]", "http://[fd00::1]"),
        ("https://localhost:0443", "https://localhost:443"),
    ],
)
def test_a_servers_address_is_its_origin(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "rvm.example.org",
        "//rvm.example.org",
        "ftp://rvm.example.org",
        "file:///etc/passwd",
        "https://",
        "https://user@rvm.example.org",
        "https://user:word@rvm.example.org",
        "https://rvm.example.org@evil.example",
        "https://rvm.example.org\\@evil.example",
        "https://rvm.example.org/rvm-ui/x",
        "https://rvm.example.org/api/v2",
        "https://rvm.example.org?x=1",
        "https://rvm.example.org#x",
        "https://rvm.example.org:0",
        "https://rvm.example.org:65536",
        "https://rvm.example.org:",
        "https://rvm.example.org:٣",
        "https://rvm exa.org",
        "https://rvm.exa\nmple.org",
        "https://-a",
        "https://[::1",
        "https://[x]",
    ],
)
def test_anything_but_a_servers_address_is_refused(url: str) -> None:
    message = refusal(file_of(server_url=url))
    assert "server_url must be" in message or "IPv" in message
    assert "user:word" not in message


@pytest.mark.parametrize("spoilt", ["serial_number", "name", "server_url", "sync_token"])
def test_no_refusal_quotes_a_secret(spoilt: str) -> None:
    message = refusal(file_of(**{"sync_token": TOKEN, spoilt: "a\tb c"}))
    assert KEY not in message
    assert TOKEN not in message


def test_no_repr_shows_a_secret() -> None:
    shown = repr(parse_credentials(file_of(sync_token=TOKEN), SERVER))
    assert KEY not in shown
    assert TOKEN not in shown


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match=r"none\.json: no such file"):
        read_credentials(tmp_path / "none.json")
    with pytest.raises(CredentialsError, match="is a directory"):
        read_credentials(tmp_path)


def test_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "rvm-credentials-RVM-202601-042.json"
    path.write_bytes(file_of())
    assert read_credentials(path, SERVER).identity.hardware_id == SERIAL


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [*EXPORTED, "server_url", "sync_token", "reverb_app_key", "rvm_edge_config", "other"]
)
TEXTS = st.text() | st.text(alphabet="htps:/.@[]0123456789abcxyz?#%\\ ").map("https://".__add__)
FILES = st.binary(max_size=300) | st.dictionaries(KEYS, JSON | TEXTS).map(
    lambda changes: json.dumps({**EXPORTED, **changes}).encode()
)


@settings(deadline=None)
@given(FILES, TEXTS)
def test_no_file_and_no_address_do_anything_but_be_read_or_refused(
    raw: bytes, server_url: str
) -> None:
    credentials, said = None, ""
    try:
        credentials = parse_credentials(raw, server_url)
    except CredentialsError as error:
        said = str(error)
    assert "\n" not in said
    assert KEY not in said
    if credentials is None:
        return
    identity = credentials.identity
    assert 0 < len(identity.hardware_id) <= 100
    assert 0 < len(identity.name) <= 255
    assert identity.api_key.reveal().isascii()
    scheme, _, rest = identity.server_url.partition("://")
    assert scheme in {"http", "https"}
    assert rest
    assert not set(rest) & set("/@?#\\ ")
    assert origin_of(identity.server_url) == identity.server_url


@pytest.mark.parametrize(
    "url",
    ["https://rvm.[example", "http://[::1", "https://]/", "https://[v1.x]:1", "http://a\u2100"],
)
def test_half_an_address_is_refused_as_none_is(url: str) -> None:
    with pytest.raises(ProblemError) as refused:
        origin_of(url)
    assert refused.value.problem is Problem.BAD_SERVER
