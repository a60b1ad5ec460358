"""Moments that are typed to the minute, against events that have seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from parts.orders.services import Shipment, deliver, receive_delivery
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from tests.factories.orders import DESK, confirmed, lines, received_into
from tests.support.faults import told
from tests.support.figures import d


def test_what_is_shipped_and_arrives_in_the_minute_of_its_order_is_written_down(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime
) -> None:
    minute = now.replace(second=0, microsecond=0)
    ordered, sent, signed = (minute + timedelta(seconds=second) for second in (20, 40, 55))
    order = confirmed(session, ordered, {part.number: "1"}, dealer)
    leaving = {lines(session, order.number)[0].id: d("1")}
    delivery = deliver(session, order.number, Shipment("顺丰", "", minute, leaving), DESK, sent)
    assert delivery.shipped_at == ordered
    receipt = received_into("A-01", session, delivery, arrived_at=minute)
    assert receive_delivery(session, delivery.number, receipt, clerk, signed).arrived_at == ordered


@pytest.mark.parametrize("minutes", [-1, 1])
def test_another_minute_is_refused(
    session: Session, dealer: Dealer, clerk: Actor, part: Part, now: datetime, minutes: int
) -> None:
    minute = now.replace(second=0, microsecond=0)
    sent, typed = minute + timedelta(seconds=40), minute + timedelta(minutes=minutes)
    order = confirmed(session, sent, {part.number: "1"}, dealer)
    leaving = {lines(session, order.number)[0].id: d("1")}
    with pytest.raises(DomainError) as refused:
        deliver(session, order.number, Shipment("顺丰", "", typed, leaving), DESK, sent)
    assert told(refused) == {"shipped_at": "Between the order and now, please."}
    delivery = deliver(session, order.number, Shipment("顺丰", "", None, leaving), DESK, sent)
    with pytest.raises(DomainError) as refused:
        receive_delivery(
            session, delivery.number, received_into("A-01", session, delivery, arrived_at=typed), clerk, sent
        )
    assert told(refused) == {"arrived_at": "Between the shipment and now, please."}
