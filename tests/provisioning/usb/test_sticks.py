"""USB sticks: noticed in the kernel's own table, read within bounds, and never trusted."""

from __future__ import annotations

import json
import os
from contextlib import aclosing, suppress
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import wait_all_tasks_blocked

from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.usb.mounts import new_sticks, sticks_in
from rvm_edge.provisioning.usb.stick import MOST_ENTRIES, StickError, read_stick

KEY = "k" * 64
NAMED = {"serial_number": "RVM-1", "api_key": KEY, "server_url": "https://rvm.example.org"}
UNNAMED = {"serial_number": "RVM-1", "api_key": KEY}
TABLE = """\
22 28 0:21 / /proc rw,nosuid - proc proc rw
90 28 8:1 / /run/rvm-edge-usb/sda1 ro,nosuid shared:5 - vfat /dev/sda1 ro
91 28 8:2 / /media/tech/MY\\040STICK rw - vfat /dev/sdb1 rw
92 28 8:3 / /media/../etc rw - vfat /dev/sdc1 rw
93 28 8:4 / /srv/media rw - ext4 /dev/sdd1 rw
94 28 8:5 / /media rw - tmpfs none rw
"""


def put(folder: Path, name: str, holds: object) -> Path:
    path = folder / name
    path.write_text(holds if isinstance(holds, str) else json.dumps(holds))
    return path


def refusal(folder: Path) -> str:
    with pytest.raises(StickError) as refused:
        read_stick(folder)
    message = str(refused.value)
    assert "\n" not in message
    assert KEY not in message
    return message


def test_what_lies_below_a_place_for_sticks_is_one() -> None:
    found = {str(path) for path in sticks_in(TABLE)}
    assert found == {"/run/rvm-edge-usb/sda1", "/media/tech/MY STICK"}


@given(st.text())
def test_no_table_breaks_it(table: str) -> None:
    sticks_in(table)


async def test_the_kernels_table_is_waited_for_and_let_go_of() -> None:
    seen: list[Path] = []
    async with trio.open_nursery() as nursery:

        async def follow() -> None:
            async with aclosing(new_sticks((Path("/"),))) as sticks:
                async for one in sticks:
                    seen.append(one)  # noqa: PERF401 - it never ends

        nursery.start_soon(follow)
        await wait_all_tasks_blocked(0.05)
        assert Path("/proc") in seen
        assert watched() == 1
        nursery.cancel_scope.cancel()
    assert watched() == 0


def watched() -> int:
    """Return how often this process has the kernel's table open."""
    count = 0
    for one in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one that lists them is gone again
            count += one.readlink().name == "mountinfo"
    return count


def test_one_file_that_names_its_server_is_enough(tmp_path: Path) -> None:
    put(tmp_path, "rvm-credentials-RVM-1.json", NAMED)
    put(tmp_path, "holiday.jpg", "x")
    found = read_stick(tmp_path)
    assert found is not None
    assert found[0].identity.hardware_id == "RVM-1"
    assert found[1] == Site()


def test_a_file_beside_it_names_the_server(tmp_path: Path) -> None:
    put(tmp_path, "rvm-credentials.json", UNNAMED)
    assert "rvm-site.json" in refusal(tmp_path)
    put(
        tmp_path,
        "rvm-site.json",
        {"server_url": "http://10.0.0.2:8000/api/v1", "time_zone": "Asia/Jakarta"},
    )
    found = read_stick(tmp_path)
    assert found is not None
    assert found[0].identity.server_url == "http://10.0.0.2:8000"
    assert found[1] == Site("Asia/Jakarta")


def test_a_file_beside_it_may_have_gone_through_a_windows_editor(tmp_path: Path) -> None:
    put(tmp_path, "rvm-credentials.json", UNNAMED)
    site = b'\xef\xbb\xbf{\r\n"server_url": "https://rvm.example.org"\r\n}'
    (tmp_path / "rvm-site.json").write_bytes(site)
    found = read_stick(tmp_path)
    assert found is not None
    assert found[0].identity.server_url == "https://rvm.example.org"


def test_a_file_beside_it_whose_ending_a_windows_editor_hid_is_named(tmp_path: Path) -> None:
    put(tmp_path, "rvm-credentials.json", UNNAMED)
    put(tmp_path, "rvm-site.json.txt", {"server_url": "https://rvm.example.org"})
    assert "rvm-site.json.txt" in refusal(tmp_path)


def test_a_stick_with_nothing_for_the_machine_is_nobodys_business(tmp_path: Path) -> None:
    put(tmp_path, "notes.txt", "x")
    assert read_stick(tmp_path) is None


def test_of_several_files_none_is_taken(tmp_path: Path) -> None:
    put(tmp_path, "rvm-credentials-RVM-1.json", NAMED)
    put(tmp_path, "rvm-credentials-RVM-2.json", NAMED)
    assert "several" in refusal(tmp_path)


def test_a_link_leads_nowhere(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "rvm-credentials.json").symlink_to(put(tmp_path, "elsewhere", NAMED))
    assert "symbolic" in refusal(stick)


def test_a_link_to_a_device_leads_nowhere_either(tmp_path: Path) -> None:
    (tmp_path / "rvm-credentials.json").symlink_to("/dev/zero")
    assert "symbolic" in refusal(tmp_path)
    (tmp_path / "rvm-credentials.json").unlink()
    put(tmp_path, "rvm-credentials.json", UNNAMED)
    (tmp_path / "rvm-site.json").symlink_to("/dev/zero")
    assert "symbolic" in refusal(tmp_path)


def test_what_lies_deeper_is_never_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "rvm"
    folder.mkdir()
    put(folder, "rvm-credentials.json", NAMED)
    assert read_stick(tmp_path) is None


def test_a_stick_with_names_without_end_is_not_looked_through(tmp_path: Path) -> None:
    for number in range(MOST_ENTRIES):
        (tmp_path / f"{number}.txt").touch()
    assert read_stick(tmp_path) is None
    put(tmp_path, "rvm-credentials.json", NAMED)
    assert f"more than {MOST_ENTRIES} names" in refusal(tmp_path)


@pytest.mark.parametrize("trick", ["\n", "\x1b[2J", "\u202e", "\r\nWARNING all is well"])
def test_a_name_that_would_forge_a_line_is_no_name(tmp_path: Path, trick: str) -> None:
    put(tmp_path, f"rvm-credentials{trick}.json", "{")
    assert read_stick(tmp_path) is None


def test_a_pipe_a_folder_and_a_giant_are_refused(tmp_path: Path) -> None:
    name = tmp_path / "rvm-credentials.json"
    os.mkfifo(name)
    assert "Not an ordinary file" in refusal(tmp_path)
    name.unlink()
    name.mkdir()
    assert "directory" in refusal(tmp_path)
    name.rmdir()
    name.write_bytes(b" " * 70_000)
    assert "larger than" in refusal(tmp_path)


@pytest.mark.parametrize(
    "site",
    [
        {"ca_file": "/etc/passwd"},
        {"server_url": "javascript:alert(1)"},
        {"time_zone": "Asia/Jakarta\nX=1"},
        '{"server_url": "https://a.example", "server_url": "https://b.example"}',
        '{"time_zone": NaN}',
        "[]",
        "{",
        "x" * 5000,
    ],
)
def test_a_site_that_is_none_spoils_it_all(tmp_path: Path, site: object) -> None:
    put(tmp_path, "rvm-credentials.json", UNNAMED)
    put(tmp_path, "rvm-site.json", site)
    assert "rvm-site.json" in refusal(tmp_path)


def test_a_stick_that_is_gone_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "gone")
