from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from dealers.service.lists import ORDERS
from portal.kernel.listing import fetch_page
from tests.factories.service import make_repair_order


def test_the_list_shows_the_total_of_the_order_in_yuan(session: Session, now: datetime) -> None:
    order = make_repair_order(session, now)
    assert order.labour_total + order.parts_total > 0
    row = fetch_page(session, ORDERS, {}).rows[0]
    assert row._mapping["total"] == order.labour_total + order.parts_total  # noqa: SLF001
    assert isinstance(row._mapping["total"], Decimal)  # noqa: SLF001
