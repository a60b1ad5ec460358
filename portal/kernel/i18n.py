"""Words in the reader's language.

Message ids are plain English. Each wing keeps its own catalogues beside its code; Flask-Babel
merges them. `say` words a `Fault` for whoever reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.core import Locale
from babel.support import Translations
from flask import Flask, has_request_context, request, session
from flask_babel import Babel, Domain, force_locale, get_locale, gettext, lazy_gettext, ngettext
from markupsafe import Markup

from portal.kernel.errors import Fault

__all__ = [
    "LOCALES",
    "N_",
    "WINGS",
    "_",
    "force_locale",
    "init_i18n",
    "lazy",
    "locale_key",
    "named",
    "ngettext",
    "say",
]

#: The languages, the default one first.
LOCALES: Mapping[str, str] = {"zh_CN": "中文", "en": "English"}
WINGS = ("portal", "dealers", "parts", "warranty", "reports")
ROOT = Path(__file__).resolve().parents[2]

_ = gettext
lazy = lazy_gettext


def N_(message: str) -> str:  # noqa: N802  (the customary mark for extraction)
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message


def say(fault: Fault) -> str:
    """Word a fault in the language of this request or job."""
    facts: dict[str, Any] = dict(fault.facts)
    return str(gettext(fault.message, **facts))


def locale_key() -> str:
    """Return ``zh_CN`` or ``en``, whichever is in force."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh_CN"


def named(row: Any) -> str:
    """Return the name of a catalogue row in the language in force (``name_zh`` / ``name_en``)."""
    zh, en = getattr(row, "name_zh", None), getattr(row, "name_en", None)
    return (zh or en or "") if locale_key() == "zh_CN" else (en or zh or "")


#: Units of quantity as parts lists write them; what is counted by the piece has many Chinese words.
_UNITS = {
    **dict.fromkeys("件个只条根片块支张", "pc"), **dict.fromkeys("套副组", "set"), **dict.fromkeys("对双", "pair"),
    "升": "L", "毫升": "ml", "米": "m", "千克": "kg", "公斤": "kg", "克": "g", "台": "unit", "瓶": "bottle",
    "桶": "can", "盒": "box", "箱": "case", "包": "pack", "袋": "bag", "卷": "roll",
}  # fmt: skip


def unit_name(unit: str | None) -> str:
    """Return a unit of quantity in the language in force, as it is kept where nobody knows it."""
    return (unit or "") if locale_key() == "zh_CN" else _UNITS.get(unit or "", unit or "")


def _choose() -> Locale:
    """Choose by the session (set at sign-in and by the switch), else by what the browser asks for."""
    if not has_request_context():
        return _locale(next(iter(LOCALES)))
    chosen = session.get("locale")
    if chosen in LOCALES:
        return _locale(str(chosen))
    asked = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"])
    return _locale("en" if asked == "en" else "zh_CN")


@lru_cache(maxsize=len(LOCALES))
def _locale(key: str) -> Locale:
    """Parse a language once: Babel looks through a thousand names for it, and every request asks."""
    return Locale.parse(key)


def init_i18n(app: Flask) -> None:
    """Wire Flask-Babel with every wing's catalogues."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(ROOT / wing / "translations") for wing in WINGS)
    app.config["BABEL_DEFAULT_LOCALE"] = "zh_CN"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    Babel(app, locale_selector=_choose)
    app.extensions["babel"].instance.domain_instance = _Words()
    app.jinja_env.globals.update(gettext=_on_page, _=_on_page)  # a page asks eighty times


def _on_page(message: str, **facts: Any) -> Markup:
    """Translate a template's message; facts are escaped into it."""
    return _marked(locale_key(), message) % facts


@lru_cache(maxsize=10_000)
def _marked(locale: str, message: str) -> Markup:
    return Markup(_catalogue(locale).ugettext(message))  # noqa: S704  (our own words)


class _Words(Domain):  # type: ignore[misc]
    """The catalogues of the locale in force. Babel reads zh_CN as zh_Hans_CN and would look for that name."""

    def get_translations(self) -> Translations:
        """Return the merged catalogue: asked for every word on a page, so nothing is reckoned here."""
        return _catalogue(locale_key())


def load_words() -> None:
    """Read every language's words now, so that no page waits for them."""
    for locale in LOCALES:
        _catalogue(locale)


@lru_cache(maxsize=len(LOCALES))
def _catalogue(locale: str) -> Translations:
    """Merge every wing's compiled catalogue of a language."""
    merged = Translations()
    for wing in WINGS:
        found = Translations.load(str(ROOT / wing / "translations"), [locale], "messages")
        if isinstance(found, Translations):  # a wing without words yet gives another kind
            merged.merge(found)
            merged.plural = found.plural  # Chinese has one form; merging alone keeps the two of English
    return merged
