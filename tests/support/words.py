"""The portal's words in one language, looked up by their English message id; and which of them slipped through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from babel.messages.mofile import read_mo

from portal.kernel.catalogues import path_of
from portal.kernel.i18n import WINGS

#: A message with less literal text than this says nothing about where a text came from.
LITERAL = 4
PLACE = re.compile(r"%(?:\(\w+\))?[sd]")


@cache
def catalogue(locale: str) -> dict[str, str]:
    """Return every message of every wing with its words (the first form of a plural)."""
    found: dict[str, str] = {}
    for wing in WINGS:
        path = path_of(wing, locale).with_suffix(".mo")
        if not path.exists():
            continue
        with path.open("rb") as file:
            for message in read_mo(file):
                ids, words = _forms(message.id), _forms(message.string)
                if ids and ids[0] and words:
                    found.update({one: words[min(place, len(words) - 1)] for place, one in enumerate(ids)})
    return found


def _forms(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)] if value else []


class Words:
    """What the portal says in one language."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self.lang = locale.replace("_", "-")

    def __call__(self, message: str, **facts: object) -> str:
        """Return a message's words; a message that the portal no longer says fails the test."""
        words = catalogue(self.locale)[message]
        return words % facts if facts else words

    def foreign(self, texts: Iterable[str]) -> Iterator[str]:
        """Yield the texts that stand on a page in the other language although this one has words for them."""
        exact, patterns = strangers(self.locale)
        for text in dict.fromkeys(texts):
            if text in exact or any(pattern.fullmatch(text) for pattern in patterns):
                yield text


@cache
def strangers(locale: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Return what may not stand on a page of a language: whole texts, and patterns of those with figures."""
    here, there = catalogue(locale), catalogue("en" if locale == "zh_CN" else "zh_CN")
    own = set(here.values())
    different = {words for message, words in there.items() if words not in own and here.get(message) != words}
    if locale == "zh_CN":
        different |= {message for message, words in here.items() if message != words and message not in own}
    plain = frozenset(words for words in different if not PLACE.search(words))
    patterns = tuple(
        re.compile(".+?".join(re.escape(part).replace("%%", "%") for part in PLACE.split(words)), re.DOTALL)
        for words in sorted(different - plain)
        if len(re.sub(r"[\W\d]", "", PLACE.sub("", words))) >= LITERAL
    )
    return plain, patterns
