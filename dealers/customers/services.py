"""Write customers: the same name with the same phone is the same customer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.customers.models import Customer
from dealers.customers.rules import NAME_LENGTH, PHONE_LENGTH, clean_name, clean_phone, phone_fault
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_


@dataclass(frozen=True)
class Person:
    """A customer as somebody typed it; ``kind`` is ``person`` or ``company``."""

    name: str
    phone: str
    kind: str = "person"
    address: str | None = None


def person_faults(person: Person) -> list[Fault]:
    """List what is wrong with a typed customer, at the fields ``owner_name`` and ``owner_phone``."""
    faults = []
    name, phone = clean_name(person.name), clean_phone(person.phone)
    if not name:
        faults.append(Fault(N_("Please enter the owner's name."), "owner_name"))
    elif len(name) > NAME_LENGTH:
        faults.append(Fault(N_("A name has %(most)s characters at most."), "owner_name", {"most": NAME_LENGTH}))
    if phone_fault(phone) or len(phone) > PHONE_LENGTH:
        faults.append(Fault(N_("Please enter a phone number of 7 to 15 figures."), "owner_phone"))
    return faults


def find_or_add(session: Session, person: Person) -> Customer:
    """Return the customer of that name and phone, stored now if new; a known address stays."""
    faults = person_faults(person)
    if faults:
        raise DomainError(*faults)
    name, phone = clean_name(person.name), clean_phone(person.phone)
    found = session.scalars(select(Customer).where(Customer.phone == phone, Customer.name == name)).first()
    address = (person.address or "").strip() or None
    if found is None:
        found = Customer(name=name, phone=phone, kind=person.kind, address=address)
        session.add(found)
        session.flush()
    elif address and not found.address:
        found.address = address
    return found
