"""By which words a part is found.

A Chinese name is found by any piece of it, because nobody writes blanks between its words: each two,
three and four neighbouring characters are a term. A Latin word is found by its beginning, its first
three and its first four letters are terms; and pinyin initials by any piece, two to four letters behind
a tilde. Terms are looked up whole, which is what keeps a search among 200,000 parts in the order of
their numbers cheap; whatever is longer than a term is compared with the name afterwards. Most of what
people type has two to four characters, so there nothing is left to compare.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Han characters, with extension A and the compatibility block: what GB 18030 names are written in.
_HAN = r"\u3400-\u9fff\uf900-\ufaff"
_RUN = re.compile(f"[{_HAN}]+")
_WORD = re.compile(r"[a-z0-9]+")
_BARE = re.compile(r"[^0-9A-Z]")
#: First letters of a Latin word that are a term.
LETTERS = (3, 4)
#: Characters of a piece of a Chinese name, or of initials, that are a term.
LENGTHS = (2, 3, 4)
#: Before the code of a model that the part fits.
MODEL = "@"


def plain(number: str) -> str:
    """Return a part number in capitals without what people leave out or put in: hyphens, dots, blanks."""
    return _BARE.sub("", number.upper())


def pieces(text: str, length: int) -> list[str]:
    """Return the pieces of a text that have a length, in order."""
    return [text[place : place + length] for place in range(len(text) - length + 1)]


def leading(text: str) -> list[str]:
    """Return the terms by which a text is looked up: its longest ones, because they are the rarest."""
    return next((found for length in reversed(LENGTHS) if (found := pieces(text, length))), [])


def terms(name_zh: str, name_en: str, initials: str) -> set[str]:
    """Return every term that a part is found by."""
    names = f"{name_zh} {name_en}"
    found = {piece for run in _RUN.findall(names) for length in LENGTHS for piece in pieces(run, length)}
    words = _WORD.findall(names.lower())
    found.update(word[:length] for word in words for length in LETTERS if len(word) >= length)
    found.update(initial_term(piece) for length in LENGTHS for piece in pieces(initials.lower(), length))
    return found


def initial_term(piece: str) -> str:
    """Return the term of a piece of initials."""
    return f"~{piece}"


def model_term(code: str) -> str:
    """Return the term of the parts that fit a model."""
    return f"{MODEL}{code}"


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
        return tuple(dict.fromkeys(initial_term(piece) for piece in leading(self.initials)))


def wanted(text: str) -> Wanted:
    """Take apart what was typed into a search box."""
    key = " ".join(text.split())
    lower = key.lower()
    runs, words = _RUN.findall(key), _WORD.findall(lower)
    keys = [piece for run in runs for piece in leading(run)]
    keys += [word[: max(LETTERS)] for word in words if len(word) >= min(LETTERS)]
    return Wanted(
        number="" if runs else key.upper(),
        initials=lower if lower.isascii() and lower.isalnum() else "",
        pieces=tuple(dict.fromkeys([*runs, *words])),
        keys=tuple(dict.fromkeys(keys)),
    )
