"""Where a page may lead, and how an address is named in a log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.kiosk.keeper.navigation import Fence, spoken
from rvm_edge.settings.origins import plain_origin_of

FENCE = Fence(("https://rvm.example/rvm-ui/7?signature=ab", "http://127.0.0.1:8888"))


@pytest.mark.parametrize(
    "url",
    [
        "about:blank",
        "https://rvm.example",
        "https://rvm.example:443/other?page",
        "https://RVM.example/",
        "http://127.0.0.1:8888/#token=x",
    ],
)
def test_the_machines_and_the_servers_pages_are_let_through(url: str) -> None:
    assert FENCE.lets(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://rvm.example/",
        "https://rvm.example.evil.test/",
        "https://rvm.example@evil.test/",
        "https://rvm.example:444/",
        "https://user@rvm.example/",
        "http://127.0.0.1:8889/",
        "http://localhost:8888/",
        "https://[::1",
        "https://rvm.example:port/",
        "about:blank#x",
        "chrome://settings",
        "data:text/html,x",
        "file:///etc/passwd",
        "view-source:https://rvm.example/",
    ],
)
def test_everything_else_is_not(url: str) -> None:
    assert not FENCE.lets(url)


@given(st.text(max_size=50))
def test_a_log_never_holds_a_path_or_a_signature(rest: str) -> None:
    assert spoken(f"https://rvm.example/{rest}") == "https://rvm.example"
    assert len(spoken(rest)) <= 60


@given(st.text(max_size=50))
def test_an_origin_is_its_own_origin(url: str) -> None:
    for one in (url, f"https://{url}"):
        assert plain_origin_of(plain_origin_of(one)) == plain_origin_of(one)
