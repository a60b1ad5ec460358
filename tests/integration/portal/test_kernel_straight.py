"""A read sent straight to the driver sees what the session would see, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import bindparam, event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.lists import NETWORK_ORDERS, ORDERS
from dealers.service.models import RepairOrder
from portal.kernel.access import Actor
from portal.kernel.db import UtcDateTime, db, read_transactions
from portal.kernel.listing import fetch_page
from portal.kernel.prepared import MappedRead
from portal.kernel.scoping import DealerScope, HeadOfficeScope, ScopeError, enter, leave
from portal.kernel.straight import Straight
from tests.factories.network import make_dealer
from tests.factories.vehicles import make_vehicle
from tests.support.rows import fill


@pytest.fixture
def dealers(session: Session, now: datetime) -> list[int]:
    """Two dealers, one with thirteen orders, one with seven; committed, the session left."""
    first, second = make_dealer(session), make_dealer(session)
    vehicle = make_vehicle(session, dealer=first)
    for number in range(20):
        dealer, moment = (second if number % 3 == 1 else first), now - timedelta(minutes=37 * number)
        fill(session, RepairOrder, dealer_id=dealer.id, vehicle_id=vehicle.id, vin=vehicle.vin, received_at=moment,
             completed_at=now if number % 2 else None)  # fmt: skip
    session.commit()
    found = [first.id, second.id]
    leave(session)
    return found


@pytest.fixture
def texts() -> Iterator[list[str]]:
    """What goes through SQLAlchemy's connections meanwhile."""
    said: list[str] = []

    def listen(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    yield said
    event.remove(db.engine, "before_cursor_execute", listen)


def walk(session: Session, spec: Any, args: dict[str, str]) -> list[Any]:
    """Go through a list to its end and back."""
    rows, page = [], fetch_page(session, spec, args, 4)
    while page.following:
        rows += page.rows
        page = fetch_page(session, spec, {**args, "after": page.following}, 4)
    rows += page.rows
    while page.preceding:
        page = fetch_page(session, spec, {**args, "before": page.preceding}, 4)
        rows += page.rows
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("sort", ["received_at", "-received_at", "number", "-number"])
@pytest.mark.parametrize("columns", ["", "state,days,total", "received_at,completed_at"])
def test_it_reads_what_the_session_reads(
    session: Session, dealers: list[int], texts: list[str], sort: str, columns: str
) -> None:
    args = {"sort": sort, "columns": columns}
    for scope, spec, count in (
        (HeadOfficeScope("test"), NETWORK_ORDERS, 20),
        (DealerScope(dealers[0]), ORDERS, 13),
        (DealerScope(dealers[1]), ORDERS, 7),
    ):
        enter(session, Actor.system("test"), scope)
        with read_transactions():
            straight = walk(session, spec, args)
        assert [said for said in texts if "repair_order" in said] == []
        assert straight == walk(session, spec, args)
        assert len({row[0] for row in straight}) == count
        texts.clear()
        session.rollback()
        leave(session)


def test_what_is_not_committed_yet_is_read_inside_its_transaction(session: Session, dealers: list[int]) -> None:
    enter(session, Actor.system("test"), DealerScope(dealers[1]))
    with read_transactions():
        order = session.scalars(select(RepairOrder).limit(1)).one()
        order.plate = "沪AD12345"
        assert "沪AD12345" in {row.plate for row in fetch_page(session, ORDERS, {}).rows}


def test_without_a_scope_nothing_of_a_dealer_is_read(session: Session, dealers: list[int]) -> None:
    with read_transactions(), pytest.raises(ScopeError):
        fetch_page(session, ORDERS, {})


def test_a_bare_table_is_not_read_round_the_wall() -> None:
    table: Any = RepairOrder.__table__
    with pytest.raises(ScopeError):
        MappedRead(select(table.c.id))


def test_a_parameter_goes_through_its_type_as_often_as_it_stands_there(session: Session, now: datetime) -> None:
    at = bindparam("at", type_=UtcDateTime())
    asked = Straight(select(at.label("one"), at.label("two")))
    with read_transactions():
        session.rollback()
        ((one, two),) = asked(session, {"at": now})
    assert one == two == now


def test_a_connection_on_which_something_failed_is_not_lent_again(session: Session) -> None:
    wrong = Straight(select(Dealer.id, text("nonsense")))
    session.rollback()
    with read_transactions():
        with pytest.raises(Exception, match="nonsense"):
            wrong(session, {})
        assert Straight(select(Dealer.id))(session, {}) == []


@pytest.mark.databases("postgresql")
def test_the_database_forgets_the_scope_of_a_read(session: Session, dealers: list[int]) -> None:
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    with read_transactions():
        assert fetch_page(session, NETWORK_ORDERS, {}).rows
    with db.engine.connect() as connection:
        assert not connection.scalar(text("select current_setting('sanbao.scope', true)"))
        assert connection.scalar(text("select count(*) from repair_order")) == 0
        with pytest.raises(DBAPIError):
            connection.execute(text("select nonsense"))


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("planned_once", [False, True])
def test_the_database_is_told_what_a_read_needs_and_forgets_it(
    session: Session, dealers: list[int], *, planned_once: bool
) -> None:
    told = (
        func.current_setting("plan_cache_mode").label("mode"),
        func.current_setting("sanbao.scope", True).label("to"),
    )
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    mode = "force_generic_plan" if planned_once else "auto"
    for column, scope in ((RepairOrder.id, "*"), (Dealer.id, "")):  # a dealer's name is nobody's secret
        asked = MappedRead(select(column.label("id"), *told), planned_once=planned_once)
        with read_transactions():
            rows = asked(session, {})
        assert rows
        assert {(row.mode, row.to or "") for row in rows} == {(mode, scope)}
    with db.engine.connect() as connection:
        assert connection.scalar(text("show plan_cache_mode")) == "auto"
        assert not connection.scalar(text("select current_setting('sanbao.scope', true)"))


@pytest.mark.databases("postgresql")
def test_each_read_is_planned_as_it_said_whatever_came_before_it(session: Session, dealers: list[int]) -> None:
    mode = func.current_setting("plan_cache_mode").label("mode")
    reads = [
        (MappedRead(select(column.label("id"), mode), planned_once=once), "force_generic_plan" if once else "auto")
        for column in (RepairOrder.id, Dealer.id)
        for once in (True, False)
    ]
    either = Straight(select(Dealer.id, mode), planned_once=None)
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    seen = set()
    with read_transactions():
        for first, second in product(reads, repeat=2):
            for asked, wanted in (first, second):
                assert {row.mode for row in asked(session, {})} == {wanted}
            seen |= {row.mode for row in either(session, {})}
            if first is second:
                assert session.scalar(text("show plan_cache_mode")) == "auto"  # a transaction is never planned so
                session.rollback()
    assert seen == {"force_generic_plan", "auto"}  # what does not matter costs no message
