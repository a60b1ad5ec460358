"""A delivery is signed for while the parts clerk issues to the repair that waits: neither waits in a circle."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.orders.services import receive, receive_delivery
from parts.stock.queries.check import differences
from parts.stock.queries.issues import order_needs
from parts.stock.services import Portion, issue_parts
from portal.kernel.access import Actor
from tests.factories.orders import confirmed, received_into, shipped
from tests.factories.stock import make_clerk, make_needy_order, make_part, make_stock
from tests.support.at_once import Pause, in_a_transaction


@pytest.mark.databases("postgresql")
def test_signing_for_special_parts_and_issuing_them_at_once(
    app: Flask, session: Session, dealer: Dealer, clerk: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness = make_part(session, "HARNESS", "900.00", special=True)
    make_stock(session, clerk, harness, now, "1")
    repair = make_needy_order(session, dealer.id, now, harness)
    order = confirmed(session, now, {"HARNESS": "1"}, dealer, kind="urgent", repair_order_id=repair.id)
    delivery = shipped(session, order.number, now)
    receipt, other = received_into("A-01", session, delivery), make_clerk(session, dealer)
    session.commit()
    note, number, pause = delivery.number, repair.number, Pause()

    def issue(own: Session) -> str:
        need = order_needs(own, number).needs[0]
        return issue_parts(own, number, [Portion(need.key, Decimal(1), "A-01")], other, now).kind

    # the goods are in stock by then, and their rows locked
    monkeypatch.setattr(receive, "_tell_repair", pause.before(receive._tell_repair))  # noqa: SLF001
    outcomes = pause.one_after_the_other(
        lambda: in_a_transaction(app, clerk, lambda own: receive_delivery(own, note, receipt, clerk, now).state),
        lambda: in_a_transaction(app, other, issue),
    )
    assert outcomes == ["received", "issue"]
    assert differences(session) == []
