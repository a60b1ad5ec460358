"""Reads of the return rules."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from parts.returns.models import ReturnRuleVersion
from parts.returns.rules.asking import Demand, ReturnRule, Scope
from portal.kernel.prepared import PreparedRead


def _rules() -> Select[*tuple[Any, ...]]:
    row = ReturnRuleVersion
    return select(row.scope, row.subject, row.demand, row.percent, row.days, row.valid_from)


#: Read at every approval: there are some dozens of rules, on any day.
_RULES = PreparedRead(_rules)


def rules_of(session: Session) -> list[ReturnRule]:
    """Return every rule that headquarters wrote, past and coming ones too."""
    return [
        ReturnRule(Scope(row.scope), row.subject, Demand(row.demand), row.percent, row.days, row.valid_from)
        for row in _RULES(session, {}).all()
    ]


def lock_rules(session: Session) -> list[ReturnRule]:
    """Return every rule, and let nobody else write one until this transaction ends."""
    session.execute(select(ReturnRuleVersion.id).with_for_update())
    return rules_of(session)
