"""The list of parts in stock, and the page of one: its bins, its limits, how it moved."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from sqlalchemy import select

from dealers.network.models import Dealer
from dealers.service.forms import Reader
from parts.stock import services, words
from parts.stock.forms import checked, read_limits
from parts.stock.lists import NETWORK_STOCK, STOCK
from parts.stock.queries.items import item_page
from parts.stock.views import bp
from parts.stock.views.again import take
from portal.kernel.access import Permission, access
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page


@bp.get("/")
@access(Permission.STOCK_VIEW)
def items() -> Any:
    """List the parts in stock: the station's own, or all stations'."""
    spec = NETWORK_STOCK if actor().dealer_id is None else STOCK
    return list_page("parts/stock/stock.html", fetch_page(db_session(), spec, request.args))


@bp.get("/items/<key>")
@access(Permission.STOCK_VIEW)
def item(key: str) -> Any:
    """Show a part at a station; the key is ``station:part``, or the part alone at one's own."""
    return _show(key)


@bp.post("/items/<key>/limits")
@access(Permission.STOCK_MOVE)
def limits(key: str) -> Any:
    """Write minimum, maximum and bin of a part at one's own station."""

    def act(reader: Reader) -> tuple[str, str]:
        dealer_id, number = _meant(key)
        if dealer_id != actor().dealer_id:
            raise NotFoundError(Fault("This does not exist."))
        wanted = read_limits(reader)
        checked(reader)
        services.set_limits(db_session(), number, wanted, actor(), now())
        return _("Kept."), url_for("stock.item", key=key)

    return take(act, lambda **shown: _show(key, **shown))


def _show(key: str, status: int = 200, **shown: Any) -> Any:
    dealer_id, number = _meant(key)
    found = item_page(db_session(), number, dealer_id)
    return page(
        "parts/stock/item.html", status, found=found, words=words, key=key,
        typed=shown.get("typed"), faults=shown.get("faults", []),
    )  # fmt: skip


def _meant(key: str) -> tuple[int, str]:
    """Return the station and the part of an address; a station finds its own only."""
    code, _colon, number = key.rpartition(":")
    own = actor().dealer_id
    if not code and own is not None:
        return own, number.strip()
    dealer_id = db_session().scalar(select(Dealer.id).where(Dealer.code == code))
    if dealer_id is None or own not in {None, dealer_id}:
        raise NotFoundError(Fault("This does not exist."))
    return dealer_id, number.strip()
