"""How long special parts were on their way, as the documents of their deliveries prove it (Art. 24)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from dealers.service.models import RepairOrder
from dealers.service.rules import EXCLUDED_LIMIT
from dealers.service.services.orders import touch
from portal.kernel.access import Actor, Permission, require
from portal.kernel.lifecycle import locked


def record_special_transport(session: Session, order_id: int, hours: Decimal, actor: Actor, now: datetime) -> bool:
    """Write the hours onto an open order in place of what was typed there; the watch reckons the car anew.

    Returns False, and leaves the order alone, where it is no longer open: a car that went home waited for
    nothing any more. Called by whoever signs for the parts, who need not be allowed to write on the order.
    """
    require(actor, Permission.PART_ORDER_WRITE)
    order = locked(session, RepairOrder, order_id)
    if order.state != "open":
        return False
    hours = min(hours, EXCLUDED_LIMIT)
    if order.special_transport_hours != hours:
        order.special_transport_hours = hours
        touch(session, order, actor, now)
    return True
