"""Ways back from a slip: answers that were recorded wrongly are corrected, an agreement that is not booked reopened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, locked
from portal.kernel.money import ZERO
from warranty.recovery.models import Recovery, RecoveryContract, RecoveryLine, RecoveryRound
from warranty.recovery.queries.adjustments import left_of_years
from warranty.recovery.queries.bargain import accepted_before, agreed_by, agreement_of
from warranty.recovery.queries.recoveries import lines_of, rounds_of
from warranty.recovery.rules.answers import ACCEPTED
from warranty.recovery.services.contracts import lock_supplier
from warranty.recovery.services.rounds import as_kept, check_balance, sum_up

YOURSELF = N_("You agreed on this demand yourself: another person reopens it.")
USED_UP = N_(
    "What this agreement freed of the cap of contract %(number)s was asked for in other demands since."
    " Withdraw those first, or book this one as it was agreed."
)


def correct_answers(
    session: Session, recovery_id: int, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> Recovery:  # fmt: skip
    """Let answers be recorded anew that headquarters recorded wrongly; what was recorded stays as a round of its own.

    What was recorded as wholly accepted in this round waits for its answer again (“the supplier accepts the rest” may
    have been pressed in error); what has a reason of the supplier stays until it is recorded anew.
    """
    recovery = locked(session, Recovery, recovery_id, version)
    advance(session, recovery, "correct", actor, now, reason=reason)
    lines, before = lines_of(session, recovery.id), accepted_before(session, recovery)
    for line in lines:
        if line.outcome == ACCEPTED and before.get(line.position, ZERO) < line.asked:
            line.outcome = line.accepted = None
    last = rounds_of(session, recovery.id)[0]
    recovery.round, recovery.answered_at = last.round + 1, None
    session.add(
        RecoveryRound(
            recovery_id=recovery.id, round=recovery.round, sent_at=last.sent_at, sent_by=last.sent_by,
            asked=last.asked, lines=as_kept(lines),
        )
    )  # fmt: skip
    sum_up(session, recovery, lines)
    return recovery


def reopen(
    session: Session, recovery_id: int, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> Recovery:  # fmt: skip
    """Undo an agreement that is not booked yet: back to where it was agreed on, the answers as they were.

    By somebody else than who agreed. The demand then uses its contracts' caps as claimed again: refused where others
    have asked for what the agreement freed. The supplier is locked first, as whenever its caps are taken from.
    """
    lock_supplier(session, session.get_one(Recovery, recovery_id).supplier_id)
    recovery = locked(session, Recovery, recovery_id, version)
    step = agreement_of(session, recovery)
    disputed = step is not None and step.source == "disputed"
    advance(session, recovery, "reopen_dispute" if disputed else "reopen", actor, now, reason=reason)
    if agreed_by(step, actor):
        raise DomainError(Fault(YOURSELF))
    lines = lines_of(session, recovery.id)
    _keep_within_caps(session, recovery, lines)
    for line in lines:
        line.agreed = None
    recovery.agreed = recovery.agreed_at = None
    check_balance(session, recovery)
    return recovery


def _keep_within_caps(session: Session, recovery: Recovery, lines: Sequence[RecoveryLine]) -> None:
    """Refuse where a contract's year has no room for what the agreement freed of its cap."""
    left = left_of_years(session, recovery.supplier_id)
    freed: dict[tuple[int, int], Decimal] = {}
    for line in lines:
        year = (line.contract_id, line.year)
        freed[year] = freed.get(year, ZERO) + line.amount - (line.agreed or ZERO)
    for year, amount in freed.items():
        if amount > left.get(year, amount):
            number = session.get_one(RecoveryContract, year[0]).number
            raise DomainError.at(None, USED_UP, number=number)
