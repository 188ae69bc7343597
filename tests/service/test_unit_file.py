"""What is read of a unit file is what systemd reads of it (systemd.syntax(7))."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.packaged import config_file
from rvm_edge.service.unit_file import unit_texts, words_of

GROUPS = "SupplementaryGroups"


def test_what_is_said_twice_is_added_and_nothing_forgets() -> None:
    assert words_of([f"{GROUPS}=a b\n{GROUPS} = b c"], GROUPS) == ("a", "b", "c")
    assert words_of([f"{GROUPS}=a b", f"{GROUPS}=\n{GROUPS}=c"], GROUPS) == ("c",)


def test_comments_and_other_keys_say_nothing_and_lines_go_on() -> None:
    text = f"# {GROUPS}=x\n;{GROUPS}=y\nGroup=z\n{GROUPS}=a \\\n# in between\n  b\n"
    assert words_of([text], GROUPS) == ("a", "b")


def test_drop_ins_come_after_their_unit_in_the_order_of_their_names(tmp_path: Path) -> None:
    unit = tmp_path / "one.service"
    unit.write_text("first")
    folder = tmp_path / "one.service.d"
    folder.mkdir()
    for name in ("20-b.conf", "10-a.conf", "30-c.txt"):
        (folder / name).write_text(name)
    assert unit_texts(unit) == ("first", "10-a.conf", "20-b.conf")


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    assert all(word == word.strip() for word in words_of([text], GROUPS))


def test_whoever_a_unit_puts_into_a_group_is_put_there_by_sysusers_too() -> None:
    lines = config_file("sysusers/rvm-edge.conf").read_text().splitlines()
    memberships = {tuple(line.split()[1:3]) for line in lines if line.startswith("m ")}
    asked = set()
    for name in ("rvm-edge", "rvm-kiosk"):
        texts = unit_texts(config_file(f"systemd/{name}.service"))
        (user,) = words_of(texts, "User")
        asked |= {(user, group) for group in words_of(texts, GROUPS)}
    assert memberships == asked
