"""The dealer packs: a box is opened, filled by scanning, and handed to a carrier."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.returns.models import OldPart, ReturnBox
from parts.returns.services.load import locked_box, locked_part, number_on, stands
from parts.returns.states import OLD_PART
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance
from portal.kernel.numbers import next_number

SERIES = "RB"
CARRIER_LENGTH, WAYBILL_LENGTH = 80, 40
#: The most parts in one box: what a person can lift and count.
MOST_PARTS = 200


def open_box(session: Session, actor: Actor, now: datetime) -> ReturnBox:
    """Open a box; an empty one that is open already is taken instead."""
    require(actor, Permission.RETURN_PACK)
    if actor.dealer_id is None:
        raise DomainError(Fault(N_("Boxes are packed by a station.")))
    used = select(OldPart.box_id).where(OldPart.box_id == ReturnBox.id).exists()
    empty = session.scalars(
        select(ReturnBox).where(ReturnBox.dealer_id == actor.dealer_id, ReturnBox.state == "packing", ~used)
        .order_by(ReturnBox.id).limit(1)
    ).first()  # fmt: skip
    if empty is not None:
        return empty
    code = session.scalars(select(Dealer.code).where(Dealer.id == actor.dealer_id)).one()
    box = ReturnBox(
        number=next_number(session, SERIES, code, now), dealer_id=actor.dealer_id, opened_by=actor.name, opened_at=now
    )
    session.add(box)
    session.flush()
    return box


def scan_in(session: Session, box_number: str, label: str, actor: Actor, now: datetime) -> OldPart:
    """Put the part whose label is scanned into a box; what does not belong there is told at ``label``."""
    return put_in(session, box_number, [number_on(label)], actor, now)[0]


def put_in(session: Session, box_number: str, numbers: Iterable[str], actor: Actor, now: datetime) -> list[OldPart]:
    """Put parts into a box, all of them or none; one that lies in it already stays there.

    What was written off may come after all: its deduction stands until the inspection.
    """
    require(actor, Permission.RETURN_PACK)
    box = locked_box(session, box_number, "ship")
    wanted, faults, packed = sorted(set(numbers)), [], []
    if _inside(session, box) + len(wanted) > MOST_PARTS:
        raise DomainError.at("label", N_("A box holds at most %(most)s parts."), most=MOST_PARTS)
    known = {part.number: part for part in _locked(session, OldPart.number.in_(wanted))}
    for number in wanted:
        part = known.get(number)
        if part is None:
            message = N_("No part of your station is asked for under the label %(number)s.")
            faults.append(Fault(message, "label", {"number": number}))
        elif part.state == "packed" and part.box_id != box.id:
            other = session.scalar(select(ReturnBox.number).where(ReturnBox.id == part.box_id))
            message = N_("%(number)s lies in box %(box)s already.")
            faults.append(Fault(message, "label", {"number": number, "box": other}))
        elif part.state != "packed" and not OLD_PART.can(part.state, "pack"):
            faults.append(stands(part, "label"))
        else:
            packed.append(part)
    if faults:
        raise DomainError(*faults)
    for part in packed:
        if part.state != "packed":
            part.box_id = box.id
            advance(session, part, "pack", actor, now, reason=box.number)
    session.flush()
    return packed


def take_out(session: Session, box_number: str, number: str, actor: Actor, now: datetime) -> OldPart:
    """Take a part out of a box that is still open."""
    require(actor, Permission.RETURN_PACK)
    box = locked_box(session, box_number, "ship")
    part = locked_part(session, number, "unpack")
    if part.box_id != box.id:
        raise DomainError(stands(part, "label"))
    advance(session, part, "unpack_late" if part.outcome else "unpack", actor, now)
    part.box_id = None
    session.flush()
    return part


def ship(
    session: Session, box_number: str, carrier: str, waybill: str, actor: Actor, now: datetime, seen: int | None = None
) -> ReturnBox:
    """Hand a box to the carrier, with all that lies in it."""
    box = locked_box(session, box_number, "ship", seen)
    parts = _locked(session, OldPart.box_id == box.id)
    faults = [
        Fault(N_("At most %(limit)s characters."), place, {"limit": limit})
        for place, text, limit in (("carrier", carrier, CARRIER_LENGTH), ("waybill", waybill, WAYBILL_LENGTH))
        if len(text.strip()) > limit
    ]
    if not carrier.strip():
        faults.append(Fault(N_("Please name the carrier."), "carrier"))
    if not parts:
        faults.append(Fault(N_("The box is empty. Put parts into it first.")))
    if faults:
        raise DomainError(*faults)
    advance(session, box, "ship", actor, now)
    box.carrier, box.waybill, box.parts = carrier.strip(), waybill.strip() or None, len(parts)
    box.shipped_at, box.shipped_by = now, actor.name
    for part in parts:
        advance(session, part, "ship", actor, now, reason=box.number)
    session.flush()
    return box


def discard(session: Session, box_number: str, actor: Actor, now: datetime) -> ReturnBox:
    """Give an empty box up; its number is not used again."""
    box = locked_box(session, box_number, "discard")
    if _inside(session, box):
        raise DomainError(Fault(N_("There are parts in this box. Take them out first.")))
    advance(session, box, "discard", actor, now)
    session.flush()
    return box


def _inside(session: Session, box: ReturnBox) -> int:
    return session.scalar(select(func.count()).select_from(OldPart).where(OldPart.box_id == box.id)) or 0


def _locked(session: Session, which: ColumnElement[bool]) -> list[OldPart]:
    """Load parts for change, in the order of their keys, so that nobody waits in a circle."""
    found = select(OldPart).where(which).order_by(OldPart.id).with_for_update()
    return list(session.scalars(found.execution_options(populate_existing=True)))
