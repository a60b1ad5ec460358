"""The lists of parts and of labour operations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, or_, select

from dealers.service.models import LabourOperation
from dealers.vehicles.models import VehicleModel
from parts.catalogue.models import Part, Supplier
from parts.catalogue.queries.parts import listed_operations, listed_parts
from parts.catalogue.queries.search import MODEL_TERM, narrowed, of_model, plan, shape_of, shape_of_model, sorted_by
from parts.catalogue.words import COMPONENTS
from portal.kernel.access import Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec


def _supplier(statement: Select[Any], text: str) -> Select[Any]:
    named = select(Supplier.id).where(
        or_(Supplier.code == text.upper(), Supplier.name_zh.contains(text, autoescape=True))
    )
    return statement.where(Part.supplier_id.in_(named))


def _model_order(_code: str) -> dict[str, Any]:
    return {"number": MODEL_TERM.number}


def _part_component(statement: Select[Any], component: str) -> Select[Any]:
    return statement.where(Part.component == component)


def _operation_text(statement: Select[Any], text: str) -> Select[Any]:
    return statement.where(
        or_(
            LabourOperation.code.startswith(text.upper(), autoescape=True),
            LabourOperation.name_zh.contains(text, autoescape=True),
            LabourOperation.name_en.icontains(text, autoescape=True),
            LabourOperation.initials.startswith(text.lower(), autoescape=True),
        )
    )


def _model(statement: Select[Any], code: str) -> Select[Any]:
    return statement.where(or_(VehicleModel.code == code.upper(), LabourOperation.model_id.is_(None)))


def _operation_component(statement: Select[Any], component: str) -> Select[Any]:
    return statement.where(LabourOperation.component == component)


PARTS = ListSpec(
    key="parts",
    title=N_("Parts catalogue"),
    permission=Permission.CATALOGUE_VIEW,
    statement=listed_parts,
    identity=Part.id,
    columns=(
        Column("number", N_("Part number"), "code", link=True),
        Column("name_zh", N_("Chinese name")),
        Column("name_en", N_("English name")),
        Column("unit", N_("Unit"), "unit"),
        Column("component", N_("Component"), words=COMPONENTS),
        Column("supplier", N_("Supplier code"), "code"),
        Column("per_vehicle", N_("Quantity per vehicle"), "num", default=False),
        Column("special", N_("Special part"), "flag", default=False),
        Column("superseded_by", N_("Replaced by"), "code"),
        Column("superseded_on", N_("Replaced from"), "date"),
    ),
    sorts={"number": Part.number, "name_zh": Part.name_zh},
    default_sort="number",
    endpoint="catalogue.parts",
    row_endpoint="catalogue.part",
    filters=(
        Filter("q", N_("Number, name or initials"), narrowed, look=plan, sorts=sorted_by, shape=shape_of),
        Filter("model", N_("Model code"), of_model, sorts=_model_order, shape=shape_of_model),
        Filter("component", N_("Component"), _part_component, "choice", COMPONENTS),
        Filter("supplier", N_("Supplier"), _supplier),
    ),
    empty=N_("The catalogue has no parts yet. Headquarters imports them."),
    steady=True,
)

OPERATIONS = ListSpec(
    key="operations",
    title=N_("Labour operations"),
    permission=Permission.CATALOGUE_VIEW,
    statement=listed_operations,
    identity=LabourOperation.id,
    columns=(
        Column("code", N_("Operation code"), "code"),
        Column("model", N_("Model")),
        Column("name_zh", N_("Chinese name")),
        Column("name_en", N_("English name")),
        Column("hours", N_("Quota hours"), "num"),
        Column("component", N_("Component"), words=COMPONENTS),
    ),
    sorts={"code": LabourOperation.code, "name_zh": LabourOperation.name_zh, "hours": LabourOperation.hours},
    default_sort="code",
    endpoint="catalogue.operations",
    filters=(
        Filter("q", N_("Code, name or initials"), _operation_text),
        Filter("model", N_("Model code"), _model),
        Filter("component", N_("Component"), _operation_component, "choice", COMPONENTS),
    ),
    empty=N_("There are no labour operations yet. Headquarters imports them."),
)
