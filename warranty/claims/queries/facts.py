"""Reads everything the checks want to know of one claim, in two messages to the database.

The head first, because it locks; then all that hangs on it, together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from typing import cast as to_type

from sqlalchemy import (
    Integer,
    Row,
    String,
    Table,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import LabourOperation, RepairOrder, RepairPhoto
from dealers.vehicles.models import OdometerReading, Vehicle, VehicleModel
from parts.catalogue.models import Part
from portal.kernel.clock import local_date
from portal.kernel.db import Fen
from portal.kernel.money import ZERO, line_amount
from portal.kernel.prepared import PreparedRead, wall
from portal.kernel.scoping import lawful_view
from portal.kernel.straight import Sent, in_one_message
from warranty.authorisations.models import PreAuthorisation
from warranty.authorisations.rules import BOUND, USING, Authorisation
from warranty.campaigns.models import Campaign, CampaignCar
from warranty.claims.models import Claim, ClaimLine, ClaimVersion
from warranty.claims.queries.books import ask_book, book_in
from warranty.claims.rules.book import RuleBook
from warranty.claims.rules.facts import (
    CampaignFacts,
    Car,
    ClaimFacts,
    GoodwillFacts,
    LineFacts,
    OtherClaim,
    Reading,
    Station,
    Visit,
)
from warranty.claims.rules.limits import Limits
from warranty.claims.rules.money import LABOUR, PART, SUBLET
from warranty.coverage.queries.facts import MODEL_COLUMNS, Asked, ask_facts, put_together
from warranty.coverage.rules.answer import Answer
from warranty.coverage.rules.decide import coverage, granted
from warranty.coverage.rules.facts import Facts, Question
from warranty.guarantee.models import CarWatch

(
    CLAIM, LINE, VERSION, ORDER, PHOTO, OPERATION, CAR, MODEL, READING, DEALER, PART_TABLE, WATCH, CAMPAIGN, MEANT,
    AUTHORISATION,
) = (
    to_type("Table", model.__table__)
    for model in (
        Claim, ClaimLine, ClaimVersion, RepairOrder, RepairPhoto, LabourOperation, Vehicle, VehicleModel,
        OdometerReading, Dealer, Part, CarWatch, Campaign, CampaignCar, PreAuthorisation,
    )
)  # fmt: skip


#: No part's number: a claim for work alone asks for none.
NO_PART = "-"


@dataclass(frozen=True)
class Dossier:
    """A claim's row with its order, car and station; its lines; the facts made of all that; the rule book."""

    head: Row[Any]
    lines: Sequence[Row[Any]]
    facts: ClaimFacts
    book: RuleBook


def dossier(session: Session, number: str, now: datetime, *, for_update: bool = False) -> Dossier | None:
    """Read a claim in the session's scope, for a check at the moment ``now``; None: there is none."""
    head = (_LOCKED_HEAD if for_update else _HEAD)(session, {"claim_number": number}).first()
    if head is None:
        return None
    today = local_date(now)
    with in_one_message(session):
        named = _ask_named(session, head, for_update=for_update)
        lines = _LINES(session, {"claim": head.id, "model": head.model_id})
        holding = ask_book(session, today)
        with lawful_view(session, "earlier claims, odometer readings and coverage of the car, for a claim's checks"):
            covering = _ask_coverage(session, head, today)
            before = _PAST(
                session,
                {
                    "claim": head.id, "vehicle": head.vehicle_id, "order": head.order_id,
                    "order_number": head.order_number, "received": head.received_at,
                },
            )  # fmt: skip
    book, rows = book_in(session, holding), lines.all()
    question, covered = _question(head, rows), put_together(head, covering) if covering else None
    answer, given = (None, None) if covered is None else (coverage(question, covered), _given(question, covered))
    facts = _facts(head, rows, before.all(), _named(named), today, book.limits, answer, given)
    return Dossier(head, rows, facts, book)


def _head(*, for_update: bool) -> Any:
    first_version = select(VERSION.c.submitted_at).where(
        VERSION.c.claim_id == CLAIM.c.id, VERSION.c.version == 1, wall(VERSION)
    ).scalar_subquery().label("first_submitted_at")  # fmt: skip
    statement = (
        select(
            *(column.label(column.key) for column in CLAIM.columns),
            ORDER.c.number.label("order_number"), ORDER.c.type.label("order_type"),
            ORDER.c.state.label("order_state"), ORDER.c.meter_replaced,
            CAR.c.invoiced_on, CAR.c.delivered_on, CAR.c.replaced_on, CAR.c.taken_back, CAR.c.taken_back_on, CAR.c.use,
            CAR.c.model_id, *MODEL_COLUMNS,
            DEALER.c.code.label("dealer_code"), DEALER.c.state.label("dealer_state"),
            DEALER.c.grade.label("dealer_grade"),
            WATCH.c.level.label("watch_level"), WATCH.c.value.label("watch_value"), WATCH.c.limit.label("watch_limit"),
            CAMPAIGN.c.state.label("campaign_state"), CAMPAIGN.c.operation_code, CAMPAIGN.c.part_number, first_version,
            MEANT.c.state.label("car_state"), MEANT.c.done_on,
            MEANT.c.order_id.label("done_by"),
        )
        .select_from(
            CLAIM.join(ORDER, ORDER.c.id == CLAIM.c.order_id).join(CAR, CAR.c.id == CLAIM.c.vehicle_id)
            .join(DEALER, DEALER.c.id == CLAIM.c.dealer_id).outerjoin(MODEL, MODEL.c.id == CAR.c.model_id)
            .outerjoin(WATCH, WATCH.c.vehicle_id == CLAIM.c.vehicle_id)
            .outerjoin(CAMPAIGN, CAMPAIGN.c.number == CLAIM.c.campaign)
            .outerjoin(MEANT, and_(MEANT.c.campaign_id == CAMPAIGN.c.id, MEANT.c.vehicle_id == CLAIM.c.vehicle_id))
        )
        .where(CLAIM.c.number == bindparam("claim_number"), wall(CLAIM), wall(ORDER))
    )  # fmt: skip
    # In this order: the visit, as the counter locks it; the claim; and the car, so that of two claims for one car
    # the second sees the first. Checks of other tables' keys go on (NO KEY).
    return statement.with_for_update(of=(ORDER, CLAIM, CAR), key_share=True) if for_update else statement


def _ask_named(session: Session, head: Row[Any], *, for_update: bool) -> Sent | None:
    """Ask for the authorisation that the claim names, with what other claims use of it; most claims name none."""
    if not head.pre_authorisation:
        return None
    read = _LOCKED_AUTHORISATION if for_update else _AUTHORISATION
    return read(session, {"named": head.pre_authorisation, "claim": head.id})


def _named(asked: Sent | None) -> Authorisation | None:
    row = asked.first() if asked else None
    if row is None:
        return None
    return Authorisation(
        row.number, row.state, row.dealer_id, row.vehicle_id, row.granted, row.used, row.valid_until
    )  # fmt: skip


def _authorisation(*, for_update: bool) -> Any:
    table = AUTHORISATION
    used = select(func.coalesce(func.sum(func.coalesce(CLAIM.c.audited, CLAIM.c.applied)), literal(ZERO, Fen()))).where(
        CLAIM.c.vehicle_id == table.c.vehicle_id, CLAIM.c.dealer_id == table.c.dealer_id,
        CLAIM.c.pre_authorisation == table.c.number, CLAIM.c.state.in_(USING), CLAIM.c.id != bindparam("claim"),
        wall(CLAIM),
    )  # fmt: skip
    statement = select(
        table.c.number, table.c.state, table.c.dealer_id, table.c.vehicle_id, table.c.granted, table.c.valid_until,
        used.scalar_subquery().label("used"),
    ).where(table.c.number == bindparam("named"), wall(table))  # fmt: skip
    # Locked against its withdrawal. The sum is right because the car was locked before this statement began:
    # no other claim of the car can be submitted meanwhile.
    return statement.with_for_update(of=table, key_share=True) if for_update else statement


def _lines() -> Any:
    known = select(OPERATION.c.id).where(OPERATION.c.code == LINE.c.code)
    of_operation = select(func.max(OPERATION.c.component)).where(
        OPERATION.c.code == LINE.c.code, LINE.c.kind == LABOUR
    ).scalar_subquery()  # fmt: skip
    fits = known.where(or_(OPERATION.c.model_id.is_(None), OPERATION.c.model_id == bindparam("model")))
    other = LINE.alias("other")  # of the line's own station: that is its wall
    # The kind is written out, not bound: the index holds the sublet lines alone.
    used = select(other.c.id).join(CLAIM, CLAIM.c.id == other.c.claim_id).where(
        text("other.kind = 'sublet'"), other.c.code == LINE.c.code, other.c.claim_id != LINE.c.claim_id,
        other.c.dealer_id == LINE.c.dealer_id, CLAIM.c.state.not_in(("draft", "withdrawn", "refused")), wall(CLAIM),
    )  # fmt: skip
    return (
        select(
            *(column.label(column.key) for column in LINE.columns if column.key != "reckoning"),
            and_(LINE.c.kind == SUBLET, LINE.c.code != "", used.exists()).label("invoice_used"),
            PART_TABLE.c.id.label("part_id"), PART_TABLE.c.per_vehicle, PART_TABLE.c.wear_class,
            and_(LINE.c.kind == LABOUR, known.exists()).label("known"),
            and_(LINE.c.kind == LABOUR, fits.exists()).label("fits"),
            func.coalesce(PART_TABLE.c.component, of_operation).label("component"),
        )
        .select_from(LINE.outerjoin(PART_TABLE, and_(LINE.c.kind == PART, PART_TABLE.c.number == LINE.c.code)))
        .where(LINE.c.claim_id == bindparam("claim"), wall(LINE))
        .order_by(LINE.c.position)
    )  # fmt: skip


def _past() -> Any:
    """Claims and readings of the car, and visits with a photo of this one, at every station."""
    nothing = cast(null(), String)
    claims = select(
        literal("claim").label("kind"), CLAIM.c.received_at.label("at"), CLAIM.c.causal_part.label("part"),
        CLAIM.c.component.label("component"), CLAIM.c.order_id.label("figure"), CLAIM.c.dealer_id.label("owner"),
        CLAIM.c.number.label("reference"), CLAIM.c.type.label("type"), CLAIM.c.state.label("state"),
    ).where(
        CLAIM.c.vehicle_id == bindparam("vehicle"), CLAIM.c.id != bindparam("claim"),
        CLAIM.c.state != "draft", CLAIM.c.state != "withdrawn",  # those were never asked for
    )  # fmt: skip
    readings = select(
        literal("reading"), READING.c.read_at, nothing, nothing, READING.c.km,
        cast(READING.c.meter_replaced, Integer), READING.c.reference, nothing, nothing,
    ).where(
        READING.c.vehicle_id == bindparam("vehicle"), READING.c.read_at <= bindparam("received"),
        READING.c.doubt.is_(None),
        or_(READING.c.reference.is_(None), READING.c.reference != bindparam("order_number")),
    )  # fmt: skip
    mine, other = PHOTO.alias("mine"), PHOTO
    photos = (
        select(
            literal("photo"), ORDER.c.received_at, nothing, nothing, ORDER.c.id, other.c.dealer_id, ORDER.c.number,
            nothing, nothing,
        )
        .select_from(mine.join(other, other.c.sha256 == mine.c.sha256).join(ORDER, ORDER.c.id == other.c.order_id))
        .where(mine.c.order_id == bindparam("order"), other.c.order_id != bindparam("order"))
    )  # fmt: skip
    return union_all(claims, readings, photos)


#: Built once: these run at every submission, and whenever a claim's page is shown.
_HEAD = PreparedRead(lambda: _head(for_update=False))
_LOCKED_HEAD = PreparedRead(lambda: _head(for_update=True))
_AUTHORISATION = PreparedRead(lambda: _authorisation(for_update=False))
_LOCKED_AUTHORISATION = PreparedRead(lambda: _authorisation(for_update=True))
_LINES = PreparedRead(_lines)
_ACROSS = frozenset({"claim", "repair_photo", "repair_order"})
_PAST = PreparedRead(_past, lawful=_ACROSS)


def _facts(
    head: Row[Any], lines: Sequence[Row[Any]], rows: Sequence[Row[Any]], named: Authorisation | None, today: date,
    limits: Limits, covered: Answer | None, given: GoodwillFacts | None,
) -> ClaimFacts:  # fmt: skip
    received = local_date(head.received_at)
    return ClaimFacts(
        today=today, type=head.type, concern=head.concern, cause=head.cause, correction=head.correction,
        component=head.component, causal_part=head.causal_part, car=_car(head),
        station=Station(head.dealer_state, head.dealer_grade),
        visit=Visit(
            head.order_type, head.order_state, received,
            local_date(head.completed_at) if head.completed_at else None, head.odometer_km, head.meter_replaced,
        ),
        lines=tuple(line_facts(line) for line in lines), limits=limits, coverage=covered,
        readings=tuple(
            Reading(local_date(row.at), row.figure, bool(row.owner)) for row in rows if row.kind == "reading"
        ),
        others=tuple(
            OtherClaim(
                local_date(row.at), row.part, row.component, row.figure == head.order_id,
                row.reference if row.owner == head.dealer_id else None, row.type, row.state == "refused",
            )
            for row in rows if row.kind == "claim"
        ),
        campaign=_campaign(head), pre_authorisation=head.pre_authorisation, authorisation=named,
        dealer_id=head.dealer_id, vehicle_id=head.vehicle_id, with_headquarters=head.state in BOUND,
        photos_used_before=tuple(
            dict.fromkeys(
                row.reference if row.owner == head.dealer_id else ""  # of another station: that, and not which
                for row in rows if row.kind == "photo"
            )
        ),
        first_submitted=local_date(head.first_submitted_at) if head.first_submitted_at else None, goodwill=given,
    )  # fmt: skip


def _campaign(head: Row[Any]) -> CampaignFacts | None:
    if not head.campaign:
        return None
    mine = head.done_by is not None and head.done_by == head.order_id
    return CampaignFacts(
        head.campaign, head.campaign_state == "open", head.car_state, head.done_on, mine, head.operation_code,
        head.part_number,
    )  # fmt: skip


def _car(head: Row[Any]) -> Car:
    begins = head.delivered_on or head.invoiced_on  # by law from the invoice, or the handing over if that differs
    if head.model_code is None:
        return Car(head.vin, begins=begins)
    watch = (head.watch_level or "green", head.watch_value or 0, head.watch_limit or 0)
    return Car(head.vin, True, head.model_code, begins, *watch)


def _ask_coverage(session: Session, head: Row[Any], today: date) -> Asked | None:
    """Ask what may cover the car; the parts of this very visit are what is asked about."""
    if head.model_code is None:
        return None
    part = head.causal_part or NO_PART
    return ask_facts(session, head, head.vehicle_id, today, but_order=head.order_id, part=part)


def _question(head: Row[Any], lines: Sequence[Row[Any]]) -> Question:
    wear_class = next((line.wear_class for line in lines if line.kind == PART and line.code == head.causal_part), None)
    return Question(
        head.component, local_date(head.received_at), head.odometer_km, head.causal_part, wear_class
    )  # fmt: skip


def _given(question: Question, covered: Facts) -> GoodwillFacts | None:
    found = granted(question, covered.grants)
    return None if found is None else GoodwillFacts(found.number, found.shares[0], found.station_id)


def line_facts(line: Row[Any]) -> LineFacts:
    """Return what the checks read of a line."""
    is_part, is_labour = line.kind == PART, line.kind == LABOUR
    return LineFacts(
        line.position, line.kind, line.code, Decimal(line.quantity), line.applied, bool(line.causal),
        known=bool(line.part_id) if is_part else bool(line.known) if is_labour else True,
        fits=bool(line.fits) if is_labour else True,
        priced=line.unit_price > 0 if is_part else True,
        per_vehicle=line.per_vehicle, component=line.component or "other", invoice_used=bool(line.invoice_used),
        full=line_amount(line.quantity, line.unit_price),
    )  # fmt: skip
