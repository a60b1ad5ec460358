"""Write the catalogue: a new dated price."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from parts.catalogue.models import PartPrice
from parts.catalogue.queries.parts import prices_of
from parts.catalogue.rules.prices import Price, Problem, price_problems
from parts.catalogue.services.load import locked_part
from parts.catalogue.services.news import tell
from parts.catalogue.words import FAULTS
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault


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


def price_fault(problem: Problem) -> Fault:
    """Put a broken rule of prices into words, at its field."""
    days = {name: getattr(problem, name) for name in ("first", "last")}
    return Fault(FAULTS[problem.code], problem.field, {name: day.isoformat() for name, day in days.items() if day})
