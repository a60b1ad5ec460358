"""The list of stations, for headquarters."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, or_

from dealers.network import words
from dealers.network.models import Dealer
from dealers.network.queries import listed
from dealers.network.rules import UNGRADED
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec


def _text(statement: Select[Any], text: str) -> Select[Any]:
    return statement.where(or_(Dealer.code == text.upper(), Dealer.name.icontains(text, autoescape=True)))


def _region(statement: Select[Any], text: str) -> Select[Any]:
    return statement.where(Dealer.region.contains(text, autoescape=True))


def _province(statement: Select[Any], text: str) -> Select[Any]:
    return statement.where(Dealer.province.contains(text, autoescape=True))


def _grade(statement: Select[Any], grade: str) -> Select[Any]:
    return statement.where(func.coalesce(Dealer.grade, UNGRADED) == int(grade))


def _state(statement: Select[Any], state: str) -> Select[Any]:
    return statement.where(Dealer.state == state)


DEALERS = ListSpec(
    key="dealers",
    title=N_("Dealers"),
    permission=Permission.NETWORK_VIEW,
    statement=listed,
    identity=Dealer.id,
    columns=(
        Column("code", N_("Dealer code"), "code", link=True),
        Column("name", N_("Name")),
        Column("kind", N_("Kind"), default=False, words=words.KIND),
        Column("region", N_("Region")),
        Column("province", N_("Province")),
        Column("city", N_("City")),
        Column("grade", N_("Grade"), words=words.GRADE),
        Column("state", N_("State"), "state", words=words.STATE),
        Column("phone", N_("Phone"), "code", default=False),
        Column("uscc", N_("Unified social credit code"), "code", default=False),
        Column("address", N_("Address"), default=False),
    ),
    sorts={
        "code": Dealer.code, "name": Dealer.name, "region": Dealer.region, "province": Dealer.province,
        "city": Dealer.city, "grade": func.coalesce(Dealer.grade, UNGRADED),
    },
    default_sort="code",
    endpoint="network.dealers",
    row_endpoint="network.dealer",
    filters=(
        Filter("text", N_("Code or name"), _text),
        Filter("region", N_("Region"), _region),
        Filter("province", N_("Province"), _province),
        Filter("grade", N_("Grade"), _grade, "choice", words.GRADE),
        Filter("state", N_("State"), _state, "choice", words.STATE),
    ),
    empty=N_("No dealers yet. They come with the import of dealers."),
)  # fmt: skip
