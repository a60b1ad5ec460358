"""Write what a part is: new parts, and changed facts of known ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part, PartGroup, Supplier
from parts.catalogue.rules.facts import LEAST, MOST, clean_number, is_number, quantity_problems
from parts.catalogue.services.load import locked_part
from parts.catalogue.services.news import tell
from parts.catalogue.words import COMPONENTS, FAULTS
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.pinyin import initials

_LENGTHS = {"name_zh": 120, "name_en": 120, "unit": 8, "wear_class": 24}


@dataclass(frozen=True)
class PartFacts:
    """A part as it is typed. Empty supplier, assembly and wear class: none; no English name: the Chinese one."""

    name_zh: str
    name_en: str = ""
    unit: str = "件"
    supplier: str = ""
    assembly: str = ""
    component: str = "other"
    per_vehicle: Decimal | None = Decimal(1)
    wear_class: str = ""
    special: bool = False


def add_part(session: Session, number: str, facts: PartFacts, actor: Actor, now: datetime) -> Part:
    """Add a part to the catalogue; repair orders can use it as soon as it has a price."""
    require(actor, Permission.CATALOGUE_EDIT)
    number = clean_number(number)
    supplier_id, group_id, faults = _judged(session, facts, None)
    if not is_number(number):
        faults.append(Fault(FAULTS["number"], "number"))
    elif session.scalar(select(Part.id).where(Part.number == number)) is not None:
        faults.append(Fault(N_("The catalogue has this part already."), "number"))
    if faults:
        raise DomainError(*faults)
    part = Part(number=number, name_zh="", name_en="", initials="")
    _write(part, facts, supplier_id, group_id)
    session.add(part)
    session.flush()
    tell(session, part.id, "new", actor, now)
    return part


def change_part(
    session: Session, number: str, facts: PartFacts, version: int | None, actor: Actor, now: datetime
) -> Part:  # fmt: skip
    """Change a part's facts; what repair orders and claims copied of it stays as it was."""
    require(actor, Permission.CATALOGUE_EDIT)
    part = locked_part(session, number, version)
    supplier_id, group_id, faults = _judged(session, facts, part.supplier_id)
    if faults:
        raise DomainError(*faults)
    _write(part, facts, supplier_id, group_id)
    if session.is_modified(part):
        session.flush()
        tell(session, part.id, "facts", actor, now)
    return part


def _write(part: Part, facts: PartFacts, supplier_id: int | None, group_id: int | None) -> None:
    part.name_zh = facts.name_zh.strip()
    part.name_en = facts.name_en.strip() or part.name_zh
    part.initials = initials(part.name_zh)
    part.unit, part.component = facts.unit.strip(), facts.component
    part.supplier_id, part.group_id = supplier_id, group_id
    part.per_vehicle = facts.per_vehicle or Decimal(1)
    part.wear_class, part.special = facts.wear_class.strip() or None, facts.special


def _judged(session: Session, facts: PartFacts, kept: int | None) -> tuple[int | None, int | None, list[Fault]]:
    """Return the keys of supplier and assembly, and what is wrong; ``kept`` may stay although it is closed."""
    faults = list(_faults(facts))
    supplier = group = None
    if facts.supplier:
        supplier = session.scalars(select(Supplier).where(Supplier.code == facts.supplier.strip().upper())).first()
        if supplier is None:
            faults.append(Fault(N_("No supplier has this code."), "supplier"))
        elif supplier.closed_on is not None and supplier.id != kept:
            faults.append(Fault(N_("Nothing new is bought from this supplier."), "supplier"))
    if facts.assembly:
        group = session.scalars(select(PartGroup).where(PartGroup.code == facts.assembly.strip().upper())).first()
        if group is None or group.parent_id is None:
            faults.append(Fault(N_("No assembly has this code."), "assembly"))
    return supplier.id if supplier else None, group.id if group else None, faults


def _faults(facts: PartFacts) -> Iterator[Fault]:
    for name in ("name_zh", "unit"):
        if not getattr(facts, name).strip():
            yield Fault(N_("Please fill this in."), name)
    for name, limit in _LENGTHS.items():
        if len(getattr(facts, name).strip()) > limit:
            yield Fault(N_("At most %(limit)s characters."), name, {"limit": limit})
    if facts.component not in COMPONENTS:
        yield Fault(N_("Please choose from the list."), "component")
    for code in quantity_problems(facts.per_vehicle):
        yield Fault(FAULTS[code], "per_vehicle", {"least": LEAST, "most": MOST})
