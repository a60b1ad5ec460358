"""Deliveries: their list, signing for one, answering what differs, checking the invoice."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from dealers.service.forms import Reader
from parts.orders import services, words
from parts.orders.forms import read_invoice, read_receipt, told
from parts.orders.lists import DELIVERIES, NETWORK_DELIVERIES
from parts.orders.queries.orders import delivery_page
from parts.orders.rules import invoice_due
from parts.orders.states import PART_DELIVERY
from parts.orders.views import bp
from parts.stock.forms import checked
from parts.stock.queries.items import held
from parts.stock.views.again import take
from portal.kernel.access import Permission, access
from portal.kernel.i18n import _
from portal.kernel.incoming import whole
from portal.kernel.listing import fetch_page
from portal.kernel.money import ZERO
from portal.kernel.web import actor, db_session, list_page, now, page

WRITE, FULFIL = Permission.PART_ORDER_WRITE, Permission.PART_ORDER_FULFIL


@bp.get("/deliveries")
@access(Permission.STOCK_VIEW)
def deliveries() -> Any:
    """List the deliveries to the station, or to all."""
    spec = NETWORK_DELIVERIES if actor().dealer_id is None else DELIVERIES
    return list_page("parts/orders/list.html", fetch_page(db_session(), spec, request.args))


@bp.get("/deliveries/<key>")
@access(Permission.STOCK_VIEW)
def delivery(key: str) -> Any:
    """Show a delivery."""
    return _show(key)


@bp.post("/deliveries/<key>/receive")
@access(WRITE)
def receive(key: str) -> Any:
    """Sign for a delivery; what is good comes into stock."""

    def act(reader: Reader) -> tuple[str, str]:
        receipt = read_receipt(reader, delivery_page(db_session(), key).lines)
        checked(reader)
        services.receive_delivery(db_session(), key, receipt, actor(), now(), whole(reader.text("version")))
        return _("Signed for; what is good is in stock."), url_for("part_orders.delivery", key=key)

    return take(act, lambda **shown: _show(key, **shown), told)


@bp.post("/deliveries/<key>/answer")
@access(FULFIL)
def answer(key: str) -> Any:
    """Answer what was short or damaged."""

    def act(reader: Reader) -> tuple[str, str]:
        outcome, reason, seen = reader.text("outcome"), reader.text("reason"), whole(reader.text("version"))
        services.answer_delivery(db_session(), key, outcome, reason, actor(), now(), seen)
        return _("Answered; the station reads it."), url_for("part_orders.delivery", key=key)

    return take(act, lambda **shown: _show(key, **shown), told)


@bp.post("/deliveries/<key>/invoice")
@access(WRITE)
def invoice(key: str) -> Any:
    """Check the invoice of a delivery."""

    def act(reader: Reader) -> tuple[str, str]:
        number, net, differs = read_invoice(reader)
        checked(reader)
        seen = whole(reader.text("version"))
        made = services.enter_invoice(
            db_session(), key, number, net, actor(), now(), differs=differs, expected_version=seen
        )  # fmt: skip
        said = _("Kept. Headquarters looks at the difference.") if made.invoice_differs else _("The invoice agrees.")
        return said, url_for("part_orders.delivery", key=key)

    return take(act, lambda **shown: _show(key, **shown), told)


def _show(key: str, status: int = 200, **shown: Any) -> Any:
    found = delivery_page(db_session(), key)
    delivered = found.delivery
    steps = {step.action for step in PART_DELIVERY.offered(delivered.state, actor().permissions)}
    mine = actor().dealer_id == delivered.dealer_id and actor().may(WRITE)
    homes = held(db_session(), delivered.dealer_id, [line.part_id for line in found.lines])
    due = invoice_due(delivered.amount, delivered.credit)
    unchecked = delivered.invoice_differs if delivered.invoice_no else due > ZERO
    return page(
        "parts/orders/delivery.html", status, found=found, delivery=delivered, words=words,
        steps=steps if mine else steps - {"receive", "receive_differing"},
        invoices=mine and delivered.state != "shipped" and unchecked,
        due=due,
        homes={part: row.home_bin for part, row in homes.items()}, present=now(),
        events=[
            {"at": step.at, "who": step.actor, "text": step.reason, "title": _(words.DELIVERY_ACTIONS[step.action]),
             "tone": "warning" if step.action == "receive_differing" else "success"}
            for step in found.steps
        ],
        typed=shown.get("typed"), faults=shown.get("faults", []),
    )  # fmt: skip
