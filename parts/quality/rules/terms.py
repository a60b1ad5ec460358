"""Words to find reports by: pairs of Chinese characters, and words of letters and digits.

Chinese has no spaces, and an index of three characters finds nothing for 漏油. So each run of characters is
cut into its pairs, and its last character stands alone: whatever one looks for, one character or ten,
begins some term.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

#: What a term is cut to; a column holds no more.
LONGEST = 32
_RUNS = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_WORDS = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Wanted(NamedTuple):
    """A term that a search asks for; ``whole``: the term itself, else whatever begins so."""

    term: str
    whole: bool


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def terms(text: str) -> frozenset[str]:
    """Return the terms of a text; a part number is found whole and by each of its pieces."""
    plain = _plain(text)
    found: set[str] = set()
    for run in _RUNS.findall(plain):
        found.update(run[place : place + 2] for place in range(len(run)))
    for word in _WORDS.findall(plain):
        found.update(piece[:LONGEST] for piece in (word, *word.split("-")))
    return frozenset(found)


def wanted(text: str) -> tuple[Wanted, ...]:
    """Return what a report must hold to be found by a text: every pair of it, or words that begin so."""
    plain, found = _plain(text), []
    for run in _RUNS.findall(plain):
        pairs = [run[place : place + 2] for place in range(len(run) - 1)]
        found += [Wanted(pair, True) for pair in pairs] or [Wanted(run, False)]
    found += [Wanted(word[:LONGEST], False) for word in _WORDS.findall(plain)]
    return tuple(dict.fromkeys(found))
