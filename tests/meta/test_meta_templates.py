"""Rules about the templates: the strict content policy holds, and every word exists in both languages."""

from __future__ import annotations

import re

import pytest

from portal.kernel.catalogues import extract, load, missing, path_of
from portal.kernel.i18n import LOCALES, WINGS
from tests.support.code import ROOT, files, place

TEMPLATES = [path for path in files() if path.suffix == ".html" and path.is_relative_to(ROOT / "templates")]
#: Papers are laid out by WeasyPrint from a trusted string; browsers never see them.
PAPERS = ROOT / "templates" / "documents"
#: What is the same in every language: the house's own name, and a plate.
SAME = re.compile(r"三包|[\u4e00-\u9fff][A-Z]\d{5,6}")
FORBIDDEN = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "somebody else's server": re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
    "unescaped text": re.compile(r"\|\s*safe\b"),
    "handlers in htmx": re.compile(r"\shx-(?:on|vals\s*=\s*[\"']js:)", re.IGNORECASE),
}


@pytest.mark.parametrize("fault", FORBIDDEN)
def test_templates_keep_the_content_policy(fault: str) -> None:
    found = []
    for path in TEMPLATES:
        if path.is_relative_to(PAPERS):
            continue
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += [f"{place(path)} {hit.group()[:60]}" for hit in FORBIDDEN[fault].finditer(text)]
    assert found == [], fault


def test_no_chinese_stands_in_a_template() -> None:
    """What a page says stands in the catalogues; a template speaks through them."""
    han = re.compile(r"[\u4e00-\u9fff]")
    found = []
    for path in TEMPLATES:
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if han.search(SAME.sub("", text)) and not path.is_relative_to(PAPERS):
            found.append(place(path))
    assert found == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("wing", WINGS)
def test_a_catalogue_guesses_nothing_and_keeps_places(wing: str, locale: str) -> None:
    """No fuzzy entries, and a translation names exactly the facts its message names."""
    fact = re.compile(r"%\((\w+)\)")
    faults = []
    for message in load(wing, locale) if path_of(wing, locale).exists() else ():
        if message.fuzzy and message.id:
            faults.append(f"fuzzy: {message.id}")
        asked = message.id if isinstance(message.id, str) else " ".join(message.id)
        said = message.string if isinstance(message.string, str) else " ".join(message.string)
        if message.id and said and set(fact.findall(asked)) != set(fact.findall(said)):
            faults.append(f"other facts: {message.id}")
    assert faults == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("wing", WINGS)
def test_every_word_is_in_the_catalogue(wing: str, locale: str) -> None:
    assert missing(wing, locale) == []


def test_the_same_word_is_translated_alike_everywhere() -> None:
    """The wings' catalogues are merged: of two translations of one message, one would win by chance."""
    said: dict[str, set[str]] = {}
    for wing in WINGS:
        for message in load(wing, "zh_CN"):
            if message.id:
                said.setdefault(str(message.id), set()).add(str(message.string))
    assert {message: words for message, words in said.items() if len(words) > 1} == {}


def said(room: str) -> list[str]:
    """Return what a room says in both languages, or a whole wing."""
    wing = room.partition("/")[0]
    messages = extract(wing, [ROOT / room, ROOT / "templates" / room])
    chinese = load(wing, "zh_CN")
    words: list[str] = []
    for message in messages:
        translated = chinese.get(message.id)
        for texts in (message.id, translated.string if translated else ""):
            words += [texts] if isinstance(texts, str) else texts
    return words


@pytest.mark.parametrize(
    ("room", "foreign"),
    [
        ("parts", r"\bdealers?\b(?! prices?\b)|经销商(?!价)"),  # where cars are repaired, and what comes of it
        ("warranty/settlement", r"\bstations?\b|站"),  # the party to a contract
    ],
)
def test_a_business_is_called_as_the_glossary_says(room: str, foreign: str) -> None:
    words = said(room)
    assert len(words) > 100
    assert [text for text in words if re.search(foreign, text, re.IGNORECASE)] == []
