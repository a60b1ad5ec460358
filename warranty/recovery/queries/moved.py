"""Claims of which headquarters may bear something else than when they were reckoned: all others need no look.

What is borne changes only by what is booked beside a claim, or struck out. Of that, only what came after a demand was
last reckoned can have made a difference: before the agreement since it was made, after it since the agreement or since
money last moved (both take no more than the share of what is borne by then).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, exists, func, select, union
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from warranty.claims.models import Claim
from warranty.recovery.models import Recovery, RecoveryAdjustment, RecoveryLine
from warranty.recovery.states import BOOKED
from warranty.settlement.models import Deduction

#: States after which money can only go back.
SETTLED = ("agreed", *BOOKED)
#: When an entry was booked, or struck out.
CHANGED = func.coalesce(Deduction.cancelled_at, Deduction.booked_at)


class day_before(GenericFunction[Any]):  # noqa: N801  (a function of SQL)
    """Return the moment a day before another one."""

    type = DateTime(timezone=True)
    inherit_cache = True


@compiles(day_before)
def _sqlite(element: day_before, compiler: SQLCompiler, **kw: Any) -> str:
    moment = compiler.process(element.clauses, **kw)
    return f"strftime('%Y-%m-%d %H:%M:%f', {moment}, '-1 day')"


@compiles(day_before, postgresql.dialect.name)
def _postgresql(element: day_before, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} - interval '1 day')"


def moved(*states: str) -> Select[Any]:
    """Select the ids of the claims of demands in some states of which something was booked or struck out since.

    An entry has the moment at which its act began, and is seen when that ended: what was reckoned in between missed it.
    A day covers that, and clocks that differ.
    """
    before = [state for state in states if state not in SETTLED]
    after = [state for state in states if state in SETTLED]
    some = [*([_asked_since(before)] if before else []), *([_settled_since(after)] if after else [])]
    return some[0] if len(some) == 1 else select(union(*some).subquery())


def _asked_since(states: list[str]) -> Select[Any]:
    """Begin at the demands, which are few: their claims are found before any entry is looked at."""
    line, made = RecoveryLine, day_before(Recovery.made_at).label("made")
    some = (
        select(line.claim_id, Claim.number, made).select_from(Recovery).join(line, line.recovery_id == Recovery.id)
        .join(Claim, Claim.id == line.claim_id).where(Recovery.state.in_(states), line.live).distinct()
    )  # fmt: skip
    claims = some.cte("recovery_unsettled").prefix_with("MATERIALIZED")
    entries = select(claims.c.claim_id).join(Deduction, Deduction.claim_number == claims.c.number)
    return entries.where(claims.c.made <= CHANGED)


def _settled_since(states: list[str]) -> Select[Any]:
    """Begin at the entries: demands that were paid are more every year, and most claims are never charged."""
    later = exists().where(RecoveryAdjustment.recovery_id == Recovery.id, ~_since(RecoveryAdjustment.made_at))
    later = later.correlate(Recovery, Deduction)
    demanded = exists().where(
        RecoveryLine.claim_id == Claim.id, RecoveryLine.live, Recovery.id == RecoveryLine.recovery_id,
        Recovery.state.in_(states), _since(Recovery.agreed_at), ~later,
    )  # fmt: skip
    return select(Claim.id).select_from(Deduction).join(Claim, Claim.number == Deduction.claim_number).where(demanded)


def _since(moment: Any) -> ColumnElement[bool]:
    return day_before(moment) <= CHANGED


def given_back_of() -> Select[Any]:
    """Select the ids of the claims of which something went back to a supplier: it may be asked for again."""
    line = RecoveryLine
    return select(line.claim_id).join(Recovery, Recovery.id == line.recovery_id).where(
        line.live, Recovery.given_back > 0, line.given_back > 0
    )  # fmt: skip
