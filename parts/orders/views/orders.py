"""The list of orders, the page of one, a new one, and the proposals."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from dealers.service.forms import Reader
from parts.orders import services, words
from parts.orders.forms import SPARE, read_wanted, told
from parts.orders.lists import NETWORK_ORDERS, ORDERS
from parts.orders.queries.orders import drafts_of, order_page
from parts.orders.queries.proposals import proposals
from parts.orders.states import PART_ORDER
from parts.orders.views import bp
from parts.stock.forms import checked
from parts.stock.views.again import take
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, say
from portal.kernel.incoming import whole
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page

WRITE = Permission.PART_ORDER_WRITE


@bp.get("/")
@access(Permission.STOCK_VIEW)
def orders() -> Any:
    """List the orders: the station's own, or all stations'."""
    spec = NETWORK_ORDERS if actor().dealer_id is None else ORDERS
    return list_page("parts/orders/list.html", fetch_page(db_session(), spec, request.args))


@bp.get("/new")
@access(WRITE)
def new() -> Any:
    """Show an empty order; ``?part=`` fills in the first line."""
    return _new(typed={"line-1-part": request.args.get("part", "")[:32]})


@bp.post("/new")
@access(WRITE)
def draft() -> Any:
    """Draft an order; its page submits it."""

    def act(reader: Reader) -> tuple[str, str]:
        wanted = read_wanted(reader)
        checked(reader)
        made = services.draft_order(
            db_session(), reader.text("kind"), wanted, actor(), now(), note=reader.text("note")
        )  # fmt: skip
        return _("The order is drafted. Look it over and submit it."), url_for("part_orders.order", key=made.number)

    return take(act, _new, told)


@bp.get("/proposals")
@access(WRITE)
def proposed() -> Any:
    """Show what the station should order by its minimums and maximums."""
    dealer = actor().dealer_id or 0
    found, drafts = proposals(db_session(), dealer, local_date(now())), drafts_of(db_session(), dealer)
    return page("parts/orders/proposals.html", found=found, drafts=drafts)


@bp.post("/proposals")
@access(WRITE)
def order_proposed() -> Any:
    """Draft a stock order of the parts that were marked."""
    try:
        made = services.draft_from_proposals(db_session(), request.form.getlist("part"), actor(), now())
    except DomainError as error:
        db_session().rollback()
        flash(say(error.faults[0]), "danger")
        return redirect(url_for("part_orders.proposed"))
    flash(_("The order is drafted. Look it over and submit it."), "success")
    return redirect(url_for("part_orders.order", key=made.number))


@bp.get("/<key>")
@access(Permission.STOCK_VIEW)
def order(key: str) -> Any:
    """Show an order: to write, to answer, or to read."""
    return show(key)


@bp.post("/<key>/save")
@access(WRITE)
def save(key: str) -> Any:
    """Keep a draft; with ``do=submit`` hand it to headquarters."""

    def act(reader: Reader) -> tuple[str, str]:
        wanted, seen = read_wanted(reader), whole(reader.text("version"))
        checked(reader)
        kind, note = reader.text("kind"), reader.text("note")
        services.save_order(db_session(), key, kind, wanted, note, actor(), seen)
        if reader.text("do") != "submit":
            return _("Kept."), url_for("part_orders.order", key=key)
        services.submit_order(db_session(), key, actor(), now())
        return _("Submitted to headquarters."), url_for("part_orders.order", key=key)

    return take(act, lambda **shown: show(key, **shown), told)


def show(key: str, status: int = 200, **shown: Any) -> Any:
    """Render an order; ``typed`` and ``faults`` are of a form that was sent and not accepted."""
    found = order_page(db_session(), key, local_date(now()))
    offered = {step.action for step in PART_ORDER.offered(found.order.state, actor().permissions)}
    if actor().dealer_id is None:
        offered -= {"submit", "withdraw"}
    return page(
        "parts/orders/order.html", status, found=found, steps=offered, words=words, spare=SPARE,
        events=[
            {"at": step.at, "who": step.actor, "text": step.reason, "title": _(words.ACTIONS[step.action]),
             "tone": words.TONES.get(step.action, "plain")}
            for step in found.steps
        ],
        today=local_date(now()), typed=shown.get("typed"), faults=shown.get("faults", []),
    )  # fmt: skip


def _new(status: int = 200, **shown: Any) -> Any:
    return page(
        "parts/orders/new.html", status, words=words, spare=SPARE, typed=shown.get("typed"),
        faults=shown.get("faults", []),
    )  # fmt: skip
