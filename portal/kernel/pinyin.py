"""Pinyin initials: how a clerk finds 制动片 by typing zdp."""

from __future__ import annotations

from functools import lru_cache

#: What the columns hold.
INITIALS = 64


@lru_cache(maxsize=50_000)
def initials(name: str) -> str:
    """Return the first letters of a name's syllables in lower case; letters and figures stay themselves."""
    from pypinyin import Style, lazy_pinyin

    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())[:INITIALS]
