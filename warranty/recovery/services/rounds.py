"""The bargain over a demand: sent, answered line by line, disputed or agreed. Every step by `lifecycle.advance`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, locked
from portal.kernel.money import ZERO, total
from warranty.recovery.models import ANSWER_DAYS, Recovery, RecoveryContract, RecoveryLine, RecoveryRound
from warranty.recovery.queries.lessened import lessened
from warranty.recovery.queries.recoveries import lines_of, sums_of, unbalanced
from warranty.recovery.rules.answers import (
    ACCEPTED,
    REASON_LENGTH,
    Answer,
    Asked,
    accepted,
    answer_faults,
)

FAULTS = {
    "outcome": N_("Please choose from the list."),
    "between": N_("Please write an amount above 0 and below what is asked, %(asked)s."),
    "not_all": N_("Who accepts all accepts %(asked)s; leave the amount empty, or choose “partly”."),
    "not_none": N_("Who rejects accepts nothing; leave the amount empty, or choose “partly”."),
    "reason": N_("Please write the supplier's reason."),
    "long": N_("At most %(most)s characters, please."),
}
LESSENED = N_(
    "Since this demand was reckoned, money was taken back from the stations; lines %(lines)s ask for more than"
    " headquarters bears. Reckon the demand anew, or ask less for them."
)
UNBALANCED = N_("Lines and ledger of this demand do not agree. Please tell the administrator.")


@dataclass(frozen=True)
class Lowered:
    """What headquarters asks of a line instead of what was reckoned, and why."""

    amount: Decimal
    why: str


def ask_less(
    session: Session, recovery_id: int, position: int, lowered: Lowered, actor: Actor, version: int | None = None
) -> Recovery:  # fmt: skip
    """Ask less for a line, or nothing: before the demand is sent, or sent again. What was reckoned stays beside it."""
    require(actor, Permission.RECOVERY_EDIT)
    recovery = locked(session, Recovery, recovery_id, version)
    if recovery.state not in ("draft", "disputed"):
        raise ConflictError(Fault(N_("What is asked changes only before the demand is sent, or sent again.")))
    lines = lines_of(session, recovery.id)
    line = lines[position - 1]
    faults = []
    if not ZERO <= lowered.amount <= line.amount:
        message = N_("From 0 to what was reckoned, %(amount)s.")
        faults.append(Fault(message, "amount", {"amount": line.amount}))
    elif lowered.amount < line.amount and not lowered.why.strip():
        faults.append(Fault(N_("Please say why less is asked."), "why"))
    if len(lowered.why) > REASON_LENGTH:
        faults.append(Fault(FAULTS["long"], "why", {"most": REASON_LENGTH}))
    if faults:
        raise DomainError(*faults)
    answered = _round(session, recovery) if recovery.round else None
    line.asked, line.lowered_why = lowered.amount, lowered.why.strip() or None
    if answered is not None:
        _hold_to_word(line, answered)
    sum_up(session, recovery, lines)
    return recovery


def _hold_to_word(line: RecoveryLine, answered: RecoveryRound) -> None:
    """Let what the supplier accepted of a line stand as far as it is asked for; asked for again, it stands again."""
    said = next((kept for kept in answered.lines if kept[0] == line.position and kept[3] is not None), None)
    if said is None:
        return
    _place, _asked, outcome, amount, reason = said
    if (offered := Decimal(amount)) > line.asked:
        line.outcome, line.accepted, line.reason = ACCEPTED, line.asked, None
    else:
        line.outcome, line.accepted, line.reason = outcome, offered, reason


def send(session: Session, recovery_id: int, actor: Actor, now: datetime, version: int | None = None) -> Recovery:
    """Send a demand: a round begins, kept as it was asked. What the supplier accepted wholly stays answered.

    Refused while a line asks for more than its share of what headquarters bears by now.
    """
    recovery = locked(session, Recovery, recovery_id, version)
    lines = lines_of(session, recovery.id)
    again = recovery.state == "disputed"
    for line in lines:
        if line.accepted != line.asked:
            line.outcome = line.accepted = line.reason = None
    summed = sums_of(lines)
    if not summed.asked or (again and summed.answered):
        message = N_("Nothing is asked that the supplier has not accepted. Agree on it, or withdraw the demand.")
        raise DomainError.at(None, message)
    above = [one.position for one in lessened(session, recovery.id).values() if one.above]
    if above:
        raise DomainError.at(None, LESSENED, lines=", ".join(map(str, above)))
    advance(session, recovery, "send", actor, now)
    recovery.round += 1
    recovery.sent_at, recovery.answered_at = now, None
    recovery.due_on = local_date(now) + timedelta(days=_answer_days(session, recovery.id))
    session.add(
        RecoveryRound(
            recovery_id=recovery.id, round=recovery.round, sent_at=now, sent_by=actor.name, asked=summed.asked,
            lines=as_kept(lines),
        )
    )  # fmt: skip
    sum_up(session, recovery, lines)
    return recovery


def answer_lines(
    session: Session, recovery_id: int, answers: Mapping[int, Answer], actor: Actor, now: datetime,
    version: int | None = None,
) -> bool:  # fmt: skip
    """Record what a supplier answers, by position; with the last line answered the round is. Tell whether it is.

    All or nothing: a fault at any line (fields ``outcome-3``, ``amount-3``, ``reason-3``) and none is kept.
    """
    require(actor, Permission.RECOVERY_EDIT)
    recovery = locked(session, Recovery, recovery_id, version)
    if recovery.state != "sent":
        raise ConflictError(Fault(N_("Answers are recorded while the demand is with the supplier.")))
    lines = lines_of(session, recovery.id)
    faults = [fault for place, answer in answers.items() for fault in faults_of(lines[place - 1].asked, answer, place)]
    if faults:
        raise DomainError(*faults)
    for place, answer in answers.items():
        line = lines[place - 1]
        line.outcome, line.reason = answer.outcome, answer.reason.strip() or None
        line.accepted = accepted(line.asked, answer)
    sum_up(session, recovery, lines)
    if not sums_of(lines).answered:
        return False
    advance(session, recovery, "answer", actor, now)
    recovery.answered_at = now
    this = _round(session, recovery)
    this.answered_at, this.answered_by, this.accepted, this.lines = now, actor.name, recovery.accepted, as_kept(lines)
    session.flush()
    return True


def faults_of(asked: Decimal, answer: Answer, place: int) -> list[Fault]:
    """Return what is wrong with the answer to a line, each at its field of that line."""
    facts = {"asked": asked, "most": REASON_LENGTH}
    return [Fault(FAULTS[code], f"{name}-{place}", facts) for code, name in answer_faults(asked, answer)]


def accept_the_rest(
    session: Session, recovery_id: int, actor: Actor, now: datetime, version: int | None = None
) -> bool:  # fmt: skip
    """Record that the supplier accepts every line that is not answered yet."""
    recovery = locked(session, Recovery, recovery_id, version)
    rest = {
        line.position: Answer(ACCEPTED)
        for line in lines_of(session, recovery.id)
        if Asked(line.asked, line.accepted).open
    }
    return answer_lines(session, recovery_id, rest, actor, now)


def dispute(
    session: Session, recovery_id: int, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> Recovery:  # fmt: skip
    """Say no to a supplier's answer; lines may now be asked less for, then the demand is sent again."""
    recovery = locked(session, Recovery, recovery_id, version)
    if recovery.accepted == recovery.asked:
        raise DomainError.at("reason", N_("The supplier accepted everything; there is nothing to dispute."))
    advance(session, recovery, "dispute", actor, now, reason=reason)
    session.flush()
    return recovery


def agree(session: Session, recovery_id: int, actor: Actor, now: datetime, version: int | None = None) -> Recovery:
    """Take what the supplier accepted as what both agree on, line by line.

    Of a line of which something was taken back from the station since, no more than its share of what is left.
    """
    recovery = locked(session, Recovery, recovery_id, version)
    lines, less = lines_of(session, recovery.id), lessened(session, recovery.id)
    for line in lines:
        lost = less[line.position].lost if line.position in less else ZERO
        line.agreed = (line.accepted or ZERO) - lost
    recovery.agreed, recovery.agreed_at = total(line.agreed or ZERO for line in lines), now
    advance(session, recovery, "agree", actor, now)
    check_balance(session, recovery)
    return recovery


def withdraw(
    session: Session, recovery_id: int, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> Recovery:  # fmt: skip
    """Give a demand up; its claims' lines can be recovered anew."""
    recovery = locked(session, Recovery, recovery_id, version)
    advance(session, recovery, "withdraw", actor, now, reason=reason)
    session.execute(
        update(RecoveryLine).where(RecoveryLine.recovery_id == recovery.id).values(live=False),
        execution_options={"synchronize_session": False},
    )
    session.expire_all()
    return recovery


def check_balance(session: Session, recovery: Recovery) -> None:
    """Refuse to go on where a demand's money does not agree to the fen."""
    session.flush()
    if unbalanced(session, recovery.id):
        raise DomainError.at(None, UNBALANCED)


def sum_up(session: Session, recovery: Recovery, lines: list[RecoveryLine]) -> None:
    """Set a demand's sums to those of its lines."""
    summed = sums_of(lines)
    recovery.asked, recovery.accepted = summed.asked, summed.accepted
    session.flush()


def _round(session: Session, recovery: Recovery) -> RecoveryRound:
    return session.scalars(
        select(RecoveryRound).where(RecoveryRound.recovery_id == recovery.id, RecoveryRound.round == recovery.round)
    ).one()


def as_kept(lines: list[RecoveryLine]) -> list[list[str | int | None]]:
    """Return lines as a round keeps them."""

    def plain(amount: Decimal | None) -> str | None:
        return None if amount is None else str(amount)

    return [[line.position, plain(line.asked), line.outcome, plain(line.accepted), line.reason] for line in lines]


def _answer_days(session: Session, recovery_id: int) -> int:
    """Return the days in which the supplier answers: the longest of the contracts that the demand rests on."""
    contracts = select(RecoveryLine.contract_id).where(RecoveryLine.recovery_id == recovery_id)
    longest = select(func.max(RecoveryContract.answer_days)).where(RecoveryContract.id.in_(contracts))
    return session.scalar(longest) or ANSWER_DAYS
