"""A statement's way from the dealer's yes or no to the payment. Every step by `lifecycle.advance`.

Nothing is edited after the dealer confirmed: lines change only while a dispute is being answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.invoices import is_invoice_number, within_tolerance
from portal.kernel.lifecycle import advance, locked
from warranty.claims.settling import pay_claims, release_claim
from warranty.settlement import queries
from warranty.settlement.closing import reckon_again
from warranty.settlement.models import LedgerEntry, Settlement, SettlementLine

UPHELD, REMOVED = "upheld", "removed"
REASON_LENGTH = 500


@dataclass(frozen=True)
class Answer:
    """Headquarters' answer to one disputed line: it stays, or its claim is taken out; and why."""

    outcome: str
    text: str


def mark_line(session: Session, line_id: int, reason: str | None, actor: Actor) -> SettlementLine:
    """Mark a line as disputed with a reason, or take the mark off with None.

    The mark counts when `dispute` sends it. A line that headquarters answered is not disputed again.
    """
    require(actor, Permission.SETTLEMENT_CONFIRM)
    line = session.get(SettlementLine, line_id)
    if line is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    statement = locked(session, Settlement, line.settlement_id)
    session.refresh(line)
    if statement.state != "generated":
        raise ConflictError(Fault(N_("Lines can be disputed only before the statement is confirmed.")))
    if line.answer is not None:
        raise ConflictError(Fault(N_("Headquarters has answered this line already.")))
    text = None if reason is None else reason.strip()
    if text == "":
        raise DomainError.at("reason", N_("Please say what is wrong with this line."))
    if text is not None and len(text) > REASON_LENGTH:
        raise DomainError.at("reason", N_("At most %(most)s characters, please."), most=REASON_LENGTH)
    line.disputed, line.dispute_reason = text is not None, text
    return line


def dispute(session: Session, settlement_id: int, actor: Actor, now: datetime, version: int | None = None) -> None:
    """Send the marked lines to headquarters."""
    statement = locked(session, Settlement, settlement_id, version)
    marked = _open_disputes(session, statement)
    if not marked:
        raise DomainError.at(None, N_("Mark the lines you disagree with first, each with its reason."))
    words = "\n".join(f"{line.claim_number}: {line.dispute_reason}" for line in marked)
    advance(session, statement, "dispute", actor, now, reason=words)


def answer(
    session: Session, settlement_id: int, answers: Mapping[int, Answer], actor: Actor, now: datetime,
    version: int | None = None,
) -> None:  # fmt: skip
    """Answer every disputed line; the statement is reckoned again and goes back to the dealer.

    A line taken out takes its whole claim along: the claim is approved and unsettled again, and the
    next month finds it.
    """
    statement = locked(session, Settlement, settlement_id, version)
    lines = _open_disputes(session, statement)
    _check_answers(lines, answers)
    words = "\n".join(f"{line.claim_number}: {answers[line.id].text.strip()}" for line in lines)
    advance(session, statement, "answer", actor, now, reason=words)
    removed = {}
    for line in lines:
        line.answer = answers[line.id].text.strip()
        if answers[line.id].outcome == REMOVED:
            removed[line.claim_id] = line.answer
    for claim_id, reason in removed.items():
        for line in session.scalars(select(SettlementLine).where(SettlementLine.claim_id == claim_id)).all():
            session.delete(line)
        release_claim(session, claim_id, actor, now, reason)
    if removed:
        session.flush()
        reckon_again(session, statement, queries.claims_and_audited(session, statement.id)[0], actor, now)


def confirm(session: Session, settlement_id: int, actor: Actor, now: datetime, version: int | None = None) -> None:
    """Say yes for the dealer."""
    statement = locked(session, Settlement, settlement_id, version)
    if _open_disputes(session, statement):
        raise DomainError.at(None, N_("You marked lines as disputed. Send them, or take the marks off first."))
    advance(session, statement, "confirm", actor, now)
    statement.confirmed_at, statement.confirmed_by = now, actor.name


def review(session: Session, settlement_id: int, actor: Actor, now: datetime, version: int | None = None) -> None:
    """Pass the finance review: sums and ledger must agree to the fen."""
    statement = locked(session, Settlement, settlement_id, version)
    _check_balance(session, statement)
    advance(session, statement, "review", actor, now)


def receive_invoice(
    session: Session, settlement_id: int, number: str, amount: Decimal, actor: Actor, now: datetime,
    version: int | None = None,
) -> None:  # fmt: skip
    """Take in the dealer's invoice; number and amount are checked, faults stand at their fields."""
    statement = locked(session, Settlement, settlement_id, version)
    number = number.strip()
    faults = []
    if not number and not statement.gross:
        pass  # where nothing is owed, nothing is invoiced
    elif not is_invoice_number(number):
        faults.append(Fault(N_("An invoice number has 20 digits, or 8 on an older invoice."), "number"))
    elif session.scalar(
        select(func.count()).where(
            Settlement.dealer_id == statement.dealer_id, Settlement.invoice_no == number, Settlement.id != statement.id
        )
    ):
        faults.append(Fault(N_("This invoice was received for another statement already."), "number"))
    if not within_tolerance(statement.gross, amount):
        message = N_("The statement comes to %(gross)s yuan; the invoice differs by %(difference)s.")
        faults.append(Fault(message, "amount", {"gross": statement.gross, "difference": amount - statement.gross}))
    if faults:
        raise DomainError(*faults)
    advance(session, statement, "invoice", actor, now)
    statement.invoice_no, statement.invoice_amount, statement.invoiced_at = number or None, amount, now


def pay(session: Session, settlement_id: int, actor: Actor, now: datetime, version: int | None = None) -> None:
    """Book the payment of what is owed; the claims are settled with what was audited."""
    statement = locked(session, Settlement, settlement_id, version)
    _check_balance(session, statement)
    advance(session, statement, "pay", actor, now)
    statement.paid_at = now
    session.add(
        LedgerEntry(
            settlement_id=statement.id, dealer_id=statement.dealer_id, account="payment", amount=-statement.gross,
            booked_at=now,
        )
    )  # fmt: skip
    session.flush()
    paid = pay_claims(session, statement.dealer_id, queries.claims_of(statement.id), actor, now, statement.number)
    if paid != statement.claims:
        raise ConflictError(Fault(N_("Somebody changed this in the meantime. Please look at it again.")))


def _open_disputes(session: Session, statement: Settlement) -> list[SettlementLine]:
    return [line for line in queries.disputed_lines(session, statement.id) if line.answer is None]


def _check_answers(lines: list[SettlementLine], answers: Mapping[int, Answer]) -> None:
    faults = []
    for line in lines:
        given = answers.get(line.id)
        if given is None or given.outcome not in (UPHELD, REMOVED):
            faults.append(Fault(N_("Please choose whether the line stays or is taken out."), f"outcome-{line.id}"))
        elif not given.text.strip():
            faults.append(Fault(N_("Please answer the dealer."), f"text-{line.id}"))
        elif len(given.text) > REASON_LENGTH:
            message = N_("At most %(most)s characters, please.")
            faults.append(Fault(message, f"text-{line.id}", {"most": REASON_LENGTH}))
    if faults:
        raise DomainError(*faults)


def _check_balance(session: Session, statement: Settlement) -> None:
    session.flush()
    if queries.unbalanced(session, statement.id):
        raise DomainError.at(
            None, N_("Lines and ledger of this statement do not agree. Please tell the administrator.")
        )
