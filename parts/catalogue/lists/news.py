"""The list of what changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from parts.catalogue import words
from parts.catalogue.models import PartChange
from parts.catalogue.queries.news import listed_changes, unseen
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec


def _kind(statement: Select[Any], kind: str) -> Select[Any]:
    return statement.where(PartChange.kind == kind)


NEWS = ListSpec(
    key="catalogue_news",
    title=N_("What changed in the catalogue"),
    permission=Permission.CATALOGUE_VIEW,
    statement=listed_changes,
    identity=PartChange.id,
    columns=(
        Column("changed_at", N_("Changed"), "moment"),
        Column("kind", N_("Change"), words=words.CHANGE),
        Column("number", N_("Part number"), "code", link=True),
        Column("name", N_("Name")),
        Column("day", N_("Holds from"), "date"),
        Column("successor", N_("New number"), "code"),
        Column("model", N_("Model")),
        Column("before", N_("Retail price before (yuan)"), "money"),
        Column("retail", N_("New retail price (yuan)"), "money"),
        Column("changed_by", N_("By"), default=False),
    ),
    sorts={"changed_at": PartChange.id},
    default_sort="-changed_at",
    endpoint="catalogue.news",
    row_endpoint="catalogue.part",
    filters=(Filter("kind", N_("Change"), _kind, "choice", words.CHANGE),),
    narrow=unseen,
    empty=N_("Nothing changed since you last looked."),
)
