"""By which words a part is found.

A Chinese name is found by any piece of it, because nobody writes blanks between its words: each pair
of neighbouring characters is a term. A Latin word is found by its beginning, its first three letters
are a term; and pinyin initials by any piece, each pair of letters is a term behind a tilde. Terms are
looked up whole, which is what keeps a search among 200,000 parts in the order of their numbers cheap;
whatever is longer than a term is compared with the name afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Han characters, with extension A and the compatibility block: what GB 18030 names are written in.
_HAN = r"\u3400-\u9fff\uf900-\ufaff"
_RUN = re.compile(f"[{_HAN}]+")
_WORD = re.compile(r"[a-z0-9]+")
_BARE = re.compile(r"[^0-9A-Z]")
#: Letters of a Latin word that are its term.
LETTERS = 3
PAIR = 2


def plain(number: str) -> str:
    """Return a part number in capitals without what people leave out or put in: hyphens, dots, blanks."""
    return _BARE.sub("", number.upper())


def pairs(text: str) -> list[str]:
    """Return the neighbouring pairs of a text's characters, in order."""
    return [text[place : place + PAIR] for place in range(len(text) - 1)]


def terms(name_zh: str, name_en: str, initials: str) -> set[str]:
    """Return every term that a part is found by."""
    names = f"{name_zh} {name_en}"
    found = {pair for run in _RUN.findall(names) for pair in pairs(run)}
    found.update(word[:LETTERS] for word in _WORD.findall(names.lower()) if len(word) >= LETTERS)
    found.update(f"~{pair}" for pair in pairs(initials.lower()))
    return found


@dataclass(frozen=True)
class Wanted:
    """What somebody typed, taken apart.

    ``pieces`` must all be in a name, and ``keys`` are the terms that such a name has; ``initials`` is
    what was typed where it can be initials, ``number`` where it can begin a part number.
    """

    number: str = ""
    initials: str = ""
    pieces: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def initial_keys(self) -> tuple[str, ...]:
        """The terms that such initials have."""
        return tuple(dict.fromkeys(f"~{pair}" for pair in pairs(self.initials)))


def wanted(text: str) -> Wanted:
    """Take apart what was typed into a search box."""
    key = " ".join(text.split())
    lower = key.lower()
    runs, words = _RUN.findall(key), _WORD.findall(lower)
    keys = [pair for run in runs for pair in pairs(run)]
    keys += [word[:LETTERS] for word in words if len(word) >= LETTERS]
    return Wanted(
        number="" if runs else key.upper(),
        initials=lower if lower.isascii() and lower.isalnum() else "",
        pieces=tuple(dict.fromkeys([*runs, *words])),
        keys=tuple(dict.fromkeys(keys)),
    )
