"""Old parts leave the store, by a list: handed to their supplier, or scrapped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.returns.models import OldPart, OldPartDispute, PartDisposal
from parts.returns.queries.disputes import held_until
from parts.returns.services.load import stands
from parts.returns.words import DISPOSALS
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance
from portal.kernel.numbers import next_number

SERIES, OWNER = "RD", "HQ"
RECEIVER_LENGTH, NOTE_LENGTH = 80, 500
#: The most parts on one list.
MOST_PARTS = 500


def dispose(
    session: Session, kind: str, receiver: str, numbers: Collection[str], note: str, actor: Actor, now: datetime
) -> PartDisposal:  # fmt: skip
    """Write a list of stored parts that leave, all of them or none; a supplier gets its own parts only.

    A part stays while its deduction may be disputed, and then until the dispute is answered: it is the evidence.
    """
    require(actor, Permission.RETURN_DISPOSE)
    faults = _shape_faults(kind, receiver.strip(), numbers, note)
    if faults:
        raise DomainError(*faults)
    parts = session.scalars(
        select(OldPart).where(OldPart.number.in_(numbers)).order_by(OldPart.id).with_for_update()
    ).all()  # fmt: skip
    disputes = _disputes(session, parts)
    known = {part.number for part in parts}
    faults = [
        Fault(N_("There is no old part %(number)s."), "parts", {"number": one})
        for one in sorted(set(numbers) - known)
    ]  # fmt: skip
    faults += [
        fault
        for part in parts
        if (fault := _hindrance(part, kind, receiver.strip(), disputes.get(part.id), local_date(now))) is not None
    ]
    if faults:
        raise DomainError(*faults)
    made = PartDisposal(
        number=next_number(session, SERIES, OWNER, now), kind=kind, receiver=receiver.strip(), note=note.strip(),
        parts=len(parts), made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    for part in parts:
        part.disposal_id = made.id
        advance(session, part, kind, actor, now, reason=made.number)
    session.flush()
    return made


def _shape_faults(kind: str, receiver: str, numbers: Collection[str], note: str) -> list[Fault]:
    faults = []
    if kind not in DISPOSALS:
        faults.append(Fault(N_("Please choose from the list."), "kind"))
    if not receiver:
        faults.append(Fault(N_("Please say who takes the parts."), "receiver"))
    faults += [
        Fault(N_("At most %(limit)s characters."), place, {"limit": limit})
        for place, text, limit in (("receiver", receiver, RECEIVER_LENGTH), ("note", note, NOTE_LENGTH))
        if len(text) > limit
    ]
    if not numbers:
        faults.append(Fault(N_("Please choose at least one part."), "parts"))
    if len(numbers) > MOST_PARTS:
        faults.append(Fault(N_("At most %(most)s parts on one list."), "parts", {"most": MOST_PARTS}))
    return faults


def _disputes(session: Session, parts: Collection[OldPart]) -> Mapping[int, str]:
    """Return how the disputes of some parts stand, by part."""
    found = select(OldPartDispute.old_part_id, OldPartDispute.state)
    rows = session.execute(found.where(OldPartDispute.old_part_id.in_([part.id for part in parts])))
    return {row[0]: row[1] for row in rows}


def _hindrance(part: OldPart, kind: str, receiver: str, dispute: str | None, today: date) -> Fault | None:
    """Say why a part cannot leave; None where it can. ``dispute`` is the state of its dispute, None without one."""
    if part.state != "stored":
        return stands(part, "parts")
    if dispute == "open":
        message = N_("The deduction for %(number)s is disputed: it stays until headquarters has answered.")
        return Fault(message, "parts", {"number": part.number})
    if (until := held_until(part, dispute, today)) is not None:
        message = N_("The deduction for %(number)s may be disputed until %(day)s: it stays until then.")
        return Fault(message, "parts", {"number": part.number, "day": until.isoformat()})
    if kind == "hand_over" and part.maker != receiver:
        message = N_("%(number)s was made by %(maker)s, so %(receiver)s does not get it.")
        return Fault(message, "parts", {"number": part.number, "maker": part.maker or "—", "receiver": receiver})
    return None
