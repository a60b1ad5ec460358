"""Write the levels between model and part."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import PartGroup
from parts.catalogue.rules.facts import is_code
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_


@dataclass(frozen=True)
class GroupFacts:
    """A level as it is typed: without ``parent`` a system, with one an assembly of that system."""

    name_zh: str
    name_en: str = ""
    parent: str = ""


def keep_group(session: Session, code: str, facts: GroupFacts, actor: Actor) -> PartGroup:
    """Add a level under its code, or rename the one that has it; a level stays where it is."""
    require(actor, Permission.CATALOGUE_EDIT)
    code = code.strip().upper()
    parent = None
    faults = []
    if not is_code(code):
        faults.append(Fault(N_("A code has letters, figures, hyphens and dots only, 16 at most."), "code"))
    if not facts.name_zh.strip():
        faults.append(Fault(N_("Please fill this in."), "name_zh"))
    if facts.parent:
        parent = session.scalars(select(PartGroup).where(PartGroup.code == facts.parent.strip().upper())).first()
        if parent is None or parent.parent_id is not None:
            faults.append(Fault(N_("No system has this code."), "parent"))
    group = session.scalars(select(PartGroup).where(PartGroup.code == code)).first()
    if group is not None and group.parent_id != (parent.id if parent else None):
        faults.append(Fault(N_("This level stands elsewhere already, and stays there."), "code"))
    if faults:
        raise DomainError(*faults)
    if group is None:
        group = PartGroup(code=code, parent_id=parent.id if parent else None, name_zh="", name_en="")
        session.add(group)
    group.name_zh = facts.name_zh.strip()
    group.name_en = facts.name_en.strip() or group.name_zh
    session.flush()
    return group
