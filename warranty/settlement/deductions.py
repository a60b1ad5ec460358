"""What stands beside the claims of a dealer's next statement: deductions, debits and credits.

An entry waits until a month's close takes it. What waits can be struck out; what a statement took stays,
and is countered by a credit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.returns.ports import Taken
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.money import ZERO
from portal.kernel.numbers import next_number
from warranty.claims.models import Claim
from warranty.settlement import queries
from warranty.settlement.models import Deduction
from warranty.settlement.rules import booking_faults, by_hand, left_of, of_the_claim, signed, takeable
from warranty.settlement.words import FAULTS

SERIES = "DD"
OLD_PART = "old_part"
REASON_LENGTH = 500
#: States in which a claim was paid, or is being paid.
PAID = ("in_settlement", "settled")
#: States in which a claim was or will be paid: old parts come back before the month is closed, too.
BORNE = ("approved", *PAID)


@dataclass(frozen=True)
class Booking:
    """An entry that a person books: for whom, what, how much before tax (above nought), and why."""

    dealer: str
    kind: str
    amount: Decimal
    reason: str
    claim: str = ""


def book(session: Session, booking: Booking, actor: Actor, now: datetime) -> Deduction:
    """Book an audit or administrative deduction, a debit or a credit; faults stand at their fields."""
    require(actor, Permission.SETTLEMENT_DEDUCT)
    dealer = session.scalars(select(Dealer).where(Dealer.code == booking.dealer.strip().upper())).first()
    number = booking.claim.strip().upper()
    left = left_of_claim(session, number, PAID, dealer.id) if dealer and number else None
    faults = [Fault(FAULTS[code], place, {"left": left}) for code, place in booking_faults(
        booking.kind, booking.amount, number, left)]  # fmt: skip
    if dealer is None:
        faults.append(Fault(N_("There is no dealer of this code."), "dealer"))
    if not booking.reason.strip():
        faults.append(Fault(N_("Please give a reason."), "reason"))
    elif len(booking.reason) > REASON_LENGTH:
        faults.append(Fault(N_("At most %(most)s characters, please."), "reason", {"most": REASON_LENGTH}))
    if faults or dealer is None:
        raise DomainError(*faults)
    entry = Deduction(
        dealer_id=dealer.id, kind=booking.kind, source=next_number(session, SERIES, dealer.code, now),
        claim_number=number or None, amount=signed(booking.kind, booking.amount), reason=booking.reason.strip(),
        booked_at=now, booked_by=actor.name,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


def left_of_claim(
    session: Session, number: str, states: tuple[str, ...] = BORNE, dealer_id: int | None = None
) -> Decimal | None:
    """Lock a claim and return what is left of what it was, or will be, paid; of two at once the second sees the first.

    None where there is no such claim in these states.
    """
    which = [Claim.number == number, Claim.state.in_(states)]
    if dealer_id is not None:
        which.append(Claim.dealer_id == dealer_id)
    audited = session.scalar(select(Claim.audited).where(*which).with_for_update())
    return None if audited is None else left_of(audited, queries.beside_claim(session, number))


def undo(session: Session, key: int, reason: str, actor: Actor, now: datetime) -> Deduction:
    """Undo what a person booked: strike it out while it waits, else credit it; return the entry that changed.

    The claim is locked before its entries, as the month's close takes them: else one would wait for the other.
    """
    require(actor, Permission.SETTLEMENT_DEDUCT)
    number = session.scalar(select(Deduction.claim_number).where(Deduction.id == key))
    if number:
        session.execute(select(Claim.id).where(Claim.number == number).with_for_update())
    entry = _locked(session, Deduction.id == key)
    if entry is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    if not reason.strip():
        raise DomainError.at("reason", N_("Please give a reason."))
    if not by_hand(entry.kind, entry.source):
        raise DomainError.at(None, N_("This came by itself and is undone where it came from."))
    if entry.cancelled_at is not None:
        raise ConflictError(Fault(N_("Somebody struck this out already.")))
    if entry.settlement_id is not None and entry.kind == "credit":
        raise DomainError.at(None, N_("A statement gave this credit already. Book a debit against it."))
    return _counter(session, entry, reason.strip(), actor, now)


def _locked(session: Session, *which: object) -> Deduction | None:
    return session.scalars(
        select(Deduction).where(*which).with_for_update().execution_options(populate_existing=True)  # type: ignore[arg-type]
    ).first()


def _counter(session: Session, entry: Deduction, reason: str, actor: Actor, now: datetime) -> Deduction:
    """Strike an entry out, or credit what a statement took: once, by the source of the credit.

    A credit that was struck out since is given anew. Whoever comes here holds the entry's lock.
    """
    if entry.settlement_id is None:
        _keep_covered(session, entry)
        entry.cancelled_at, entry.cancelled_by, entry.cancelled_for = now, actor.name, reason
        session.flush()
        return entry
    source = f"{entry.kind}:{entry.source}"
    credit = _locked(session, Deduction.kind == "credit", Deduction.source == source)
    if credit is not None and credit.cancelled_at is None:
        raise ConflictError(Fault(N_("This was credited already.")))
    if credit is None:
        credit = Deduction(
            dealer_id=entry.dealer_id, kind="credit", source=source, claim_number=entry.claim_number,
            amount=signed("credit", -entry.amount),
        )  # fmt: skip
        session.add(credit)
    credit.reason, credit.booked_at, credit.booked_by = reason, now, actor.name
    credit.cancelled_at = credit.cancelled_by = credit.cancelled_for = None
    session.flush()
    return credit


def _book_anew(session: Session, entry: Deduction, what: tuple[Decimal, str], actor: Actor, now: datetime) -> None:
    """Book what was struck out anew, in its own row: its source stands once a kind. ``what``: amount and reason."""
    entry.amount, entry.reason = what
    entry.booked_at, entry.booked_by = now, actor.name
    entry.cancelled_at = entry.cancelled_by = entry.cancelled_for = None
    session.flush()


def _correct_settled(
    session: Session, entry: Deduction, amount: Decimal, why: str, actor: Actor, now: datetime
) -> Decimal:  # fmt: skip
    """Correct what a statement took: it is given back wholly, once, or stands; never more is taken than it took.

    Return what is taken now. What was given back is taken again while that credit waits.
    """
    full = -entry.amount
    credit = _locked(session, Deduction.kind == "credit", Deduction.source == f"{entry.kind}:{entry.source}")
    given = credit if credit is not None and credit.cancelled_at is None else None
    wanted = min(amount, full)
    if wanted not in {ZERO, full}:
        message = N_("A statement took %(amount)s yuan for this part: leave the amount empty, or book a credit.")
        raise DomainError.at("amount", message, amount=full)
    if wanted == ZERO and given is None:
        _counter(session, entry, why, actor, now)
    elif wanted == full and given is not None:
        if given.settlement_id is not None:
            raise DomainError.at(None, N_("A statement gave this credit already. Book a debit against it."))
        _counter(session, given, why, actor, now)
    return wanted


def _keep_covered(session: Session, entry: Deduction) -> None:
    """Refuse to strike out a credit that was taken back of its claim since: more were taken then than it was paid."""
    if entry.kind != "credit" or not entry.claim_number or not of_the_claim(entry.kind, entry.source):
        return
    left = left_of_claim(session, entry.claim_number)
    if left is not None and entry.amount > left:
        message = N_("Only %(left)s yuan are left of what this claim was paid: strike out what was taken since first.")
        raise DomainError.at(None, message, left=left)


class StatementDeductions:
    """The dealers' statements as old parts meet them: `parts.returns.ports.Deductions`."""

    def take(self, session: Session, taken: Taken, actor: Actor, now: datetime) -> Decimal:
        """Let the dealer's next statement take it, but no more than is left of the claim; return what it takes.

        The table refuses a second one for the same part. Where nothing is left there is no entry.
        """
        amount = takeable(taken.amount, left_of_claim(session, taken.claim_number))
        if amount <= ZERO:
            return ZERO
        session.add(
            Deduction(
                dealer_id=taken.dealer_id, kind=OLD_PART, source=taken.old_part, claim_number=taken.claim_number,
                amount=signed(OLD_PART, amount), reason=taken.reason, booked_at=now, booked_by=actor.name,
            )
        )  # fmt: skip
        session.flush()
        return amount

    def correct(self, session: Session, taken: Taken, why: str, actor: Actor, now: datetime) -> Decimal:
        """Let this count for the part instead of what was taken before: struck out, booked anew, or credited.

        The claim is locked before its entries, as the month's close takes them.
        """
        left = left_of_claim(session, taken.claim_number)
        entry = _locked(session, Deduction.kind == OLD_PART, Deduction.source == taken.old_part)
        if entry is None:
            return self.take(session, taken, actor, now) if taken.amount > ZERO else ZERO
        if entry.settlement_id is not None:
            return _correct_settled(session, entry, taken.amount, why, actor, now)
        standing = ZERO if entry.cancelled_at is not None else -entry.amount
        wanted = takeable(taken.amount, None if left is None else left + standing)
        if wanted == standing:
            entry.reason = taken.reason
            return standing
        if standing:
            _counter(session, entry, why, actor, now)
        if wanted > ZERO:
            _book_anew(session, entry, (signed(OLD_PART, wanted), taken.reason), actor, now)
        return wanted

    def left_of(self, claim_number: SQLColumnExpression[str]) -> ColumnElement[Decimal | None]:
        """Return in SQL what is left of what a claim was, or will be, paid; null where there is no such claim."""
        return queries.left_of_claims(claim_number, BORNE)

    def give_back(self, session: Session, old_part: str, reason: str, actor: Actor, now: datetime) -> None:
        """Strike the part's deduction out, or credit it where a statement took it."""
        entry = _locked(session, Deduction.kind == OLD_PART, Deduction.source == old_part)
        if entry is not None and entry.cancelled_at is None:
            _counter(session, entry, reason, actor, now)

    def statements(self, session: Session, old_parts: Iterable[str]) -> Mapping[str, str]:
        """Return which statements took the deductions of these parts."""
        return queries.statements_of(session, OLD_PART, old_parts)
