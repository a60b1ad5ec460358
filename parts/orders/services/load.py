"""Finds orders and deliveries by their numbers and locks them, in the session's scope."""

from __future__ import annotations

from sqlalchemy.orm import Session

from parts.orders.models import PartDelivery, PartOrder
from parts.orders.queries.orders import find_delivery, find_order
from portal.kernel.lifecycle import locked


def locked_order(session: Session, number: str, expected_version: int | None = None) -> PartOrder:
    """Load an order for a step; who saw an older version of it gets `ConflictError`."""
    return locked(session, PartOrder, find_order(session, number).id, expected_version)


def locked_delivery(session: Session, number: str, expected_version: int | None = None) -> PartDelivery:
    """Load a delivery for a step; its order is locked first, so that two steps meet in one order."""
    found = find_delivery(session, number)
    locked(session, PartOrder, found.order_id)
    return locked(session, PartDelivery, found.id, expected_version)
