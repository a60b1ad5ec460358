"""What lies there that may be put in for what an order still needs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from parts.catalogue.queries.chains import Replacements, replacements
from parts.stock.queries.issues import Need, OrderNeeds
from parts.stock.queries.items import held
from portal.kernel.i18n import N_

#: The claim takes number, price and warranty of a part from the line of the job: that is changed first.
CHANGE_THE_LINE = N_("%(new)s may be put in for %(old)s. To issue it, change the line of the job to it.")


def replaced_needs(session: Session, found: OrderNeeds, day: date) -> Replacements:
    """Return what replaces the parts that an order still needs, and what they replace, on a day."""
    return replacements(session, {need.number for need in found.needs if need.part_id and need.open}, day)


def instead_there(session: Session, found: OrderNeeds, day: date) -> list[tuple[Need, str, Decimal]]:
    """Return for needs that their own part does not cover what may be put in: its number, and how much lies there."""
    replaced = replaced_needs(session, found, day)
    if not replaced.parts:
        return []
    there = held(session, found.order.dealer_id, replaced.parts.keys())
    return [
        (need, replaced.parts[key].number, there[key].quantity)
        for need in found.needs if need.part_id is not None and need.there < need.open
        for key in replaced.instead.get(need.part_id, ()) if key in there and there[key].quantity
    ]  # fmt: skip
