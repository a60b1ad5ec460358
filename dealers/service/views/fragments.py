"""Parts of pages: suggestions while typing, the visits on a vehicle's page; and which operations overlap."""

from __future__ import annotations

from typing import Any

from flask import request

from dealers.service import queries, words
from dealers.service.lists import OVERLAPS
from dealers.service.views import bp
from portal.kernel.access import Permission, access
from portal.kernel.incoming import whole
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page


@bp.get("/cars")
@access(Permission.SERVICE_WRITE)
def cars() -> Any:
    """Suggest cars by VIN, its last six characters, or plate; owners only where the car is known."""
    found = queries.find_cars(db_session(), request.args.get("q", ""))
    dealer = actor().dealer_id
    known = {car.id for car in found if queries.knows_car(db_session(), car.id, dealer)}
    return page("dealers/service/_cars.html", cars=found, known=known)


@bp.get("/operations")
@access(Permission.SERVICE_WRITE)
def operations() -> Any:
    """Suggest labour operations for a model by code, name or initials."""
    model = whole(request.args.get("model")) or 0
    found = queries.find_operations(db_session(), request.args.get("q", ""), model)
    return page("dealers/service/_operations.html", operations=found)


@bp.get("/overlaps")
@access(Permission.CATALOGUE_VIEW)
def overlaps() -> Any:
    """List which labour operation contains which."""
    return list_page("dealers/service/overlaps.html", fetch_page(db_session(), OVERLAPS, request.args))


@bp.get("/vehicle/<vin>")
@access(Permission.VEHICLE_VIEW)
def vehicle_panel(vin: str) -> Any:
    """Show a car's visits to all stations: what and when, never prices or people (Art. 17, 24)."""
    found = queries.visits(db_session(), vin, actor().dealer_id, now())
    may_open = actor().may(Permission.SERVICE_VIEW)
    return page(
        "dealers/service/_visits.html", vin=vin, visits=found, words=words, may_open=may_open,
        may_write=actor().may(Permission.SERVICE_WRITE) and actor().dealer_id is not None,
        days=sum(visit.days for visit in found),
    )  # fmt: skip
