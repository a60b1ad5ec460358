"""Reads of the pages: one part, one box, what waits for an inspection, what is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle, VehicleModel
from parts.returns.models import (
    OldPart,
    OldPartDispute,
    OldPartPhoto,
    PartDisposal,
    ReturnBox,
    still_deducted,
)
from parts.returns.queries.disputes import held, held_until, last_day
from portal.kernel.clock import day_bounds
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import StateChange, history

#: Parts shown at once where they are chosen by hand.
MOST = 200
#: Days after which a box on its way is asked after: no carrier in the country needs as many.
BOX_DAYS = 30


@dataclass(frozen=True)
class Sheet:
    """An old part with all that its page shows. ``shipped_in`` is the box, None before it is packed."""

    part: OldPart
    dealer: Dealer
    car: Vehicle
    model: VehicleModel
    shipped_in: ReturnBox | None
    dispute: OldPartDispute | None
    photos: list[OldPartPhoto]
    disposal: PartDisposal | None
    steps: list[StateChange]
    answers: list[StateChange]

    @property
    def dispute_until(self) -> date | None:
        """The last day to dispute the deduction; None where there is none to dispute, or it was disputed."""
        return None if self.dispute else last_day(self.part, self.steps)

    @property
    def given_back(self) -> bool:
        """Whether the part was missing before it came: what was deducted for that is not deducted of a good one."""
        return not self.part.deducted and any(step.source == "missing" for step in self.steps)


def _missing() -> NotFoundError:
    return NotFoundError(Fault(N_("This does not exist.")))


def part_of(session: Session, number: str) -> OldPart:
    """Return an old part of the session's scope; raise `NotFoundError` where there is none."""
    found = session.scalars(select(OldPart).where(OldPart.number == number)).first()
    if found is None:
        raise _missing()
    return found


def sheet(session: Session, number: str) -> Sheet:
    """Return an old part for its page."""
    row = session.execute(
        select(OldPart, Dealer, Vehicle, VehicleModel, ReturnBox, OldPartDispute, PartDisposal)
        .join(Dealer, Dealer.id == OldPart.dealer_id)
        .join(Vehicle, Vehicle.id == OldPart.vehicle_id)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .outerjoin(ReturnBox, ReturnBox.id == OldPart.box_id)
        .outerjoin(OldPartDispute, OldPartDispute.old_part_id == OldPart.id)
        .outerjoin(PartDisposal, PartDisposal.id == OldPart.disposal_id)
        .where(OldPart.number == number)
    ).first()
    if row is None:
        raise _missing()
    part, dealer, car, model = row[:4]
    box: ReturnBox | None = row[4]
    dispute: OldPartDispute | None = row[5]
    photos = session.scalars(
        select(OldPartPhoto).where(OldPartPhoto.old_part_id == part.id).order_by(OldPartPhoto.id)
    )  # fmt: skip
    answers = [] if dispute is None else history(session, dispute)
    return Sheet(part, dealer, car, model, box, dispute, list(photos), row[6], history(session, part), answers)


def photo_key(session: Session, number: str, photo_id: int) -> str:
    """Return where a photo of an old part is kept."""
    found = session.scalar(
        select(OldPartPhoto.storage_key)
        .join(OldPart, OldPart.id == OldPartPhoto.old_part_id)
        .where(OldPartPhoto.id == photo_id, OldPart.number == number)
    )
    if found is None:
        raise _missing()
    return found


def of_claim(session: Session, claim_number: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return what was asked back of a claim, and what is deducted for it."""
    columns = (
        OldPart.number, OldPart.part_number, OldPart.part_name, OldPart.state, OldPart.due_on,
        still_deducted().label("deducted"),
    )  # fmt: skip
    found = select(*columns).outerjoin(OldPartDispute, OldPartDispute.old_part_id == OldPart.id)
    return session.execute(found.where(OldPart.claim_number == claim_number).order_by(OldPart.line)).all()


@dataclass(frozen=True)
class BoxSheet:
    """A box with what lies in it, or was listed in it.

    ``waiting`` is what its station could put in: some of it, what is due first; ``more_waiting`` is how much more.
    """

    box: ReturnBox
    dealer: Dealer
    parts: list[OldPart]
    waiting: list[OldPart]
    more_waiting: int
    steps: list[StateChange]


def box_sheet(session: Session, number: str, search: str = "") -> BoxSheet:
    """Return a box for its page; ``search`` narrows what waits to some claim's, some part's, or a label's."""
    row = session.execute(
        select(ReturnBox, Dealer).join(Dealer, Dealer.id == ReturnBox.dealer_id).where(ReturnBox.number == number)
    ).first()
    if row is None:
        raise _missing()
    box, dealer = row
    parts = session.scalars(select(OldPart).where(OldPart.box_id == box.id).order_by(OldPart.number))
    waiting, more = _waiting(session, box, search) if box.state == "packing" else ([], 0)
    return BoxSheet(box, dealer, list(parts), waiting, more, history(session, box))


def _waiting(session: Session, box: ReturnBox, search: str) -> tuple[list[OldPart], int]:
    """Return what a box's station could put in, what is due first, and how much more there is."""
    due = select(OldPart, func.count().over()).where(OldPart.dealer_id == box.dealer_id, OldPart.state == "due")
    if search:
        typed = search.upper()
        due = due.where(
            or_(
                OldPart.number.startswith(typed, autoescape=True),
                OldPart.part_number.startswith(typed, autoescape=True),
                OldPart.part_name.contains(search, autoescape=True),
            )
        )
    rows = session.execute(due.order_by(OldPart.due_on, OldPart.id).limit(MOST)).all()
    return [row[0] for row in rows], rows[0][1] - len(rows) if rows else 0


def box_number(session: Session, box_id: int | None) -> str | None:
    """Return the number of a box, None for none."""
    return None if box_id is None else session.scalar(select(ReturnBox.number).where(ReturnBox.id == box_id))


def to_inspect(session: Session) -> int:
    """Count what was received and not inspected yet."""
    return count_in(session, "signed")


def count_in(session: Session, *states: str) -> int:
    """Count the old parts of the session's scope in some states."""
    found = select(func.count()).select_from(OldPart).where(OldPart.state.in_(states))
    return session.scalar(found) or 0


def boxes_in(session: Session, state: str) -> int:
    """Count the boxes of the session's scope in a state."""
    return session.scalar(select(func.count()).select_from(ReturnBox).where(ReturnBox.state == state)) or 0


def boxes_late(session: Session, today: date) -> int:
    """Count the boxes that are on their way for longer than a carrier needs."""
    found = select(func.count()).select_from(ReturnBox).where(*long_shipped(today))
    return session.scalar(found) or 0


def long_shipped(today: date) -> tuple[ColumnElement[bool], ...]:
    """Return what makes a box late: handed to the carrier more than `BOX_DAYS` ago, and not signed for."""
    last = today - timedelta(days=BOX_DAYS)
    return ReturnBox.state == "shipped", ReturnBox.shipped_at < day_bounds(last, last)[0]


def open_disputes(session: Session) -> int:
    """Count the disputes that wait for an answer."""
    found = select(func.count()).select_from(OldPartDispute).where(OldPartDispute.state == "open")
    return session.scalar(found) or 0


@dataclass(frozen=True)
class Stored:
    """What lies in the store: what may leave, and what stays, until a day or (None) until its dispute is answered.

    Some of each, the first by place; ``more_free`` and ``more_held`` are how many more there are.
    """

    free: list[OldPart]
    held: list[tuple[OldPart, date | None]]
    more_free: int = 0
    more_held: int = 0


def stored(session: Session, maker: str, today: date, place: str = "") -> Stored:
    """Return what lies in the store; ``maker`` narrows to one supplier's, ``place`` to places that begin so."""
    found = (
        select(OldPart, OldPartDispute.state, func.count().over())
        .outerjoin(OldPartDispute, OldPartDispute.old_part_id == OldPart.id)
        .where(OldPart.state == "stored").order_by(OldPart.place, OldPart.id).limit(MOST)
    )  # fmt: skip
    if maker:
        found = found.where(OldPart.maker == maker)
    if place:
        found = found.where(OldPart.place.startswith(place.upper(), autoescape=True))
    free, stays = (session.execute(found.where(which)).all() for which in (~held(today), held(today)))
    return Stored(
        [row[0] for row in free], [(part, held_until(part, dispute, today)) for part, dispute, _all in stays],
        *(rows[0][2] - len(rows) if rows else 0 for rows in (free, stays)),
    )  # fmt: skip


def makers(session: Session) -> list[str]:
    """Return whose parts lie in the store."""
    found = select(OldPart.maker).where(OldPart.state == "stored", OldPart.maker.is_not(None)).distinct()
    return [maker for maker in session.scalars(found.order_by(OldPart.maker)) if maker]


@dataclass(frozen=True)
class Listed:
    """A list of parts that left the store, with the parts and their stations' codes."""

    disposal: PartDisposal
    parts: list[tuple[OldPart, str]]


def disposal_of(session: Session, number: str) -> Listed:
    """Return a list of parts that left the store."""
    made = session.scalars(select(PartDisposal).where(PartDisposal.number == number)).first()
    if made is None:
        raise _missing()
    rows = session.execute(
        select(OldPart, Dealer.code).join(Dealer, Dealer.id == OldPart.dealer_id)
        .where(OldPart.disposal_id == made.id).order_by(OldPart.number)
    )  # fmt: skip
    return Listed(made, [(part, code) for part, code in rows])


def last_inspected(session: Session, user_id: int | None, since: datetime) -> list[OldPart]:
    """Return what a person inspected since a moment, the latest first: what the inspection's page shows beside."""
    found = select(OldPart).where(OldPart.inspector_id == user_id, OldPart.inspected_at >= since)
    return list(session.scalars(found.order_by(OldPart.inspected_at.desc()).limit(8)))
