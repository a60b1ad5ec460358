"""Headquarters decides a demand: as the engine found, in the owner's favour, or against it by two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance
from warranty.cases.models import GuaranteeCase
from warranty.cases.queries.finding import finding_of
from warranty.cases.rules.decision import ACCEPT, judge, may_confirm
from warranty.cases.rules.finding import CaseFinding, finding_from
from warranty.cases.services.load import locked_case
from warranty.cases.services.receive import demand_of, kept
from warranty.cases.words import FAULTS


@dataclass(frozen=True)
class CaseDecision:
    """What headquarters says: accept or refuse, why, and what the owner pays for the use (None: as found)."""

    outcome: str
    reason: str = ""
    usage_fee: Decimal | None = None


def decide_case(
    session: Session, number: str, decision: CaseDecision, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Decide on the facts as they are known now, up to the day of the demand; the finding is kept anew.

    Refusing what the finding accepts only proposes it: `confirm_refusal` is for a second person.
    """
    require(actor, Permission.CASE_DECIDE)
    case = locked_case(session, number, version, "received")
    finding = refreshed(session, case, now)
    judged = judge(finding.accepted, decision.outcome, decision.reason, decision.usage_fee, finding.most_fee)
    if judged.action is None:
        raise DomainError(*(Fault(FAULTS[code], field) for code, field in judged.faults))
    if judged.action == "propose_refusal" and actor.user_id is None:
        raise DomainError.at(None, N_("Only a person can propose this: a second one has to confirm it."))
    advance(session, case, judged.action, actor, now, reason=decision.reason)
    case.outcome, case.in_favour = decision.outcome, judged.in_favour
    case.decision_reason = decision.reason.strip() or None
    if judged.action == "propose_refusal":
        case.proposed_by_id, case.proposed_by = actor.user_id, actor.name
    else:
        _decided(case, decision, finding, actor, now)
    session.flush()
    return case


def confirm_refusal(
    session: Session, number: str, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Confirm, as a second person, a refusal against the finding."""
    case = _proposed(session, number, actor, version)
    advance(session, case, "confirm_refusal", actor, now, reason=case.decision_reason)
    case.decided_by, case.decided_at = f"{case.proposed_by}, {actor.name}", now
    session.flush()
    return case


def reject_refusal(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Reject, as a second person, a refusal against the finding: the demand waits for a decision again."""
    case = _proposed(session, number, actor, version)
    return _undecided(session, case, "reject_refusal", reason, actor, now)


def retract_refusal(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Take back one's own proposal to refuse: the demand waits for a decision again."""
    case = locked_case(session, number, version, "proposed")
    if actor.user_id is None or actor.user_id != case.proposed_by_id:
        raise DomainError.at(None, N_("Only who proposed the refusal takes the proposal back."))
    return _undecided(session, case, "retract_refusal", reason, actor, now)


def reconsider(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> GuaranteeCase:
    """Decide a refusal anew, as long as the owner has no answer."""
    case = locked_case(session, number, version, "refused")
    return _undecided(session, case, "reconsider", reason, actor, now)


def _undecided(
    session: Session, case: GuaranteeCase, action: str, reason: str, actor: Actor, now: datetime
) -> GuaranteeCase:
    advance(session, case, action, actor, now, reason=reason)
    case.outcome = case.decision_reason = case.proposed_by = case.proposed_by_id = None
    case.decided_by = case.decided_at = None
    session.flush()
    return case


def withdraw_case(
    session: Session, number: str, reason: str, actor: Actor, now: datetime, version: int | None = None,
    *, filed: bool = False,
) -> GuaranteeCase:  # fmt: skip
    """End a case because the owner took the demand back in writing; ``filed``: the signed paper is there.

    What the law carries, or headquarters granted, is ended by headquarters only.
    """
    case = locked_case(session, number, version)
    alone = case.state == "received" and not refreshed(session, case, now).accepted
    action = "withdraw" if alone and not actor.may(Permission.CASE_DECIDE) else "accept_withdrawal"
    if not filed:
        raise DomainError.at("filed", N_("Without the owner's signed withdrawal the case goes on."))
    advance(session, case, action, actor, now, reason=reason)
    session.flush()
    return case


def refreshed(session: Session, case: GuaranteeCase, now: datetime) -> CaseFinding:
    """Reckon the finding anew, orders typed in late included, and keep it with the case."""
    finding = finding_of(session, case.vehicle_id, demand_of(case), now)
    if finding is None:
        return finding_from(case.finding)
    for name, value in kept(finding).items():
        setattr(case, name, value)
    return finding


def _proposed(session: Session, number: str, actor: Actor, version: int | None) -> GuaranteeCase:
    require(actor, Permission.CASE_DECIDE)
    case = locked_case(session, number, version, "proposed")
    if not may_confirm(case.proposed_by_id, actor.user_id):
        raise DomainError.at(None, N_("You proposed this refusal yourself: a second person has to decide on it."))
    return case


def _decided(case: GuaranteeCase, decision: CaseDecision, finding: CaseFinding, actor: Actor, now: datetime) -> None:
    case.decided_by, case.decided_at = actor.name, now
    if decision.outcome == ACCEPT:
        case.usage_fee = finding.most_fee if decision.usage_fee is None else decision.usage_fee
