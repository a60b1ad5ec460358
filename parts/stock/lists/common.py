"""What the lists of stock share."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, literal, or_

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from portal.kernel.access import Permission
from portal.kernel.db import Exact
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter

VIEW = Permission.STOCK_VIEW
NONE = literal(0, Exact(2))
DEALER = (Column("dealer_code", N_("Station code"), "code"), Column("dealer", N_("Station"), default=False))
PART = (
    Column("name_zh", N_("Chinese name")), Column("name_en", N_("English name")), Column("unit", N_("Unit"), "unit"),
)  # fmt: skip


def typed(statement: Any) -> Select[Any]:
    """Return a statement as a list takes it."""
    return cast("Select[Any]", statement)


def by_dealer(statement: Select[Any], code: str) -> Select[Any]:
    """Narrow to a station by its code."""
    return statement.where(Dealer.code == code.strip().upper())


def by_part(statement: Select[Any], text: str) -> Select[Any]:
    """Narrow by the beginning of a part's number, a piece of its name, or pinyin initials."""
    return statement.where(
        or_(
            Part.number.startswith(text.upper(), autoescape=True), Part.name_zh.contains(text, autoescape=True),
            Part.name_en.icontains(text, autoescape=True), Part.initials.startswith(text.lower(), autoescape=True),
        )
    )  # fmt: skip


BY_DEALER = Filter("dealer", N_("Station code"), by_dealer)
