"""Write suppliers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import Supplier
from parts.catalogue.rules.facts import is_code
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import CHANGED
from portal.kernel.pinyin import initials

_LENGTHS = {"name_zh": 80, "name_en": 120, "contact": 80, "phone": 32, "email": 120, "address": 255}
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class SupplierFacts:
    """A supplier as it is typed; empty text means not registered, no English name means the Chinese one."""

    name_zh: str
    name_en: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    closed_on: date | None = None


def add_supplier(session: Session, code: str, facts: SupplierFacts, actor: Actor) -> Supplier:
    """Register a supplier under a code that never changes."""
    require(actor, Permission.CATALOGUE_EDIT)
    code = code.strip().upper()
    faults = list(_faults(facts))
    if not is_code(code):
        faults.append(Fault(N_("A code has letters, figures, hyphens and dots only, 16 at most."), "code"))
    elif session.scalar(select(Supplier.id).where(Supplier.code == code)) is not None:
        faults.append(Fault(N_("There is a supplier with this code already."), "code"))
    if faults:
        raise DomainError(*faults)
    supplier = Supplier(code=code, name_zh="", name_en="")
    _write(supplier, facts)
    session.add(supplier)
    session.flush()
    return supplier


def change_supplier(session: Session, code: str, facts: SupplierFacts, version: int | None, actor: Actor) -> Supplier:
    """Change a supplier's facts; ``version`` is what the person saw."""
    require(actor, Permission.CATALOGUE_EDIT)
    faults = list(_faults(facts))
    if faults:
        raise DomainError(*faults)
    supplier = session.scalars(select(Supplier).where(Supplier.code == code).with_for_update()).first()
    if supplier is None:
        raise NotFoundError(Fault(N_("This supplier is not known.")))
    if version is not None and supplier.row_version != version:
        raise ConflictError(Fault(CHANGED))
    _write(supplier, facts)
    session.flush()
    return supplier


def _write(supplier: Supplier, facts: SupplierFacts) -> None:
    supplier.name_zh = facts.name_zh.strip()
    supplier.name_en = facts.name_en.strip() or supplier.name_zh
    supplier.initials = initials(supplier.name_zh)
    for name in ("contact", "phone", "email", "address"):
        setattr(supplier, name, getattr(facts, name).strip() or None)
    supplier.closed_on = facts.closed_on


def _faults(facts: SupplierFacts) -> Iterator[Fault]:
    if not facts.name_zh.strip():
        yield Fault(N_("Please fill this in."), "name_zh")
    for name, limit in _LENGTHS.items():
        if len(getattr(facts, name).strip()) > limit:
            yield Fault(N_("At most %(limit)s characters."), name, {"limit": limit})
    if facts.email.strip() and not _MAIL.fullmatch(facts.email.strip()):
        yield Fault(N_("This is no e-mail address."), "email")
