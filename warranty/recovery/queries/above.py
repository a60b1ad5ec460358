"""Demands of more than headquarters bears, found in one statement: for the list of demands and the work that waits.

It reckons in integer fen as `rules.net.borne_lines`, `rules.reckoning.at_most` and `rules.given_back` do line by line;
a test holds them together. Only claims of which something is taken back take part, and of those only the ones that
`queries.moved` finds: all others bear what they bore when they were reckoned.
A product of two amounts of one claim has to stay within 64 bits: claims up to 30 million yuan.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CTE, BigInteger, ColumnElement, Select, and_, case, func, literal, select, type_coerce
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from warranty.claims.models import Claim, ClaimLine
from warranty.recovery.models import Recovery, RecoveryLine
from warranty.recovery.queries.charges import charges_of
from warranty.recovery.queries.moved import SETTLED, given_back_of, moved
from warranty.recovery.states import BOOKED
from warranty.recovery.states import OPEN as UNSETTLED

#: Hundredths of a percent in one whole: shares are kept so.
WHOLE = 10_000
#: Which of them: not agreed on yet, money to give back, either; or what may be asked for again.
OPEN, BACK, ANY, AGAIN = "open", "back", "any", "again"

Whole = ColumnElement[int]


def demands_above(which: str = ANY) -> Select[Any]:
    """Select the ids of the demands of which a line asks for, or keeps, more than its share of what is borne by now.

    With `AGAIN`: those of which something went back that the station has got again since.
    """
    line = RecoveryLine
    stands = _fen(func.coalesce(line.agreed - line.given_back, line.asked))
    statement = select(line.recovery_id).join(Recovery, Recovery.id == line.recovery_id).where(line.live)
    if which == AGAIN:
        left = borne_by_now(given_back_of())
        stays = _least(_fen(line.agreed), _most(func.coalesce(left.c.borne, _fen(line.basis))))
        some = statement.outerjoin(left, _same(left))
        return some.where(Recovery.state.in_(BOOKED), _fen(line.given_back) > 0, stands < stays)
    states = {OPEN: UNSETTLED, BACK: SETTLED}.get(which, (*UNSETTLED, *SETTLED))
    left = borne_by_now(moved(*states))
    return statement.join(left, _same(left)).where(stands > _most(left.c.borne), Recovery.state.in_(states))


def count_above(session: Session, which: str = ANY) -> int:
    """Count them."""
    return session.scalar(select(func.count()).where(Recovery.id.in_(demands_above(which)))) or 0


def borne_by_now(claims: Select[Any]) -> CTE:
    """Select ``claim_id``, ``line_id`` and ``borne`` in fen of the lines of those claims of which something is taken.

    ``claims`` selects their ids.
    """
    sums = _sums(claims)
    rows = select(
        sums, func.row_number().over(partition_by=sums.c.claim_id, order_by=(sums.c.rest.desc(), sums.c.position))
        .label("place"), _whole(sums.c.fen - func.sum(sums.c.part).over(partition_by=sums.c.claim_id)).label("lacking"),
    ).cte("recovery_ranked")  # fmt: skip
    moved = rows.c.part + case((rows.c.place <= rows.c.lacking, 1), else_=0)
    borne = case((rows.c.more < 0, rows.c.kept - moved), else_=rows.c.kept + moved)
    return select(rows.c.claim_id, rows.c.line_id, borne.label("borne")).cte("recovery_borne")


def _sums(claims: Select[Any]) -> CTE:
    """Spread what a claim lacks, or has left, over its lines: whole fen, and the remainder that decides on the rest."""
    lines = _kept_lines(claims)
    own = lines.c.claim_id
    whole = _whole(func.sum(lines.c.approved).over(partition_by=own))
    kept = _whole(func.sum(lines.c.kept).over(partition_by=own))
    more = select(
        lines, (_most_of(whole + lines.c.taken) - kept).label("more"), whole.label("whole"), kept.label("all_kept")
    ).cte("recovery_more")  # fmt: skip
    less = more.c.more < 0
    weight = case((less, more.c.kept), else_=more.c.approved - more.c.kept)
    weights = _fen(func.nullif(case((less, more.c.all_kept), else_=more.c.whole - more.c.all_kept), 0))
    fen = func.abs(more.c.more)
    return select(
        more, fen.label("fen"), func.coalesce((fen * weight) // weights, 0).label("part"),
        func.coalesce((fen * weight) % weights, 0).label("rest"),
    ).cte("recovery_spread")  # fmt: skip


def _kept_lines(claims: Select[Any]) -> CTE:
    """Select the lines of such claims: what was approved, and what is left after what was taken of them alone."""
    # Found first, and once: PostgreSQL would ask of every charge there is whether its claim is one of them.
    some = claims.cte("recovery_moved").prefix_with("MATERIALIZED")
    charges = charges_of(Claim.id.in_(select(some.c[0]))).cte("recovery_charges")
    amount = _whole(func.sum(_fen(charges.c.amount)))
    taken = select(charges.c.id, amount.label("taken")).group_by(charges.c.id).having(amount < 0).cte("recovery_taken")
    own = (
        select(charges.c.id, charges.c.line, amount.label("amount")).where(charges.c.line.is_not(None))
        .group_by(charges.c.id, charges.c.line).cte("recovery_own")
    )  # fmt: skip
    approved = _fen(func.coalesce(ClaimLine.audited, literal(0)))
    after = approved + func.coalesce(own.c.amount, 0)
    return (
        select(
            ClaimLine.id.label("line_id"), ClaimLine.claim_id, ClaimLine.position, approved.label("approved"),
            case((after < 0, 0), (after > approved, approved), else_=after).label("kept"), taken.c.taken,
        )
        .join(taken, taken.c.id == ClaimLine.claim_id)
        .outerjoin(own, and_(own.c.id == ClaimLine.claim_id, own.c.line == ClaimLine.position))
        .cte("recovery_kept")
    )  # fmt: skip


def _same(left: CTE) -> ColumnElement[bool]:
    return and_(left.c.claim_id == RecoveryLine.claim_id, left.c.line_id == RecoveryLine.claim_line_id)


def _most(borne: ColumnElement[Any]) -> Whole:
    """Return what may be asked of a line at most: as `rules.reckoning.at_most`, half up to the fen."""
    percent = type_coerce(RecoveryLine.share, BigInteger)
    return _least(_fen(RecoveryLine.amount), (borne * percent + WHOLE // 2) // WHOLE)


def _least(one: Whole, other: Whole) -> Whole:
    return case((one < other, one), else_=other)


def _most_of(amount: Whole) -> Whole:
    return case((amount < 0, 0), else_=amount)


def _fen(amount: Any) -> Whole:
    return type_coerce(amount, BigInteger)


def _whole(summed: Any) -> Whole:
    """Make a sum of integers one again: PostgreSQL adds them up as fractions, which do not divide as integers do."""
    return cast("Whole", as_type(summed, BigInteger))
