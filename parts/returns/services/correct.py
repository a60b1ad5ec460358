"""A second person at headquarters corrects an inspection: a wrong button is not the last word."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.returns.models import OldPart, OldPartDispute
from parts.returns.ports import deductions
from parts.returns.rules.inspection import MISSING, deduction
from parts.returns.services.inspect import Finding, record
from parts.returns.services.load import locked_part
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, history

INSPECTIONS = frozenset({"accept", "deduct", "miss"})


def correct(
    session: Session, number: str, finding: Finding, reason: str, actor: Actor, now: datetime, seen: int
) -> OldPart:
    """Let another finding stand for a part, with its money; both stay in the history.

    ``seen`` is the row version of the page: of two people at once the second is told of the first. A part that was
    stored stays where it lies, unless a place is named.
    """
    require(actor, Permission.RETURN_INSPECT)
    part = locked_part(session, number, "correct", seen)
    fault = hindrance(session, part, actor)
    if fault is not None:
        raise DomainError(fault)
    same = deduction(finding.outcome, part.cost, finding.amount) == part.deducted
    if finding.outcome == part.outcome and same:
        raise DomainError.at("outcome", N_("This is what was found already."))
    advance(session, part, "correct", actor, now, reason=reason)
    place, part.place = finding.place.strip() or part.place or "", None
    record(session, part, replace(finding, place="" if finding.outcome == MISSING else place), reason, actor, now)
    return part


def hindrance(session: Session, part: OldPart, actor: Actor) -> Fault | None:
    """Say why somebody cannot correct a part's inspection; None where they can."""
    if part.inspected_at is None:
        return Fault(N_("This part was written off without an inspection: when it comes, it is inspected."))
    steps = history(session, part)
    if actor.user_id is not None and actor.user_id in {one.user_id for one in steps if one.action in INSPECTIONS}:
        return Fault(N_("You inspected this part yourself: another person corrects the inspection."))
    raised = session.scalars(select(OldPartDispute).where(OldPartDispute.old_part_id == part.id)).first()
    if raised is not None and (raised.answered_at is None or raised.answered_at >= part.inspected_at):
        return Fault(N_("The deduction is disputed: the answer to the dispute decides."))
    statement = deductions().statements(session, [part.number]).get(part.number) if part.deducted else None
    if statement is not None:
        message = N_("Statement %(number)s took the deduction: a dispute and its answer, or a credit, corrects it now.")
        return Fault(message, facts={"number": statement})
    return None
