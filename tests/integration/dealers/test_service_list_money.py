from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask import current_app
from sqlalchemy import update
from sqlalchemy.orm import Session

from dealers.service.lists import ORDERS
from dealers.service.models import RepairOrder
from portal.kernel.listing import fetch_page
from tests.factories.service import make_repair_order


def test_the_list_shows_the_total_of_the_order_in_yuan(session: Session, now: datetime) -> None:
    order = make_repair_order(session, now)
    assert order.labour_total + order.parts_total > 0
    row = fetch_page(session, ORDERS, {}).rows[0]
    assert row._mapping["total"] == order.labour_total + order.parts_total  # noqa: SLF001
    assert isinstance(row._mapping["total"], Decimal)  # noqa: SLF001


def test_the_list_is_built_once_yet_days_pass(session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    make_repair_order(session, now)
    session.execute(update(RepairOrder).values(completed_at=None))
    days = []
    for passed in (1, 3, 8):
        monkeypatch.setitem(current_app.config, "CLOCK", lambda passed=passed: now + timedelta(days=passed))
        days.append(fetch_page(session, ORDERS, {"columns": "days"}).rows[0].days)
    assert days[1:] == [days[0] + 2, days[0] + 7]


def test_a_page_reads_only_the_columns_that_it_shows(session: Session, now: datetime) -> None:
    make_repair_order(session, now)
    row = fetch_page(session, ORDERS, {"columns": "total"}).rows[0]
    assert sorted(row._mapping) == ["_sort", "id", "number", "total"]  # noqa: SLF001
