"""Write the catalogue: a new dated price, and one that is withdrawn before it began."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import PartPrice
from parts.catalogue.queries.parts import prices_of
from parts.catalogue.rules.prices import Break, Price, Problem, breaks, price_problems
from parts.catalogue.services.load import locked_part
from parts.catalogue.services.news import tell
from parts.catalogue.words import FAULTS
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_


def add_price(session: Session, number: str, price: Price, actor: Actor, now: datetime) -> PartPrice:
    """Give a part new prices from a day on; prices that were set are never changed here."""
    require(actor, Permission.CATALOGUE_EDIT)
    part_id = locked_part(session, number).id
    problems = price_problems(price, prices_of(session, part_id), local_date(now))
    if problems:
        raise DomainError(*(price_fault(problem) for problem in problems))
    row = PartPrice(
        part_id=part_id, valid_from=price.valid_from, valid_until=price.valid_until, dealer=price.dealer,
        warranty=price.warranty, retail=price.retail,
    )  # fmt: skip
    session.add(row)
    session.flush()
    tell(session, part_id, "price", actor, now, day=price.valid_from, detail=f"{price.retail:.2f}")
    return row


def withdraw_price(session: Session, number: str, day: date | None, actor: Actor, now: datetime) -> list[Break]:
    """Take back the prices of a part that would have begun on a day; return the gaps that this leaves.

    Prices that have begun stay: papers were made with them. Raises `ConflictError` for those and where there are none.
    """
    require(actor, Permission.CATALOGUE_EDIT)
    part_id = locked_part(session, number).id
    row = session.scalars(select(PartPrice).where(PartPrice.part_id == part_id, PartPrice.valid_from == day)).first()
    if row is None:
        raise ConflictError(Fault(N_("The part has no price from this day on any more.")))
    if row.valid_from <= local_date(now):
        raise ConflictError(Fault(N_("This price has begun: it stays.")))
    before = breaks((price.valid_from, price.valid_until) for price in prices_of(session, part_id))
    session.delete(row)
    session.flush()
    tell(session, part_id, "price_off", actor, now, day=day)
    left = breaks((price.valid_from, price.valid_until) for price in prices_of(session, part_id))
    return [one for one in left if one.kind == "gap" and one not in before]


def price_fault(problem: Problem) -> Fault:
    """Put a broken rule of prices into words, at its field."""
    days = {name: getattr(problem, name) for name in ("first", "last")}
    return Fault(FAULTS[problem.code], problem.field, {name: day.isoformat() for name, day in days.items() if day})
