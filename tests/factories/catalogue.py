"""Parts, levels, suppliers and fitments, as tests need them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from dealers.vehicles.models import VehicleModel
from parts.catalogue.models import Part, PartFitment, PartGroup, PartPrice, PartTerm, Supplier
from parts.catalogue.rules.words import model_term
from portal.kernel.pinyin import initials

SINCE = date(2026, 1, 1)


def make_part(
    session: Session, number: str, name: str = "前制动片", retail: str | None = "260.00", **values: Any
) -> Part:
    """Store a part, with a price since 2026 unless ``retail`` is None."""
    given = {"name_en": f"Part {number}", "initials": initials(name)} | values
    part = Part(number=number, name_zh=name, **given)
    session.add(part)
    session.flush()
    if retail is not None:
        price = Decimal(retail)
        session.add(PartPrice(part_id=part.id, valid_from=SINCE, dealer=price, warranty=price, retail=price))
        session.flush()
    return part


def make_supplier(session: Session, code: str = "G1", name: str = "华东制动") -> Supplier:
    """Store a supplier."""
    supplier = Supplier(code=code, name_zh=name, name_en=f"Supplier {code}", initials=initials(name))
    session.add(supplier)
    session.flush()
    return supplier


def make_assembly(session: Session, code: str = "3501", system: str = "35") -> PartGroup:
    """Store an assembly with the system around it."""
    around = PartGroup(code=system, name_zh="制动系统", name_en="Brakes")
    session.add(around)
    session.flush()
    assembly = PartGroup(code=code, parent_id=around.id, name_zh="前制动器", name_en="Front brakes")
    session.add(assembly)
    session.flush()
    return assembly


def make_fitment(session: Session, part: Part, model: VehicleModel, quantity: str = "1", **values: Any) -> PartFitment:
    """Store a fitment, and the term by which the model's parts are found."""
    row = PartFitment(part_id=part.id, model_id=model.id, quantity=Decimal(quantity), **values)
    session.add_all([row, PartTerm(term=model_term(model.code), number=part.number)])
    session.flush()
    return row
