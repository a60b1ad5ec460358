"""Book what was agreed into the ledger of recoveries, and mark it as paid. Once each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.clock import known_day, local_date, month_of
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, locked
from warranty.recovery.models import Recovery, RecoveryEntry
from warranty.recovery.services.rounds import check_balance

REFERENCE_LENGTH = 80


@dataclass(frozen=True)
class Payment:
    """When the supplier's money came, and under which reference; yuan as agreed, less what went back."""

    paid_on: date
    reference: str


def book(session: Session, recovery_id: int, actor: Actor, now: datetime, version: int | None = None) -> Recovery:
    """Book what was agreed: from now on the supplier owes it."""
    recovery = locked(session, Recovery, recovery_id, version)
    check_balance(session, recovery)
    advance(session, recovery, "book", actor, now)
    recovery.booked_at = now
    enter(session, recovery, "booked", _agreed(recovery), actor, now)
    check_balance(session, recovery)
    return recovery


def pay(
    session: Session, recovery_id: int, payment: Payment, actor: Actor, now: datetime, version: int | None = None
) -> Recovery:  # fmt: skip
    """Mark a booked demand as paid."""
    recovery = locked(session, Recovery, recovery_id, version)
    faults = []
    if not known_day(payment.paid_on) or payment.paid_on > local_date(now):
        faults.append(Fault(N_("The day of the payment cannot be still to come."), "paid_on"))
    elif recovery.agreed_at is not None and payment.paid_on < local_date(recovery.agreed_at):
        faults.append(Fault(N_("Nothing was owed before %(day)s."), "paid_on", {"day": local_date(recovery.agreed_at)}))
    reference = payment.reference.strip()
    if not reference and _agreed(recovery) > recovery.given_back:
        faults.append(
            Fault(N_("Please write what the payment is found by: a receipt or a bank reference."), "reference")
        )
    elif len(reference) > REFERENCE_LENGTH:
        faults.append(Fault(N_("At most %(limit)s characters."), "reference", {"limit": REFERENCE_LENGTH}))
    if faults:
        raise DomainError(*faults)
    advance(session, recovery, "pay", actor, now)
    recovery.paid_on, recovery.payment_ref = payment.paid_on, reference or None
    enter(session, recovery, "paid", recovery.given_back - _agreed(recovery), actor, now)
    check_balance(session, recovery)
    return recovery


def _agreed(recovery: Recovery) -> Decimal:
    if recovery.agreed is None:
        raise RuntimeError(f"{recovery.number} is {recovery.state} without an agreed amount")
    return recovery.agreed


def enter(
    session: Session, recovery: Recovery, account: str, amount: Decimal, actor: Actor, now: datetime, *,
    adjustment: int | None = None,
) -> None:  # fmt: skip
    """Make an entry of the ledger; the table refuses a second one of its account for a demand, or for an adjustment."""
    session.add(
        RecoveryEntry(
            recovery_id=recovery.id, supplier_id=recovery.supplier_id, month=month_of(now), account=account,
            amount=amount, booked_at=now, booked_by=actor.name, adjustment_id=adjustment,
        )
    )  # fmt: skip
    session.flush()
