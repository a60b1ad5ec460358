"""Headquarters inspects, stores, excuses, and writes off what did not come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.returns.models import OldPart, OldPartDispute
from parts.returns.ports import Taken, deductions
from parts.returns.queries.overdue import late as overdue
from parts.returns.rules.inspection import MISSING, deduction, digest, inspection_faults, step_of, uncovered
from parts.returns.services.load import locked_part
from parts.returns.words import FAULTS
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance
from portal.kernel.money import ZERO

NOTE_LENGTH, PLACE_LENGTH = 500, 24
OVERDUE = "overdue"


@dataclass(frozen=True)
class Finding:
    """What an inspection found; ``amount`` is what to deduct where it is less than the claim paid."""

    outcome: str
    amount: Decimal | None = None
    note: str = ""
    place: str = ""  # where the part is put, if at once


def inspect(
    session: Session, number: str, finding: Finding, actor: Actor, now: datetime, seen: int | None = None
) -> OldPart:
    """Store what was found, once; what is deducted goes into the dealer's next statement at the same moment.

    Of a part that was written off and came after all, what was deducted for that counts: a good one gives it back,
    for any other the same money is not taken twice.
    """
    require(actor, Permission.RETURN_INSPECT)
    part = locked_part(session, number, "accept", seen)
    record(session, part, finding, "arrived", actor, now)
    return part


def record(session: Session, part: OldPart, finding: Finding, why: str, actor: Actor, now: datetime) -> None:
    """Judge and store a finding of a part that waits for one, and let the money follow; the caller holds its lock.

    ``why`` is what is said of money that was taken for the part before and is not taken any more.
    """
    codes = inspection_faults(finding.outcome, part.cost, finding.amount, finding.note)
    faults = [Fault(FAULTS[code], place) for code, place in codes]
    faults += _too_long(finding.note, "note", NOTE_LENGTH) + _too_long(finding.place, "place", PLACE_LENGTH)
    if faults:
        raise DomainError(*faults)
    part.outcome, part.inspection_note = finding.outcome, finding.note.strip() or None
    part.inspected_at, part.inspected_by, part.inspector_id = now, actor.name, actor.user_id
    before, found = part.deducted, deduction(finding.outcome, part.cost, finding.amount)
    advance(session, part, step_of(finding.outcome), actor, now, reason=finding.note)
    if before is None:
        _deduct(session, part, found, finding.outcome, actor, now)
    else:
        _deduct_instead(session, part, (found, finding.outcome, finding.note.strip() or why), actor, now)
    if finding.place.strip() and finding.outcome != MISSING:
        _put(session, part, finding.place, actor, now)
    session.flush()


def store(
    session: Session, number: str, place: str, actor: Actor, now: datetime, seen: int | None = None
) -> OldPart:  # fmt: skip
    """Put an inspected part into its place."""
    require(actor, Permission.RETURN_INSPECT)
    part = locked_part(session, number, "store", seen)
    faults = _too_long(place, "place", PLACE_LENGTH)
    if not place.strip():
        faults.append(Fault(N_("Please say where it is put."), "place"))
    if faults:
        raise DomainError(*faults)
    _put(session, part, place, actor, now)
    session.flush()
    return part


def excuse(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, seen: int | None = None
) -> OldPart:  # fmt: skip
    """Let a part stay with the dealer that cannot come back (kept by the police, leaking): nothing is deducted."""
    require(actor, Permission.RETURN_INSPECT)
    part = locked_part(session, number, "excuse", seen)
    if part.outcome:
        raise DomainError.at(None, N_("This part was written off: the deduction stands until it is inspected."))
    advance(session, part, "excuse", actor, now, reason=reason)
    part.box_id = None
    session.flush()
    return part


def write_off(
    session: Session, dealer_code: str, reason: str, actor: Actor, now: datetime, seen: str | None = None
) -> list[OldPart]:  # fmt: skip
    """Deduct all that a dealer did not send in time; what was deducted is not asked for any more.

    ``seen`` is the digest of the parts that somebody looked at: others are refused. Claim by claim in the order of
    their keys, as the month's close locks them: else one would wait for the other.
    """
    require(actor, Permission.RETURN_INSPECT)
    dealer_id = session.scalar(select(Dealer.id).where(Dealer.code == dealer_code))
    if dealer_id is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    late = session.scalars(
        select(OldPart)
        .where(OldPart.dealer_id == dealer_id, overdue(local_date(now)))
        .order_by(OldPart.id).with_for_update()
    ).all()  # fmt: skip
    if not late:
        raise DomainError(Fault(N_("Nothing of this station is overdue.")))
    if seen is not None and seen != digest(part.number for part in late):
        raise DomainError(Fault(N_("Since you looked, other parts are overdue than were shown. Please look again.")))
    for part in sorted(late, key=lambda one: (one.claim_id, one.line)):
        part.outcome, part.box_id = MISSING, None
        advance(session, part, "write_off", actor, now, reason=reason)
        _deduct(session, part, part.cost, OVERDUE, actor, now)
    session.flush()
    return list(late)


def _put(session: Session, part: OldPart, place: str, actor: Actor, now: datetime) -> None:
    part.place = place.strip().upper()
    advance(session, part, "store", actor, now, reason=part.place)


def _deduct(session: Session, part: OldPart, found: Decimal, why: str, actor: Actor, now: datetime) -> None:
    """Let the next statement take what was found, and keep what it really takes; the rest was taken before."""
    part.deducted = found
    if found > ZERO:
        part.deducted = deductions().take(session, _taken(part, found, why), actor, now)
        part.uncovered = uncovered(found, part.deducted)


def _deduct_instead(
    session: Session, part: OldPart, found: tuple[Decimal, str, str], actor: Actor, now: datetime
) -> None:
    """Let what was found count instead of what was deducted before; ``found``: how much, what, why it is less.

    What headquarters waived in answer to a dispute stays waived.
    """
    amount, outcome, why = found
    waived = select(OldPartDispute.id).where(OldPartDispute.old_part_id == part.id, OldPartDispute.state == "waived")
    if session.scalar(waived) is not None:
        return
    part.deducted = deductions().correct(session, _taken(part, amount, outcome), why, actor, now)
    part.uncovered = uncovered(amount, part.deducted)


def _taken(part: OldPart, amount: Decimal, why: str) -> Taken:
    return Taken(part.dealer_id, part.number, part.claim_number, amount, why)


def _too_long(text: str, place: str, limit: int) -> list[Fault]:
    return [Fault(N_("At most %(limit)s characters."), place, {"limit": limit})] if len(text.strip()) > limit else []
