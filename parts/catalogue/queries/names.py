"""The English names of parts that papers keep by their Chinese name alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from parts.catalogue.models import Part
from portal.kernel.i18n import locale_key


def english_names(session: Session, numbers: Iterable[str | None]) -> dict[str, str]:
    """Return the English names that the catalogue has, by number: one statement, however many are asked for."""
    wanted = {number for number in numbers if number}
    if not wanted:
        return {}
    rows = session.execute(select(Part.number, Part.name_en).where(Part.number.in_(wanted), Part.name_en != ""))
    return {row.number: row.name_en for row in rows}


def name_of(number: Any, kept: Any) -> ColumnElement[str]:
    """Return a part's name for a list in the language in force: as it was kept, in English as the catalogue has it."""
    if locale_key() == "zh_CN":
        return cast("ColumnElement[str]", kept)
    known = select(Part.name_en).where(Part.number == number, Part.name_en != "").scalar_subquery()
    return func.coalesce(known, kept)
