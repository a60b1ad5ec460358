"""Write what stands beside the maker's duty: extended-service contracts and goodwill."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.words import COMPONENTS
from dealers.vehicles.models import Vehicle
from dealers.vehicles.rules import clean_vin
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import known_day
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.numbers import next_number
from warranty.coverage.models import Goodwill, ServiceContract
from warranty.coverage.queries.versions import contract, vehicle_of
from warranty.coverage.services.versions import HEADQUARTERS, MOST_KM, NOTE_LENGTH

GOODWILL_SERIES, NUMBER_LENGTH, PRODUCT_LENGTH, WHOLE = "GW", 40, 80, 100
#: A contract's number stands in addresses.
NUMBER = re.compile(r"[A-Z0-9-]*")
NEEDED = N_("Please fill this in.")


@dataclass(frozen=True)
class Span:
    """From a day until a day, and kilometres of the odometer; ``km`` None: any mileage."""

    begins_on: date
    until_on: date
    until_km: int | None


@dataclass(frozen=True)
class ContractFacts:
    """A contract as it was signed. ``seller`` is a dealer's code, empty for headquarters."""

    number: str
    vin: str
    product: str
    span: Span
    components: Sequence[str] = ()
    wear_parts: bool = False
    seller: str = ""


@dataclass(frozen=True)
class GrantFacts:
    """What headquarters gives. Shares are percent; ``station`` is the code of the dealer that asked for it."""

    vin: str
    span: Span
    headquarters_share: int
    dealer_share: int
    customer_share: int
    reason: str
    component: str = ""
    station: str = ""


def add_contract(session: Session, facts: ContractFacts, actor: Actor, now: datetime) -> ServiceContract:
    """Keep a contract; its number is the one on its paper."""
    require(actor, Permission.COVERAGE_EDIT)
    vehicle, number = vehicle_of(session, clean_vin(facts.vin)), facts.number.strip().upper()
    seller, faults = _dealer(session, facts.seller, "seller")
    faults += [
        *_vehicle_faults(vehicle), *_span_faults(facts.span), *_text_faults("number", number, NUMBER_LENGTH),
        *_text_faults("product", facts.product, PRODUCT_LENGTH), *_component_faults(facts.components, "components"),
    ]  # fmt: skip
    if not NUMBER.fullmatch(number):
        faults.append(Fault(N_("Only letters, figures and hyphens."), "number"))
    if session.scalar(select(ServiceContract.id).where(ServiceContract.number == number)) is not None:
        faults.append(Fault(N_("This number is taken already."), "number"))
    if faults or vehicle is None:
        raise DomainError(*faults)
    row = ServiceContract(
        number=number, vehicle_id=vehicle.id, vin=vehicle.vin, product=facts.product.strip(),
        components=sorted(set(facts.components)), wear_parts=facts.wear_parts, begins_on=facts.span.begins_on,
        until_on=facts.span.until_on, until_km=facts.span.until_km, seller_id=seller, made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def cancel_contract(session: Session, number: str, day: date, why: str, actor: Actor) -> ServiceContract:
    """End a contract: from a day on it covers nothing."""
    require(actor, Permission.COVERAGE_EDIT)
    row = contract(session, number)
    if row.cancelled_on is not None:
        raise ConflictError(Fault(N_("This contract was cancelled already.")))
    faults = _text_faults("why", why, NOTE_LENGTH)
    if not row.begins_on <= day <= row.until_on:
        faults.append(Fault(N_("The day has to be within the contract."), "day"))
    if faults:
        raise DomainError(*faults)
    row.cancelled_on, row.cancelled_why = day, why.strip()
    session.flush()
    return row


def grant_goodwill(session: Session, facts: GrantFacts, actor: Actor, now: datetime) -> Goodwill:
    """Grant goodwill; the three shares add up to the whole."""
    require(actor, Permission.GOODWILL_GRANT)
    vehicle = vehicle_of(session, clean_vin(facts.vin))
    station, faults = _dealer(session, facts.station, "station")
    shares = (facts.headquarters_share, facts.dealer_share, facts.customer_share)
    faults += [
        *_vehicle_faults(vehicle), *_span_faults(facts.span), *_text_faults("reason", facts.reason, NOTE_LENGTH),
        *_component_faults([facts.component] if facts.component else [], "component"),
    ]  # fmt: skip
    if min(shares) < 0 or sum(shares) != WHOLE:
        message = N_("The shares have to add up to 100 percent; they add up to %(total)s.")
        faults.append(Fault(message, "headquarters_share", {"total": sum(shares)}))
    elif facts.dealer_share and station is None:
        faults.append(Fault(N_("Please name the dealer who bears a share."), "station"))
    if faults or vehicle is None:
        raise DomainError(*faults)
    row = Goodwill(
        number=next_number(session, GOODWILL_SERIES, HEADQUARTERS, now), vehicle_id=vehicle.id, vin=vehicle.vin,
        component=facts.component, begins_on=facts.span.begins_on, until_on=facts.span.until_on,
        until_km=facts.span.until_km, headquarters_share=shares[0], dealer_share=shares[1], customer_share=shares[2],
        station_id=station, reason=facts.reason.strip(), granted_by=actor.name, granted_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _dealer(session: Session, code: str, field: str) -> tuple[int | None, list[Fault]]:
    """Return the id of a dealer that was named, or the fault that there is none."""
    if not code.strip():
        return None, []
    found = session.scalar(select(Dealer.id).where(Dealer.code == code.strip().upper()))
    return found, [] if found is not None else [Fault(N_("This dealer is not known."), field)]


def _vehicle_faults(vehicle: Vehicle | None) -> list[Fault]:
    return [Fault(N_("This car is not known."), "vin")] if vehicle is None else []


def _span_faults(span: Span) -> list[Fault]:
    faults = [
        Fault(N_("This day is too far away."), name)
        for name, day in (("begins_on", span.begins_on), ("until_on", span.until_on))
        if not known_day(day)
    ]
    if span.until_on < span.begins_on:
        faults.append(Fault(N_("The last day is before the first one."), "until_on"))
    if span.until_km is not None and not 1 <= span.until_km <= MOST_KM:
        message = N_("A whole number from %(least)s to %(most)s.")
        faults.append(Fault(message, "until_km", {"least": 1, "most": MOST_KM}))
    return faults


def _text_faults(field: str, text: str, most: int) -> list[Fault]:
    if not text.strip():
        return [Fault(NEEDED, field)]
    return [Fault(N_("At most %(limit)s characters."), field, {"limit": most})] if len(text) > most else []


def _component_faults(components: Sequence[str], field: str) -> list[Fault]:
    return [] if set(components) <= set(COMPONENTS) else [Fault(N_("Please choose from the list."), field)]
