"""What is told of a verdict, in both of the machine's languages, as pages get it."""

from __future__ import annotations

import msgspec

from rvm_edge.item import Reason
from rvm_edge.wording import wording_of


class Words(msgspec.Struct, frozen=True):
    """What to tell people about a verdict, in one language.

    Attributes:
        happened: a short headline.
        advice: what to do now, as one sentence.
    """

    happened: str
    advice: str


class BothWords(msgspec.Struct, frozen=True):
    """The same in the machine's two languages.

    Attributes:
        id: Indonesian.
        en: English.
    """

    id: Words
    en: Words


def words_of(reason: Reason) -> BothWords:
    """Return what to tell people about a verdict with this reason."""
    wording = wording_of(reason)
    return BothWords(
        id=Words(wording.indonesian.happened, wording.indonesian.advice),
        en=Words(wording.english.happened, wording.english.advice),
    )
