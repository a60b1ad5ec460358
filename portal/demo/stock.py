"""Stock of a few stations of the demo network, and a car that waits for an urgent part, made through the services."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairJob, RepairOrder
from dealers.service.queries import car_by_vin, order_id
from dealers.service.rules import Opening
from dealers.service.services import JobText, add_labour, add_part, open_order, save_job
from dealers.vehicles.models import Vehicle
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

#: Stations that keep stock in the demo, and how many parts each keeps.
STATIONS, PARTS = 3, 28
#: What a car waits for the part of: nobody has it.
FAILURE = next(failure for failure in makers.FAILURES if failure.operation == "BR0214")
DESK = Actor.system("配件部 何敏")


def make_stock(session: Session, now: datetime, seed: int) -> str:
    """Give the first stations stock, movements and orders; return in words what was made."""
    random = Random(f"{seed} stock")
    dealers = session.scalars(select(Dealer).where(Dealer.state == "open").order_by(Dealer.id).limit(STATIONS)).all()
    issued = 0
    for dealer in dealers:
        waiting = _take_in(session, dealer, now)
        _stock_up(session, dealer, now, random)
        issued += _issue(session, dealer, now)
        _order_for_stock(session, dealer, now)
        _order_urgently(session, waiting, _clerk(dealer), now)
    if len(dealers) > 1:
        lines = [Line(part.number, Decimal(1)) for part in makers.PARTS[7:9]]
        send_parts(session, dealers[0].code, lines, "客户在店等候", _clerk(dealers[1]), now - timedelta(hours=5))
        open_take(session, "A-01", _clerk(dealers[0]), now - timedelta(hours=2))
    session.flush()
    return f"{len(dealers)} stations, {PARTS} parts each, {issued} issues"


def _clerk(dealer: Dealer) -> Actor:
    return Actor(None, "徐凯", dealer.id, frozenset({Permission.STOCK_MOVE, Permission.PART_ORDER_WRITE}))


def _take_in(session: Session, dealer: Dealer, now: datetime) -> str:
    """Open a repair whose part nobody has, six days ago; return its number."""
    busy = select(RepairOrder.vehicle_id).where(RepairOrder.state == "open")
    vin = session.scalars(
        select(Vehicle.vin)
        .where(Vehicle.selling_dealer_id == dealer.id, Vehicle.id.not_in(busy), Vehicle.delivered_on.is_not(None))
        .order_by(Vehicle.delivered_on.desc(), Vehicle.id).limit(1)
    ).one()  # fmt: skip
    car, came = car_by_vin(session, vin), now - timedelta(days=6)
    assert car is not None  # noqa: S101  (its VIN was read a moment ago)
    advisor = Actor(None, "林芳", dealer.id, frozenset({Permission.SERVICE_WRITE}))
    km = (car.last.km if car.last else 1_000) + 260
    opening = Opening(vin, "general", km, came, came + timedelta(days=2), "张师傅", "13800138000", FAILURE.concern,
                      odometer_acknowledged=True)  # fmt: skip
    number = open_order(session, opening, advisor, came)
    key = order_id(session, number)
    job = session.scalars(select(RepairJob.id).where(RepairJob.order_id == key)).one()
    text = JobText(FAILURE.concern, FAILURE.cause, FAILURE.correction, FAILURE.component, FAILURE.mode)
    save_job(session, key, job, text, advisor, came)
    add_labour(session, key, job, FAILURE.operation, advisor, came)
    add_part(session, key, job, FAILURE.part, advisor, came)
    return number


def _stock_up(session: Session, dealer: Dealer, now: datetime, random: Random) -> None:
    """Write a station's opening stock, a few parts below their minimum."""
    clerk, opened = _clerk(dealer), now - timedelta(days=30)
    parts = [part for part in makers.PARTS if part.number != FAILURE.part][:PARTS]
    lines = [
        Line(part.number, Decimal(random.randint(2, 14)), f"{'ABC'[place % 3]}-{place // 3 + 1:02d}")
        for place, part in enumerate(parts)
    ]  # fmt: skip
    _use(session, clerk, lines, opened)
    for place, line in enumerate(lines[:12]):
        least = line.quantity + 1 if place % 5 == 0 else max(line.quantity - 2, Decimal(1))
        set_limits(session, line.number, Limits(least, least + 6, line.bin), clerk, opened)


def _use(session: Session, clerk: Actor, lines: list[Line], opened: datetime) -> None:
    """Take the opening stock in with what repairs used until today, and issue that as each was completed."""
    done = session.execute(
        select(RepairOrder.number, RepairOrder.completed_at)
        .where(RepairOrder.dealer_id == clerk.dealer_id, RepairOrder.state == "completed",
               RepairOrder.completed_at >= opened)
        .order_by(RepairOrder.completed_at, RepairOrder.id)
    ).all()  # fmt: skip
    kept, used = {line.number for line in lines}, dict.fromkeys((line.number for line in lines), Decimal(0))
    for number, _completed in done:
        for need in order_needs(session, number).needs:
            if need.number in kept:
                used[need.number] += need.open
    full = [replace(line, quantity=line.quantity + used[line.number]) for line in lines]
    receive_goods(session, full, clerk, opened, opening=True)
    for number, completed in done:
        needs = order_needs(session, number).left_in_books
        if needs and completed is not None:
            issue_parts(session, number, [Portion(need.key, need.open) for need in needs], clerk, completed)


def _issue(session: Session, dealer: Dealer, now: datetime) -> int:
    """Issue what lies there to half of the open repairs; the others stay on the list of parts to issue."""
    open_ones = session.scalars(
        select(RepairOrder.number).where(RepairOrder.dealer_id == dealer.id, RepairOrder.state == "open")
        .order_by(RepairOrder.id)
    ).all()  # fmt: skip
    done = 0
    for number in open_ones[::2]:
        needs = [
            need for need in order_needs(session, number).needs if need.bins and need.open <= need.bins[0].quantity
        ]
        if needs:
            portions = [Portion(need.key, need.open) for need in needs]
            issue_parts(session, number, portions, _clerk(dealer), now - timedelta(hours=20))
            done += 1
    return done


def _order_for_stock(session: Session, dealer: Dealer, now: datetime) -> None:
    """Order for stock: two lines were delivered, signed for at every other station; the third is promised."""
    clerk, ordered = _clerk(dealer), now - timedelta(days=6)
    wanted = [Wanted(part.number, Decimal(8)) for part in makers.PARTS[:3]]
    order = draft_order(session, "stock", wanted, clerk, ordered)
    submit_order(session, order.number, clerk, ordered)
    lines = [view.line for view in order_page(session, order.number, local_date(now)).lines]
    later = Promise(local_date(now) + timedelta(days=5))
    confirm_order(session, order.number, {lines[-1].id: later}, DESK, ordered + timedelta(hours=3))
    sent_at, quantities = ordered + timedelta(days=1), {line.id: Decimal(8) for line in lines[:2]}
    shipment = Shipment("顺丰速运", "SF1528800416", sent_at, quantities)
    delivery = deliver(session, order.number, shipment, DESK, sent_at)
    if dealer.id % 2:
        receive_delivery(session, delivery.number, _receipt(session, delivery.id), clerk, ordered + timedelta(days=3))


def _order_urgently(session: Session, repair: str, clerk: Actor, now: datetime) -> None:
    """Order urgently for the car that waits; headquarters promises the day after tomorrow."""
    order = draft_for_repair(session, repair, clerk, now - timedelta(days=2))
    submit_order(session, order.number, clerk, now - timedelta(days=2))
    promised = Promise(local_date(now) + timedelta(days=2))
    promises = {view.line.id: promised for view in order_page(session, order.number, local_date(now)).lines}
    confirm_order(session, order.number, promises, DESK, now - timedelta(days=1))


def _receipt(session: Session, delivery_id: int) -> Receipt:
    """Return a receipt of all that was sent, put where it belongs."""
    return Receipt(lines={line.id: Got(bin="A-01") for line in delivered_lines(session, delivery_id)})
