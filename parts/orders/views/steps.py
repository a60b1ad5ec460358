"""The steps of an order: each a form on its page, each one call of a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for

from dealers.service.forms import Reader
from parts.orders import services
from parts.orders.forms import read_promises, read_shipment, told
from parts.orders.queries.orders import order_page
from parts.orders.views import bp
from parts.orders.views.orders import show
from parts.stock.forms import checked
from parts.stock.views.again import take
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.i18n import _
from portal.kernel.incoming import whole
from portal.kernel.web import actor, db_session, now

WRITE, FULFIL = Permission.PART_ORDER_WRITE, Permission.PART_ORDER_FULFIL


@bp.post("/<key>/withdraw")
@access(WRITE)
def withdraw(key: str) -> Any:
    """Take an order back that headquarters has not confirmed."""
    return _with_reason(key, services.withdraw_order, _("The order is withdrawn."))


@bp.post("/<key>/confirm")
@access(FULFIL)
def confirm(key: str) -> Any:
    """Take an order on, with the days of its back-orders."""
    return _promised(key, services.confirm_order, _("Confirmed. The station sees what comes when."))


@bp.post("/<key>/promise")
@access(FULFIL)
def promise(key: str) -> Any:
    """Say anew what comes when."""
    return _promised(key, services.promise_lines, _("Kept. The station sees what comes when."))


@bp.post("/<key>/refuse")
@access(FULFIL)
def refuse(key: str) -> Any:
    """Decline an order."""
    return _with_reason(key, services.refuse_order, _("The order is declined."))


@bp.post("/<key>/close")
@access(FULFIL)
def close(key: str) -> Any:
    """Close an order: what is owed comes no more."""
    return _with_reason(key, services.close_order, _("The order is closed; what was owed is cancelled."))


@bp.post("/<key>/deliver")
@access(FULFIL)
def deliver(key: str) -> Any:
    """Ship on an order."""

    def act(reader: Reader) -> tuple[str, str]:
        shipment = read_shipment(reader, order_page(db_session(), key, local_date(now())).lines)
        checked(reader)
        made = services.deliver(db_session(), key, shipment, actor(), now(), whole(reader.text("version")))
        return _("Delivery note %(number)s is made.", number=made.number), url_for(
            "part_orders.delivery", key=made.number
        )

    return take(act, lambda **shown: show(key, **shown), told)


def _promised(key: str, service: Callable[..., object], words: str) -> Any:
    def act(reader: Reader) -> tuple[str, str]:
        promises = read_promises(reader, order_page(db_session(), key, local_date(now())).lines)
        checked(reader)
        service(db_session(), key, promises, actor(), now(), whole(reader.text("version")))
        return words, url_for("part_orders.order", key=key)

    return take(act, lambda **shown: show(key, **shown), told)


def _with_reason(key: str, service: Callable[..., object], words: str) -> Any:
    def act(reader: Reader) -> tuple[str, str]:
        service(db_session(), key, reader.text("reason"), actor(), now(), whole(reader.text("version")))
        return words, url_for("part_orders.order", key=key)

    return take(act, lambda **shown: show(key, **shown), told)
