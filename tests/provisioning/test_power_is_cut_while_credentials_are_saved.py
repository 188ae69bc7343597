"""A stop at any point between the handshake and the saved file leaves the old ones or the new."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rvm_edge.provisioning.credentials import read_credentials
from rvm_edge.provisioning.site import read_site
from rvm_edge.provisioning.stored_credentials import FILE_NAME
from tests.provisioning.killed_keeper import NEW, OLD, store_in

CHECKOUT = Path(__file__).resolve().parents[2]
FEWEST_POINTS = 20


def killed_in(root: Path, before: str) -> list[Path]:
    """Kill it at one point after the other; return the folders, and in the last one it survived."""
    subprocess.run(
        [sys.executable, "-m", "tests.provisioning.killed_keeper", str(root), before],
        cwd=CHECKOUT,
        check=True,
        timeout=60,
    )
    return sorted(root.iterdir())


@pytest.mark.parametrize("before", ["old", "none"])
def test_killed_at_any_point_it_is_who_it_was_or_who_it_is_to_be(
    tmp_path: Path, before: str
) -> None:
    folders = killed_in(tmp_path, before)
    assert len(folders) > FEWEST_POINTS
    known = []
    for folder in folders:
        modes = {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()}
        assert modes <= {0o600}
        path = folder / FILE_NAME
        found = read_credentials(path) if path.exists() else None
        read_site(folder / "site.json")
        known.append(found)
    first = OLD if before == "old" else None
    assert known[0] == first
    assert known[-1] == NEW
    changed = known.index(NEW)
    assert known == [first] * changed + [NEW] * (len(known) - changed)
    assert read_site(folders[-1] / "site.json").time_zone == "Asia/Jakarta"


def test_what_a_cut_left_lying_beside_is_gone_with_the_next_file(tmp_path: Path) -> None:
    left = [one for one in killed_in(tmp_path, "none") if holding_the_key(one)]
    assert any(not (one / FILE_NAME).exists() for one in left), "nothing was ever left beside"
    for number, folder in enumerate(left):
        store = store_in(folder)
        if number % 2:
            store.save(OLD, read_site(folder / "site.json"))
        else:
            store.forget()
        assert holding_the_key(folder) == []


def holding_the_key(folder: Path) -> list[Path]:
    """Return the files that hold the key that was to be saved."""
    key = NEW.identity.api_key.reveal()
    return [one for one in folder.iterdir() if key in one.read_text()]
