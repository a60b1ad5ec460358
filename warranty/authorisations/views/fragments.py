"""What the pages of repair orders, cars and claims show of pre-authorisations."""

from __future__ import annotations

from typing import Any

from flask import request

from portal.kernel.access import Permission, access
from portal.kernel.clock import local_date
from portal.kernel.web import db_session, now, page
from warranty.authorisations import words
from warranty.authorisations.queries.pages import choices, of_car, of_order, received_at
from warranty.authorisations.states import OPEN
from warranty.authorisations.views import bp


@bp.get("/order/<number>/panel")
@access(Permission.CLAIM_VIEW)
def order_panel(number: str) -> Any:
    """Show the authorisations of a repair order, and ask for one with a click."""
    order, found, jobs = of_order(db_session(), number)
    return page("warranty/authorisations/_order_panel.html", order=order, found=found, jobs=jobs, words=words)


@bp.get("/car/<vin>/panel")
@access(Permission.CLAIM_VIEW)
def car_panel(vin: str) -> Any:
    """Show a car's authorisations on its own page, and ask for one before the visit."""
    return page("warranty/authorisations/_car_panel.html", vin=vin, found=of_car(db_session(), vin), words=words)


@bp.get("/car/<vin>/choices")
@access(Permission.CLAIM_VIEW)
def car_choices(vin: str) -> Any:
    """Offer, below the field of a claim, what it may name and what is left of that."""
    claim = request.args.get("claim", "")
    received = received_at(db_session(), claim)
    day = local_date(received or now())
    return page(
        "warranty/authorisations/_choices.html", found=choices(db_session(), vin, day, claim),
        asks=received is not None, waiting=[row for row in of_car(db_session(), vin) if row.state in OPEN], words=words,
    )  # fmt: skip
