"""The months of the demo network that are over: closed, confirmed, invoiced and paid by the real services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.clock import month_bounds
from portal.kernel.scoping import HeadOfficeScope, enter
from warranty.settlement.closing import close_month
from warranty.settlement.models import Settlement, SettlementLine
from warranty.settlement.services import confirm, dispute, mark_line, pay, receive_invoice, review

#: Of the statements of the last closed month, every so many-th is still open, disputed, or only confirmed.
OPEN, DISPUTED, CONFIRMED = 0, 1, 2
#: Who acts for headquarters, and who answers for every dealer.
HEADQUARTERS, MANAGER = "张海宁", "梁思齐"


def settle_months(engine: Engine, months: list[date], seed: int, say: Callable[[str], None]) -> None:
    """Close ``months`` (their first days) in order; all but the last are paid, the last is on its way."""
    actor = Actor.system(HEADQUARTERS)
    with Session(engine, expire_on_commit=False) as session:
        enter(session, actor, HeadOfficeScope("demo"))
        for first in months:
            _settle(session, f"{first:%Y-%m}", actor, seed, last=first == months[-1])
            say(f"settled {first:%Y-%m}")


def _settle(session: Session, month: str, actor: Actor, seed: int, *, last: bool) -> None:
    moment = month_bounds(month)[1] + timedelta(hours=10)
    close_month(session, month, actor, moment)
    statements = session.execute(
        select(Settlement.id, Settlement.gross).where(Settlement.month == month).order_by(Settlement.id)
    ).all()
    for place, (key, gross) in enumerate(statements):
        fate = place % 4 if last else -1
        if fate != OPEN:
            _walk(session, key, actor, moment, fate)
            if fate == -1 or fate > CONFIRMED:
                receive_invoice(session, key, f"{seed % 10**4:04d}{key:016d}", gross, actor, moment + timedelta(days=5))
                pay(session, key, actor, moment + timedelta(days=8))
    session.commit()
    session.expunge_all()


def _walk(session: Session, key: int, actor: Actor, moment: datetime, fate: int) -> None:
    """Go as far as review, or stop where the fate says."""
    dealer = Actor.system(MANAGER)
    if fate == DISPUTED:
        line = session.scalars(
            select(SettlementLine.id).where(SettlementLine.settlement_id == key, SettlementLine.amount > 0).limit(1)
        ).one()
        mark_line(session, line, "工时与审核通过的金额不一致，请核对", dealer)
        dispute(session, key, dealer, moment + timedelta(days=2))
        return
    confirm(session, key, dealer, moment + timedelta(days=2))
    if fate != CONFIRMED:
        review(session, key, actor, moment + timedelta(days=3))
