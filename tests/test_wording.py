"""Every verdict has words for people, in both languages."""

from __future__ import annotations

import pytest

from rvm_edge.item import Reason
from rvm_edge.wording import Phrase, wording_of


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_says_what_happened_and_what_to_do(reason: Reason) -> None:
    words = wording_of(reason)
    for phrase in (words.indonesian, words.english):
        assert 5 < len(phrase.happened) <= 40
        assert not phrase.happened.endswith(".")
        assert phrase.advice.endswith(".")
    assert words.indonesian != words.english


def test_no_two_reasons_read_the_same() -> None:
    told: set[Phrase] = set()
    for reason in Reason:
        words = wording_of(reason)
        assert not {words.indonesian, words.english} & told
        told |= {words.indonesian, words.english}
