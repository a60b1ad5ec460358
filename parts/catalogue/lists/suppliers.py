"""The list of suppliers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, or_

from parts.catalogue.models import Supplier
from parts.catalogue.queries.suppliers import listed_suppliers
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec


def _text(statement: Select[Any], text: str) -> Select[Any]:
    return statement.where(
        or_(
            Supplier.code.startswith(text.upper(), autoescape=True), Supplier.name_zh.contains(text, autoescape=True),
            Supplier.name_en.icontains(text, autoescape=True),
            Supplier.initials.startswith(text.lower(), autoescape=True),
        )
    )  # fmt: skip


def _standing(statement: Select[Any], standing: str) -> Select[Any]:
    closed = Supplier.closed_on.is_not(None)
    return statement.where(closed if standing == "closed" else ~closed)


STANDING = {"open": N_("Delivers"), "closed": N_("No longer delivers")}
SUPPLIERS = ListSpec(
    key="suppliers",
    title=N_("Suppliers"),
    permission=Permission.CATALOGUE_VIEW,
    statement=listed_suppliers,
    identity=Supplier.id,
    columns=(
        Column("code", N_("Supplier code"), "code", link=True),
        Column("name_zh", N_("Chinese name")),
        Column("name_en", N_("English name")),
        Column("contact", N_("Contact")),
        Column("phone", N_("Phone"), "code"),
        Column("email", N_("E-mail"), default=False),
        Column("closed_on", N_("Closed on"), "date"),
    ),
    sorts={"code": Supplier.code, "name_zh": Supplier.name_zh},
    default_sort="code",
    endpoint="catalogue.suppliers",
    row_endpoint="catalogue.supplier",
    filters=(
        Filter("q", N_("Code, name or initials"), _text),
        Filter(
            "standing",
            N_("Standing"),
            _standing,
            "choice",
            {"open": N_("Delivers"), "closed": N_("No longer delivers")},
        ),
    ),
    empty=N_("No suppliers yet. They come with the import of suppliers or of parts."),
)
