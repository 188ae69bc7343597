"""JSON from outside has one way in, and one error for whatever cannot pass."""

from __future__ import annotations

from typing import Annotated

import msgspec
import pytest
from msgspec import Meta

from rvm_edge.untrusted_json import UnreadableError, read_json


class _Order(msgspec.Struct, frozen=True):
    word: Annotated[str, Meta(max_length=8)]
    count: int = 0

    def __post_init__(self) -> None:
        if self.word == "never":
            raise ValueError("never is no word")


def test_what_has_the_type_is_returned() -> None:
    assert read_json(b'{"word": "open", "count": 2}', _Order) == _Order("open", 2)


def test_a_text_is_read_like_its_bytes() -> None:
    assert read_json('["a"]', tuple[str, ...]) == ("a",)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"word": "far too long"}', "length <= 8"),
        (b'{"word": "never"}', "never is no word"),
        (b'{"word": "\xff"}', "not UTF-8 text"),
        ('{"word": "\ud800"}', "not UTF-8 text"),
        (b'{"word": "a", "more": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"word": "a", "count": "2"}', "Expected `int`, got `str`"),
    ],
)
def test_whatever_else_it_is_it_is_refused_with_one_error(said: bytes | str, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read_json(said, _Order)


def test_numbers_in_quotes_are_numbers_only_where_that_is_asked_for() -> None:
    assert read_json(b'{"word": "a", "count": "2"}', _Order, strict=False) == _Order("a", 2)


def test_a_refusal_does_not_grow_with_what_was_sent() -> None:
    class Chosen(msgspec.Struct, tag="known"):
        pass

    sent = b'{"type": "%s"}' % (b"x" * 10_000)
    with pytest.raises(UnreadableError) as refused:
        read_json(sent, Chosen)
    assert len(str(refused.value)) <= 200
