"""What the page of a repair order shows of its parts: what is issued, what is coming, what it waits for."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from dealers.service.rules import days_in_shop
from parts.orders import services, words
from parts.orders.queries.supply import repair_supply
from parts.orders.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, say
from portal.kernel.web import actor, db_session, now, page


@bp.get("/repair/<number>/panel")
@access(Permission.STOCK_VIEW)
def repair_panel(number: str) -> Any:
    """Show the parts of a repair order; while it waits for one, its days run on, and that is said."""
    found = repair_supply(db_session(), number, local_date(now()))
    order = found.needs.order
    return page(
        "parts/orders/_repair_panel.html", found=found, order=order, words=words,
        days=days_in_shop(order.received_at, order.completed_at or now()),
        may_order=order.state == "open" and actor().may(Permission.PART_ORDER_WRITE) and actor().dealer_id is not None,
    )  # fmt: skip


@bp.post("/repair/<number>/order")
@access(Permission.PART_ORDER_WRITE)
def order_for_repair(number: str) -> Any:
    """Draft an urgent order of what a repair misses, with one click."""
    try:
        made = services.draft_for_repair(db_session(), number, actor(), now())
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        db_session().rollback()
        flash(say(error.faults[0]), "info")
        return redirect(url_for("service.order", key=number))
    flash(_("The order is drafted. Look it over and submit it."), "success")
    return redirect(url_for("part_orders.order", key=made.number))
