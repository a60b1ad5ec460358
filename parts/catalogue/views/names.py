"""Names of parts for pages of other rooms: what a paper kept in Chinese is read in English where the reader is."""

from __future__ import annotations

from collections.abc import Iterable

from flask import g

from parts.catalogue.queries.names import english_names
from parts.catalogue.views import bp
from portal.kernel.i18n import locale_key
from portal.kernel.web import db_session


@bp.app_context_processor
def _names() -> dict[str, object]:
    return {"know_parts": know_parts, "part_name": part_name}


def know_parts(numbers: Iterable[str | None]) -> str:
    """Read the English names of a page's parts, all at once; `part_name` says them. Writes nothing."""
    if locale_key() != "zh_CN":
        g.part_names = g.get("part_names", {}) | english_names(db_session(), numbers)
    return ""


def part_name(number: str | None, kept: str | None) -> str:
    """Return a part's name in the reader's language; as it was kept where the page did not ask, or nobody knows."""
    known: dict[str | None, str] = {} if locale_key() == "zh_CN" else g.get("part_names", {})
    return known.get(number) or kept or ""
