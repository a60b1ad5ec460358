"""Parts to issue: the list over all open repairs, and the page of one, made for a scanner."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import select

from dealers.service.forms import Reader
from dealers.service.models import RepairOrder
from dealers.service.ports import claims
from parts.stock import services
from parts.stock.forms import checked, read_portions
from parts.stock.lists import TO_ISSUE
from parts.stock.queries.instead import CHANGE_THE_LINE, instead_there
from parts.stock.queries.issues import order_needs
from parts.stock.views import bp
from parts.stock.views.again import take
from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page


@bp.get("/issue")
@access(Permission.STOCK_VIEW)
def to_issue() -> Any:
    """List what repairs still need; the number of an order, typed or scanned, leads to its page."""
    typed = request.args.get("q", "").strip().upper()
    if typed and db_session().scalar(select(RepairOrder.id).where(RepairOrder.number == typed)) is not None:
        return redirect(url_for("stock.issue", key=typed))
    return list_page("parts/stock/list.html", fetch_page(db_session(), TO_ISSUE, request.args))


@bp.get("/issue/<key>")
@access(Permission.STOCK_VIEW)
def issue(key: str) -> Any:
    """Show what a repair order needs, has got, and what lies there."""
    return _show(key)


@bp.post("/issue/<key>/scan")
@access(Permission.STOCK_MOVE)
def scan(key: str) -> Any:
    """Issue what the order still needs of the part that was scanned."""

    def act(reader: Reader) -> tuple[str, str]:
        made = services.issue_scanned(db_session(), key, reader.text("scan"), actor(), now())
        return _issued(made.number), url_for("stock.issue", key=key)

    return take(act, lambda **shown: _show(key, **shown))


@bp.post("/issue/<key>")
@access(Permission.STOCK_MOVE)
def give(key: str) -> Any:
    """Issue what was written."""

    def act(reader: Reader) -> tuple[str, str]:
        portions = read_portions(reader, order_needs(db_session(), key).needs, "issue")
        checked(reader)
        return _issued(services.issue_parts(db_session(), key, portions, actor(), now()).number), _here(key)

    return take(act, lambda **shown: _show(key, **shown))


@bp.post("/issue/<key>/return")
@access(Permission.STOCK_MOVE)
def take_in(key: str) -> Any:
    """Take back what was written."""

    def act(reader: Reader) -> tuple[str, str]:
        portions = read_portions(reader, order_needs(db_session(), key).needs, "return")
        checked(reader)
        made = services.return_parts(db_session(), key, portions, actor(), now())
        return _("Taken back by document %(number)s.", number=made.number), _here(key)

    return take(act, lambda **shown: _show(key, **shown))


def _here(key: str) -> str:
    return url_for("stock.issue", key=key)


def _issued(number: str) -> str:
    return str(_("Issued by document %(number)s.", number=number))


def _show(key: str, status: int = 200, **shown: Any) -> Any:
    found = order_needs(db_session(), key)
    return page(
        "parts/stock/issue.html", status, order=found.order, needs=found.needs,
        instead=instead_there(db_session(), found, local_date(now())), change_the_line=CHANGE_THE_LINE,
        claimed=[claim.number for claim in claims().of_order(db_session(), found.order.id) if claim.live],
        typed=shown.get("typed"), faults=shown.get("faults", []),
    )  # fmt: skip
