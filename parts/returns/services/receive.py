"""Headquarters signs for a box: counted by its labels, wholly or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.returns.models import OldPart, ReturnBox
from parts.returns.rules.labels import Count, LabelError, count, read
from parts.returns.services.load import label_fault, locked_box
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance


def sign_box(
    session: Session, number: str, labels: Iterable[str], actor: Actor, now: datetime, *, lacking: bool = False,
    seen: int | None = None,
) -> Count:  # fmt: skip
    """Sign for a box whose labels were scanned; a wrong count is told, label by label, and nothing is done.

    With ``lacking`` the receipt is signed with the parts that are missing written on it: they are the
    dealer's to send again, and their last day stays. What is too many is always put aside first.
    """
    require(actor, Permission.RETURN_INSPECT)
    box = locked_box(session, number, "sign", seen)
    found = _read_all(labels)
    parts = {
        part.number: part
        for part in session.scalars(
            select(OldPart).where(OldPart.box_id == box.id).order_by(OldPart.id).with_for_update()
        )
    }
    counted = count(parts, found)
    faults = [_extra(session, one) for one in counted.extra]
    if not lacking:
        faults += [
            Fault(N_("%(number)s is on the packing list, but was not scanned."), "labels", {"number": one})
            for one in counted.missing
        ]
    if faults:
        raise DomainError(*faults)
    advance(session, box, "sign", actor, now)
    box.signed_at, box.signed_by, box.lacking = now, actor.name, len(counted.missing)
    for part_number, part in parts.items():
        if part_number in counted.missing:
            _lack(session, part, box, actor, now)
        else:
            advance(session, part, "sign", actor, now, reason=box.number)
    session.flush()
    return counted


def lose_box(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, seen: int | None = None
) -> list[OldPart]:
    """Record that nothing of a box arrived: all of it is lacking, and the dealer's again.

    The parts' last day stays, so that they are overdue at once where it has passed: pressing "ship" saves nobody
    from a deduction.
    """
    require(actor, Permission.RETURN_INSPECT)
    box = locked_box(session, number, "lose", seen)
    parts = session.scalars(
        select(OldPart).where(OldPart.box_id == box.id).order_by(OldPart.id).with_for_update()
    ).all()  # fmt: skip
    advance(session, box, "lose", actor, now, reason=reason)
    box.lacking = len(parts)
    for part in parts:
        _lack(session, part, box, actor, now)
    session.flush()
    return list(parts)


def _lack(session: Session, part: OldPart, box: ReturnBox, actor: Actor, now: datetime) -> None:
    """Give a part that did not arrive back to its dealer; what was written off is missing as before."""
    advance(session, part, "lack_late" if part.outcome else "lack", actor, now, reason=box.number)
    part.box_id = None


def _read_all(labels: Iterable[str]) -> list[str]:
    """Read the labels that were scanned, one a line; every one that is none is told."""
    found, faults = [], []
    for label in labels:
        if not label.strip():
            continue
        try:
            found.append(read(label))
        except LabelError as error:
            faults.append(label_fault(label, error, "labels"))
    if not found and not faults:
        faults.append(Fault(N_("Please scan the labels in the box."), "labels"))
    if faults:
        raise DomainError(*faults)
    return found


def _extra(session: Session, number: str) -> Fault:
    """Say of a label that is not on the list where it belongs."""
    box = session.scalar(
        select(ReturnBox.number).join(OldPart, OldPart.box_id == ReturnBox.id).where(OldPart.number == number)
    )
    if box is None:
        return Fault(
            N_("%(number)s is not on the packing list of this box, nor of any other."), "labels", {"number": number}
        )
    return Fault(N_("%(number)s belongs to box %(box)s."), "labels", {"number": number, "box": box})
