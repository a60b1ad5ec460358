"""After the booking: what is too much goes back to the supplier, and may be asked of it again. Recorded, with why.

How much is not typed but reckoned: of each line what is above its share of what headquarters bears by now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from parts.catalogue.models import Supplier
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import known_day, local_date
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import locked
from portal.kernel.numbers import next_number
from warranty.recovery.models import Recovery, RecoveryAdjustment
from warranty.recovery.queries.adjustments import Moving, moving_now
from warranty.recovery.queries.recoveries import lines_of
from warranty.recovery.rules.answers import REASON_LENGTH
from warranty.recovery.rules.given_back import AGAIN, BACK
from warranty.recovery.services.booking import REFERENCE_LENGTH, enter
from warranty.recovery.services.contracts import lock_supplier
from warranty.recovery.services.rounds import FAULTS, check_balance
from warranty.recovery.states import BOOKED

SERIES = "RJ"
NOTHING = {
    BACK: N_("Nothing of this demand has to go back to the supplier any more."),
    AGAIN: N_("Nothing of this demand can be asked for again any more."),
}


@dataclass(frozen=True)
class Adjusting:
    """On which day it is settled with the supplier, why, and what the money is found by where it had been paid."""

    happened_on: date
    reason: str
    reference: str = ""


def give_back(
    session: Session, recovery_id: int, said: Adjusting, actor: Actor, now: datetime, version: int | None = None
) -> RecoveryAdjustment:  # fmt: skip
    """Let all go back that is above the supplier's share of what headquarters bears by now; the year's cap is freed."""
    return _adjust(session, recovery_id, BACK, said, (actor, now, version))


def ask_again(
    session: Session, recovery_id: int, said: Adjusting, actor: Actor, now: datetime, version: int | None = None
) -> RecoveryAdjustment:  # fmt: skip
    """Ask again for what went back and the station has got again: up to what was agreed, and what the caps leave."""
    return _adjust(session, recovery_id, AGAIN, said, (actor, now, version))


def _adjust(
    session: Session, recovery_id: int, kind: str, said: Adjusting, told: tuple[Actor, datetime, int | None]
) -> RecoveryAdjustment:  # fmt: skip
    """Lock the supplier, whose caps change, then the demand: of two people at once the second finds nothing to move."""
    actor, now, version = told
    require(actor, Permission.RECOVERY_BOOK)
    lock_supplier(session, session.get_one(Recovery, recovery_id).supplier_id)
    recovery = locked(session, Recovery, recovery_id, version)
    if recovery.state not in BOOKED:
        raise ConflictError(Fault(N_("Money goes back, or is asked for again, only after the demand was booked.")))
    check_balance(session, recovery)
    faults = _faults(recovery, said, now)
    if faults:
        raise DomainError(*faults)
    what = moving_now(session, recovery).get(kind)
    if what is None:
        raise DomainError.at(None, NOTHING[kind])
    made = _record(session, recovery, kind, what, said, (actor, now))
    check_balance(session, recovery)
    return made


def _faults(recovery: Recovery, said: Adjusting, now: datetime) -> list[Fault]:
    """Judge what was typed, each fault at its field."""
    faults = []
    paid = recovery.state == "paid"
    first = recovery.paid_on if paid else local_date(recovery.booked_at or now)
    if not known_day(said.happened_on) or said.happened_on > local_date(now):
        faults.append(Fault(N_("This day is still to come."), "happened_on"))
    elif first is not None and said.happened_on < first:
        message = N_("The supplier paid on %(day)s only.") if paid else N_("The demand was booked on %(day)s only.")
        faults.append(Fault(message, "happened_on", {"day": first}))
    if not said.reason.strip():
        faults.append(Fault(N_("Please give a reason."), "reason"))
    elif len(said.reason.strip()) > REASON_LENGTH:
        faults.append(Fault(FAULTS["long"], "reason", {"most": REASON_LENGTH}))
    if paid and not said.reference.strip():
        message = N_("Please write what the payment is found by: a receipt or a bank reference.")
        faults.append(Fault(message, "reference"))
    elif len(said.reference.strip()) > REFERENCE_LENGTH:
        faults.append(Fault(N_("At most %(limit)s characters."), "reference", {"limit": REFERENCE_LENGTH}))
    return faults


def _record(
    session: Session, recovery: Recovery, kind: str, what: Moving, said: Adjusting, told: tuple[Actor, datetime]
) -> RecoveryAdjustment:  # fmt: skip
    """Write the act with its lines, the lines' and the demand's sums, and the ledger."""
    actor, now = told
    sign = 1 if kind == BACK else -1
    lines = {line.position: line for line in lines_of(session, recovery.id)}
    for one, amount in what.lines:
        lines[one.position].given_back += sign * amount
    recovery.given_back += sign * what.amount
    supplier = session.get_one(Supplier, recovery.supplier_id)
    made = RecoveryAdjustment(
        number=next_number(session, SERIES, supplier.code, now), recovery_id=recovery.id, kind=kind,
        amount=what.amount, happened_on=said.happened_on, reason=said.reason.strip(),
        reference=said.reference.strip() or None, made_at=now, made_by=actor.name,
        lines=[[one.position, one.claim, str(one.borne), str(one.most), str(amount)] for one, amount in what.lines],
    )  # fmt: skip
    session.add(made)
    session.flush()
    enter(session, recovery, "back", -sign * what.amount, actor, now, adjustment=made.id)
    if recovery.state == "paid":
        enter(session, recovery, "repaid", sign * what.amount, actor, now, adjustment=made.id)
    return made
