"""Headquarters says what must come back, from a day on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from parts.returns.models import ReturnRuleVersion
from parts.returns.queries.rules import lock_rules
from parts.returns.rules.asking import ReturnRule, Scope, rule_faults
from parts.returns.words import FAULTS
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_

NOTE_LENGTH = 500


def add_rule(session: Session, rule: ReturnRule, note: str, actor: Actor, now: datetime) -> ReturnRuleVersion:
    """Store a rule that begins today or later; those before it stay as they were."""
    require(actor, Permission.RETURN_RULES)
    faults = [Fault(FAULTS[code], place) for code, place in rule_faults(rule, lock_rules(session), local_date(now))]
    if rule.scope is Scope.PART and not faults:
        known = session.scalar(select(Part.id).where(Part.number == rule.subject))
        faults += [] if known else [Fault(N_("This part is not in the catalogue."), "subject")]
    if len(note) > NOTE_LENGTH:
        faults.append(Fault(N_("At most %(limit)s characters."), "note", {"limit": NOTE_LENGTH}))
    if faults:
        raise DomainError(*faults)
    row = ReturnRuleVersion(
        scope=rule.scope.value, subject=rule.subject, demand=rule.demand.value, percent=rule.percent, days=rule.days,
        valid_from=rule.valid_from, note=note.strip(), made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
