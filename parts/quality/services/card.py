"""The card itself: what failed, under which conditions, with what loss; typed by a station, or by headquarters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import cast

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part, Supplier
from parts.quality.models import QualityReport, QualityTerm
from parts.quality.queries.reports import find_report
from parts.quality.rules.terms import terms
from parts.quality.services.load import locked_for, locked_report, refuse_unless
from parts.quality.services.measures import lift_measures
from parts.quality.states import HELD, WORKED
from parts.quality.words import COMPONENTS, CONDITIONS, FAILURE_MODES
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance
from portal.kernel.money import LIMIT, ZERO

LENGTHS = {
    "title": 120, "part_number": 32, "failure_place": 120, "concern": 2_000, "cause": 2_000, "handling": 2_000,
    "loss": 1_000,
}  # fmt: skip
MOST_KM = 2_000_000
#: What a report must say before headquarters can work on it; a report of claims has no car of its own.
NEEDED = ("title", "part_number", "failure_mode", "concern")
NEEDED_OF_STATION = (*NEEDED, "cause", "failure_place", "road", "speed", "engine_state")
CHOOSE = N_("Please choose from the list.")


@dataclass(frozen=True)
class Card:
    """What is typed on a card; amounts in yuan."""

    title: str
    part_number: str
    component: str
    failure_mode: str | None
    failure_place: str
    odometer_km: int | None
    road: str | None
    weather: str | None
    speed: str | None
    load: str | None
    engine_state: str | None
    concern: str
    cause: str
    handling: str
    safety: bool
    loss: str
    loss_amount: Decimal


def card_of(found: QualityReport) -> Card:
    """Return what stands on a card."""
    values = {field.name: getattr(found, field.name) for field in fields(Card)}
    return Card(**{**values, "part_number": found.part_number or ""})


def edit_report(
    session: Session, number: str, card: Card, actor: Actor, now: datetime, expected_version: int | None = None
) -> QualityReport:
    """Store what was typed: by the station that holds the report, or by headquarters on one of its own."""
    found = locked_own(session, number, actor, now, expected_version)
    faults = _shape_faults(card)
    if faults:
        raise DomainError(*faults)
    for field in fields(Card):
        value = getattr(card, field.name)
        setattr(found, field.name, value.strip() if isinstance(value, str) else value)
    _name_part(session, found, card.part_number.strip().upper())
    session.flush()
    index_terms(session, found)
    if found.state in WORKED and (missing := missing_of(found)):
        raise DomainError(*missing)  # the eight steps and the claims' figures rest on it
    return found


def submit_report(
    session: Session, number: str, card: Card, actor: Actor, now: datetime, expected_version: int | None = None,
    *, seen: str | None = None,
) -> QualityReport:  # fmt: skip
    """Store what was typed and hand the report to headquarters.

    ``seen`` is the state the button was drawn in: pressed twice, once is done.
    """
    require(actor, Permission.QUALITY_REPORT)
    known = find_report(session, number)
    if known.state == "submitted" and seen in HELD:
        return known
    found = edit_report(session, number, card, actor, now, expected_version)
    missing = missing_of(found)
    if missing:
        raise DomainError(*missing)
    advance(session, found, "submit", actor, now)
    found.submitted_at, found.seen_at = now, now
    session.flush()
    return found


def withdraw_report(
    session: Session, number: str, actor: Actor, now: datetime, expected_version: int | None = None
) -> QualityReport:
    """Take a report back that headquarters does not have; what was published because of it holds no longer."""
    require(actor, Permission.QUALITY_REPORT)
    found = locked_for(session, number, "withdraw", now, expected_version)
    _refuse_foreign(found, actor)
    advance(session, found, "withdraw", actor, now)
    lift_measures(session, found, now)
    session.flush()
    return found


def missing_of(found: QualityReport) -> list[Fault]:
    """Say what headquarters could not work on."""
    needed = NEEDED if found.dealer_id is None else NEEDED_OF_STATION
    return [
        Fault(CHOOSE if name == "failure_mode" or name in CONDITIONS else N_("Please fill this in."), name)
        for name in needed
        if not str(getattr(found, name) or "").strip()
    ]


def index_terms(session: Session, found: QualityReport) -> None:
    """Keep what a report is found by, in place of what it was found by before."""
    said = terms(
        " ".join(
            str(part or "")
            for part in (
                found.number, found.title, found.part_number, found.part_name, found.supplier, found.failure_place,
                found.concern, found.cause, found.handling, found.loss,
            )
        )
    )  # fmt: skip
    session.execute(
        delete(QualityTerm).where(QualityTerm.report_id == found.id),
        execution_options={"synchronize_session": False},
    )
    rows = [{"dealer_id": found.dealer_id, "report_id": found.id, "term": term} for term in sorted(said)]
    if rows:
        session.execute(insert(QualityTerm), rows)


def locked_own(
    session: Session, number: str, actor: Actor, now: datetime, expected_version: int | None
) -> QualityReport:
    """Load a report that the actor opened and may change now; somebody else's does not exist."""
    known = find_report(session, number)
    require(actor, Permission.QUALITY_HANDLE if known.dealer_id is None else Permission.QUALITY_REPORT)
    _refuse_foreign(known, actor)
    found = locked_report(session, number, now, expected_version)
    refuse_unless(found, ("draft", *WORKED) if found.dealer_id is None else HELD)
    return found


def _refuse_foreign(found: QualityReport, actor: Actor) -> None:
    """A card is the word of whoever opened it: headquarters does not write a station's, nor the other way round."""
    if found.dealer_id != actor.dealer_id:
        raise NotFoundError(Fault(N_("This does not exist.")))


def _name_part(session: Session, found: QualityReport, number: str) -> None:
    found.part_number = number or None
    known = session.execute(
        select(Part.name_zh, Supplier.name_zh.label("supplier"))
        .outerjoin(Supplier, Supplier.id == Part.supplier_id).where(Part.number == number)
    ).first()  # fmt: skip
    if known is not None:
        found.part_name, found.supplier = known.name_zh, known.supplier


def _shape_faults(card: Card) -> list[Fault]:
    """Say what could not be kept at all."""
    faults = [
        Fault(N_("At most %(limit)s characters."), name, {"limit": limit})
        for name, limit in LENGTHS.items()
        if len(getattr(card, name)) > limit
    ]
    faults += [
        Fault(CHOOSE, name)
        for name, known in (("failure_mode", FAILURE_MODES), *CONDITIONS.items())
        if (value := cast("str | None", getattr(card, name))) is not None and value not in known
    ]
    if card.component not in COMPONENTS:
        faults.append(Fault(CHOOSE, "component"))
    if card.odometer_km is not None and not 0 <= card.odometer_km <= MOST_KM:
        message = N_("A whole number from %(least)s to %(most)s.")
        faults.append(Fault(message, "odometer_km", {"least": 0, "most": MOST_KM}))
    if not ZERO <= card.loss_amount <= LIMIT:
        faults.append(Fault(N_("The amount must not be below 0."), "loss_amount"))
    return faults
