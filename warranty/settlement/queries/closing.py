"""Reads: what waits for a month's close, and the lines that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.db import Fen
from portal.kernel.money import ZERO
from warranty.claims.models import Claim, ClaimLine
from warranty.settlement.models import Deduction, Settlement, SettlementLine

#: Nought as the database keeps it, for sums over no rows.
NOTHING = literal(ZERO, Fen())


@dataclass(frozen=True)
class Waiting:
    """A dealer whose statement is to be made: how many claims, yuan before tax, and what stands beside them."""

    dealer_id: int
    code: str
    name: str
    claims: int
    net: Decimal
    beside: Decimal = ZERO


@dataclass(frozen=True)
class Ready:
    """What of one dealer waits for a statement: claims, deductions and credits, and what these come to."""

    claims: bool
    entries: int
    beside: Decimal

    @property
    def enough(self) -> bool:
        """Tell whether a statement is made of it: deductions alone wait for claims to be taken from."""
        return self.claims or self.beside > ZERO


def ready(cut_off: datetime) -> ColumnElement[bool]:
    """Return what makes a claim part of a month: approved, unsettled, decided before the cut-off."""
    return and_(Claim.state == "approved", func.coalesce(Claim.decided_at, Claim.created_at) < cut_off)


def open_entry(cut_off: datetime) -> ColumnElement[bool]:
    """Return what makes a deduction part of a month: booked before the cut-off, in no statement, not struck out."""
    return and_(
        Deduction.settlement_id.is_(None), Deduction.cancelled_at.is_(None), Deduction.booked_at < cut_off
    )  # fmt: skip


def waiting(session: Session, month: str, cut_off: datetime) -> list[Waiting]:
    """List the dealers whose statement of the month is still to be made, by code."""
    done = select(Settlement.dealer_id).where(Settlement.month == month)
    rows = session.execute(
        select(Claim.dealer_id, Dealer.code, Dealer.name, func.count(), func.sum(func.coalesce(Claim.audited, ZERO)))
        .join(Dealer, Dealer.id == Claim.dealer_id)
        .where(ready(cut_off), Claim.dealer_id.not_in(done))
        .group_by(Claim.dealer_id, Dealer.code, Dealer.name)
    )
    beside = {
        row.dealer_id: row
        for row in session.execute(
            select(Deduction.dealer_id, Dealer.code, Dealer.name, func.sum(Deduction.amount).label("amount"))
            .join(Dealer, Dealer.id == Deduction.dealer_id)
            .where(open_entry(cut_off), Deduction.dealer_id.not_in(done))
            .group_by(Deduction.dealer_id, Dealer.code, Dealer.name)
        )
    }
    found = [Waiting(*row, beside.pop(row[0]).amount if row[0] in beside else ZERO) for row in rows]
    found += [
        Waiting(row.dealer_id, row.code, row.name, 0, ZERO, row.amount) for row in beside.values() if row.amount > ZERO
    ]
    return sorted(found, key=lambda one: one.code)


def ready_of(session: Session, dealer_id: int, cut_off: datetime) -> Ready:
    """Return what of a dealer waits."""
    mine = (Deduction.dealer_id == dealer_id, open_entry(cut_off))
    row = session.execute(
        select(
            exists().where(Claim.dealer_id == dealer_id, ready(cut_off)),
            select(func.count()).where(*mine).select_from(Deduction).scalar_subquery(),
            select(func.coalesce(func.sum(Deduction.amount), NOTHING)).where(*mine).scalar_subquery(),
        )
    ).one()
    return Ready(bool(row[0]), row[1], row[2])


def money_lines(settlement_id: int, dealer_id: int, cut_off: datetime) -> Select[*tuple[Any, ...]]:
    """Select a statement's lines: a dealer's ready claims, by kind, from the audited amounts."""
    amount = func.sum(func.coalesce(ClaimLine.audited, ZERO))
    return (
        select(literal(settlement_id), Claim.dealer_id, Claim.id, Claim.number, Claim.vin, ClaimLine.kind, amount)
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .where(Claim.dealer_id == dealer_id, ready(cut_off))
        .group_by(Claim.id, Claim.dealer_id, Claim.number, Claim.vin, ClaimLine.kind)
        .having(amount != ZERO)
        .order_by(Claim.id, func.min(ClaimLine.position))
    )


def empty_lines(settlement_id: int, dealer_id: int, cut_off: datetime) -> Select[*tuple[Any, ...]]:
    """Select a nought for each ready claim that brings no money, so that it is not forgotten."""
    present = select(SettlementLine.claim_id).where(SettlementLine.settlement_id == settlement_id)
    return (
        select(
            literal(settlement_id), Claim.dealer_id, Claim.id, Claim.number, Claim.vin, literal("other"),
            literal(ZERO, SettlementLine.amount.type),
        )
        .where(Claim.dealer_id == dealer_id, ready(cut_off), Claim.id.not_in(present))
        .order_by(Claim.id)
    )  # fmt: skip
