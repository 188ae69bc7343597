"""What `run` says of its screen: a token is for eyes at a terminal, and for no file."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from rvm_edge.cli.telling import Teller
from rvm_edge.display import ScreenNews

ADDRESS = "http://127.0.0.1:8888/"
TOKEN = "this-boots-own"  # noqa: S105 - a test's


@pytest.fixture
def news(tmp_path: Path) -> ScreenNews:
    token_file = tmp_path / "screen-token"
    token_file.write_text(f"{TOKEN}\n")
    return ScreenNews(screen=ADDRESS, token_file=str(token_file))


@contextmanager
def stderr_at(descriptor: int) -> Iterator[None]:
    before = os.dup(2)
    os.dup2(descriptor, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


async def told_at(descriptor: int, news: ScreenNews, capfd: pytest.CaptureFixture[str]) -> None:
    with capfd.disabled(), stderr_at(descriptor):
        await Teller(as_json=False).tell_of_screen(news)


async def test_at_a_terminal_the_address_can_be_opened_as_it_is(
    news: ScreenNews, capfd: pytest.CaptureFixture[str]
) -> None:
    near, far = pty.openpty()
    await told_at(far, news, capfd)
    assert os.read(near, 1000) == f"screen at {ADDRESS}#token={TOKEN}\r\n".encode()
    os.close(near)
    os.close(far)


async def test_a_file_or_a_pipe_hears_where_the_token_lies_and_not_the_token(
    news: ScreenNews, capfd: pytest.CaptureFixture[str]
) -> None:
    near, far = os.pipe()
    await told_at(far, news, capfd)
    said = os.read(near, 1000).decode()
    assert news.token_file in said
    assert TOKEN not in said
    os.close(near)
    os.close(far)


async def test_a_token_that_cannot_be_read_costs_the_line_nothing_else(
    news: ScreenNews, capfd: pytest.CaptureFixture[str]
) -> None:
    await trio.Path(news.token_file).unlink()
    near, far = pty.openpty()
    await told_at(far, news, capfd)
    assert f"screen at {ADDRESS} ".encode() in os.read(near, 1000)
    os.close(near)
    os.close(far)
