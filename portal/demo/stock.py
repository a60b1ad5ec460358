"""Stock of a few stations of the demo network, and a car that waits for an urgent part, made through the services."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import PartLine, RepairJob, RepairOrder
from parts.orders.queries.orders import delivered_lines, order_page
from parts.orders.services import (
    Got,
    Promise,
    Receipt,
    Shipment,
    Wanted,
    confirm_order,
    deliver,
    draft_for_repair,
    draft_order,
    receive_delivery,
    submit_order,
)
from parts.stock.queries.issues import order_needs
from parts.stock.services import Limits, Line, Portion, issue_parts, open_take, receive_goods, send_parts, set_limits
from portal.demo import range as makers
from portal.kernel.access import Actor, Permission
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError

#: Stations that keep stock in the demo, and how many parts each keeps.
STATIONS, PARTS = 3, 28
DESK = Actor.system("配件部 何敏")


def make_stock(session: Session, now: datetime, seed: int) -> str:
    """Give the first stations stock, movements and orders; return in words what was made."""
    random = Random(f"{seed} stock")
    dealers = session.scalars(select(Dealer).where(Dealer.state == "open").order_by(Dealer.id).limit(STATIONS)).all()
    repairs = [_open_repairs(session, dealer.id) for dealer in dealers]
    for dealer, waiting in zip(dealers, repairs, strict=True):
        _stock_up(session, dealer, {row.part_number for row in waiting[:1]}, now, random)
    issued = sum(_issue(session, dealer, waiting[1:4], now) for dealer, waiting in zip(dealers, repairs, strict=True))
    for dealer, waiting in zip(dealers, repairs, strict=True):
        _order(session, dealer, waiting[:1], now)
    if len(dealers) > 1:
        first, second = _clerk(dealers[0]), _clerk(dealers[1])
        common = [part for part in makers.PARTS[:PARTS] if part.number not in _missing(repairs[:2])][:2]
        send_parts(session, dealers[0].code, [Line(part.number, Decimal(1)) for part in common], "客户在店等候", second,
                   now - timedelta(hours=5))  # fmt: skip
        open_take(session, "A-01", first, now - timedelta(hours=2))
    session.flush()
    return f"{len(dealers)} stations, {PARTS} parts each, {issued} issues"


def _clerk(dealer: Dealer) -> Actor:
    return Actor(None, "配件员", dealer.id, frozenset({Permission.STOCK_MOVE, Permission.PART_ORDER_WRITE}))


def _missing(repairs: list[list[Row[tuple[str, str]]]]) -> set[str]:
    return {row.part_number for waiting in repairs for row in waiting[:1]}


def _open_repairs(session: Session, dealer_id: int) -> list[Row[tuple[str, str]]]:
    """Return open repairs of a station with a part each, those that came in last first."""
    return list(
        session.execute(
            select(RepairOrder.number, PartLine.part_number)
            .join(RepairJob, RepairJob.order_id == RepairOrder.id)
            .join(PartLine, PartLine.job_id == RepairJob.id)
            .where(RepairOrder.dealer_id == dealer_id, RepairOrder.state == "open")
            .order_by(RepairOrder.received_at.desc(), PartLine.id)
        )
    )


def _stock_up(session: Session, dealer: Dealer, without: set[str], now: datetime, random: Random) -> None:
    """Write a station's opening stock, a few parts below their minimum; what a car shall wait for is not there."""
    clerk, opened = _clerk(dealer), now - timedelta(days=30)
    parts = [part for part in makers.PARTS[:PARTS] if part.number not in without]
    lines = [
        Line(part.number, Decimal(random.randint(2, 14)), f"{'ABC'[place % 3]}-{place // 3 + 1:02d}")
        for place, part in enumerate(parts)
    ]  # fmt: skip
    receive_goods(session, lines, clerk, opened, opening=True)
    for place, line in enumerate(lines[:12]):
        least = line.quantity + 1 if place % 5 == 0 else max(line.quantity - 2, Decimal(1))
        set_limits(session, line.number, Limits(least, least + 6, line.bin), clerk, opened)


def _issue(session: Session, dealer: Dealer, repairs: list[Row[tuple[str, str]]], now: datetime) -> int:
    """Issue what lies there to a few open repairs; the others stay on the list of parts to issue."""
    done = 0
    for number in dict.fromkeys(row.number for row in repairs[1:]):
        portions = [
            Portion(need.key, need.open) for need in order_needs(session, number).needs if need.open <= need.there
        ]
        if portions:
            issue_parts(session, number, portions, _clerk(dealer), now - timedelta(hours=20))
            done += 1
    return done


def _order(session: Session, dealer: Dealer, waiting: list[Row[tuple[str, str]]], now: datetime) -> None:
    """Order for stock, delivered in part; and urgently for the car that waits, promised for the day after tomorrow."""
    clerk, ordered = _clerk(dealer), now - timedelta(days=6)
    wanted = [Wanted(part.number, Decimal(8)) for part in makers.PARTS[:3]]
    order = draft_order(session, "stock", wanted, clerk, ordered)
    submit_order(session, order.number, clerk, ordered)
    lines = [view.line for view in order_page(session, order.number).lines]
    later = Promise(local_date(now) + timedelta(days=5))
    confirm_order(session, order.number, {lines[-1].id: later}, DESK, ordered + timedelta(hours=3))
    quantities = {line.id: Decimal(8) for line in lines[:2]}
    leaving = Shipment("顺丰速运", "SF1528800416", ordered + timedelta(days=1), quantities)
    delivery = deliver(session, order.number, leaving, DESK, ordered + timedelta(days=1))
    if dealer.id % 2:
        receive_delivery(session, delivery.number, _receipt(session, delivery.id), clerk, ordered + timedelta(days=3))
    for row in waiting:
        _order_urgently(session, row.number, clerk, now)


def _order_urgently(session: Session, repair: str, clerk: Actor, now: datetime) -> None:
    try:
        order = draft_for_repair(session, repair, clerk, now - timedelta(days=2))
    except DomainError:  # all that it needs lies there
        return
    submit_order(session, order.number, clerk, now - timedelta(days=2))
    promised = Promise(local_date(now) + timedelta(days=2))
    promises = {view.line.id: promised for view in order_page(session, order.number).lines}
    confirm_order(session, order.number, promises, DESK, now - timedelta(days=1))


def _receipt(session: Session, delivery_id: int) -> Receipt:
    """Return a receipt of all that was sent, put where it belongs."""
    return Receipt(lines={line.id: Got(bin="A-01") for line in delivered_lines(session, delivery_id)})
