"""The lists of pre-authorisations: of one dealer, and of the network; and the work that waits in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle
from dealers.vehicles.rules import TAIL, clean_vin
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec
from warranty.authorisations.models import PreAuthorisation
from warranty.authorisations.queries.uses import usable_amount
from warranty.authorisations.words import STATES, TYPES


def _statement() -> Select[Any]:
    columns = (
        PreAuthorisation.id, PreAuthorisation.number, PreAuthorisation.state, PreAuthorisation.type,
        PreAuthorisation.vin, PreAuthorisation.causal_part, PreAuthorisation.asked, PreAuthorisation.granted,
        usable_amount().label("left"), PreAuthorisation.valid_until, PreAuthorisation.version,
        PreAuthorisation.created_at, PreAuthorisation.submitted_at, PreAuthorisation.decided_at,
        PreAuthorisation.decided_by,
    )  # fmt: skip
    return cast("Select[Any]", select(*columns))


def _with_dealer() -> Select[Any]:
    return _statement().add_columns(Dealer.code.label("dealer_code"), Dealer.name.label("dealer")).join(
        Dealer, Dealer.id == PreAuthorisation.dealer_id
    )  # fmt: skip


def _state(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(PreAuthorisation.state == value)


def _type(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(PreAuthorisation.type == value)


def _vin(statement: Select[Any], value: str) -> Select[Any]:
    typed = clean_vin(value)
    cars = select(Vehicle.id).where(Vehicle.vin_tail == typed[-TAIL:], Vehicle.vin.endswith(typed, autoescape=True))
    return statement.where(PreAuthorisation.vehicle_id.in_(cars))


def _number(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(PreAuthorisation.number.startswith(value.strip().upper(), autoescape=True))


def _holds_on(statement: Select[Any], day: date) -> Select[Any]:
    return statement.where(PreAuthorisation.state == "passed", PreAuthorisation.valid_until >= day)


def _dealer(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Dealer.code == value.strip().upper())


FILTERS = (
    Filter("state", N_("State"), _state, "choice", STATES),
    Filter("type", N_("Why it is asked"), _type, "choice", TYPES),
    Filter("vin", N_("VIN or its end"), _vin),
    Filter("number", N_("Pre-authorisation no."), _number),
    Filter("holds_on", N_("Passed and holds on"), _holds_on, "date"),
)
COLUMNS = (
    Column("number", N_("Pre-authorisation no."), "code", link=True),
    Column("state", N_("State"), "state", words=STATES),
    Column("type", N_("Why it is asked"), words=TYPES),
    Column("vin", N_("VIN"), "code"),
    Column("causal_part", N_("Causal part"), "code", default=False),
    Column("asked", N_("Amount asked for"), "money"),
    Column("granted", N_("Reserved"), "money"),
    Column("left", N_("Left"), "money"),
    Column("valid_until", N_("Holds until"), "date"),
    Column("version", N_("Version"), "num", default=False),
    Column("created_at", N_("Made at"), "moment", default=False),
    Column("submitted_at", N_("Submitted at"), "moment"),
    Column("decided_at", N_("Decided"), "moment", default=False),
    Column("decided_by", N_("Decided by"), default=False),
)
DEALER = (Column("dealer_code", N_("Station"), "code"), Column("dealer", N_("Name of the station"), default=False))
#: Requests get their ids in the order in which they are made: the key serves the sort by that moment.
SORTS = {"number": PreAuthorisation.number, "created_at": PreAuthorisation.id, "asked": PreAuthorisation.asked}
EMPTY = N_("No pre-authorisation yet. One is asked for on the page of a repair order or of a car.")
PLACE = ("authorisations.authorisations", "authorisations.authorisation")

AUTHORISATIONS = ListSpec(
    "authorisations", N_("Pre-authorisations"), Permission.CLAIM_VIEW, _statement, PreAuthorisation.id, COLUMNS, SORTS,
    "-created_at", *PLACE, FILTERS, EMPTY,
)  # fmt: skip
NETWORK_AUTHORISATIONS = ListSpec(
    "network_authorisations", N_("Pre-authorisations"), Permission.CLAIM_VIEW, _with_dealer, PreAuthorisation.id,
    (COLUMNS[0], *DEALER, *COLUMNS[1:]), SORTS, "-created_at", *PLACE,
    (*FILTERS, Filter("dealer", N_("Station code"), _dealer)), EMPTY,
)  # fmt: skip


def waiting_in(state: str) -> Callable[[Session, Actor, datetime], int]:
    """Return the count of requests in a state, for the work list."""

    def count(session: Session, _actor: Actor, _now: datetime) -> int:
        found = select(func.count()).select_from(PreAuthorisation).where(PreAuthorisation.state == state)
        return session.scalar(found) or 0

    return count
