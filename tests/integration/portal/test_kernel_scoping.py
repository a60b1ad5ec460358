from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from dealers.network.models import Dealer
from dealers.service.models import RepairJob, RepairOrder
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.scoping import DealerScope, HeadOfficeScope, ScopeError, enter, lawful_view, leave, owned_tables
from tests.factories.claims import make_completed_order
from tests.factories.network import make_dealer
from tests.factories.vehicles import make_vehicle
from warranty.claims.models import Claim


@dataclass(frozen=True)
class Two:
    """One car that two stations repaired; the session is in the first one's scope."""

    session: Session
    mine: int
    theirs: int
    my_order: int
    their_order: int
    now: datetime


@pytest.fixture
def two(session: Session, now: datetime) -> Two:
    mine, theirs, car = make_dealer(session), make_dealer(session), make_vehicle(session)
    orders = [make_completed_order(session, dealer, car, now).id for dealer in (mine, theirs)]
    found = Two(session, mine.id, theirs.id, *orders, now)
    session.commit()
    scope(session, DealerScope(found.mine))
    return found


def scope(session: Session, wanted: DealerScope | HeadOfficeScope | None) -> None:
    session.rollback()
    leave(session)
    if wanted is not None:
        dealer_id = wanted.dealer_id if isinstance(wanted, DealerScope) else None
        enter(session, Actor(1, "test", dealer_id), wanted)


def job_values(owner: int, order: int, **more: Any) -> dict[str, Any]:
    return {"dealer_id": owner, "order_id": order, "position": 9, "concern": "异响", **more}


def test_a_select_sees_one_dealers_rows(two: Two) -> None:
    assert two.session.scalars(select(RepairOrder.id)).all() == [two.my_order]
    assert [order.id for order in two.session.scalars(select(RepairOrder))] == [two.my_order]


def test_an_alias_is_confined_too(two: Two) -> None:
    other = aliased(RepairOrder)
    assert two.session.scalars(select(other.id)).all() == [two.my_order]
    pairs = select(RepairOrder.id, other.id).join(other, other.vehicle_id == RepairOrder.vehicle_id)
    assert two.session.execute(pairs).all() == [(two.my_order, two.my_order)]


def test_exists_does_not_tell_about_others(two: Two) -> None:
    visited = select(Dealer.id).where(exists().where(RepairOrder.dealer_id == Dealer.id)).order_by(Dealer.id)
    assert two.session.scalars(visited).all() == [two.mine]
    inside = select(Dealer.id).where(Dealer.id.in_(select(RepairOrder.dealer_id)))
    assert two.session.scalars(inside).all() == [two.mine]


def test_a_join_and_a_count_are_confined(two: Two) -> None:
    joined = select(RepairJob.id).join(RepairOrder, RepairOrder.id == RepairJob.order_id)
    assert len(two.session.scalars(joined).all()) == 1
    assert two.session.scalar(select(func.count()).select_from(RepairOrder)) == 1
    assert two.session.scalar(select(func.count(RepairOrder.id))) == 1


def test_subqueries_and_unions_are_confined(two: Two) -> None:
    inner = select(RepairOrder.id.label("id")).subquery()
    assert two.session.scalars(select(inner.c.id)).all() == [two.my_order]
    cte = select(RepairOrder.id.label("id")).cte()
    assert two.session.scalars(select(cte.c.id)).all() == [two.my_order]
    union = select(RepairOrder.id).union_all(select(RepairOrder.id))
    assert two.session.scalars(union).all() == [two.my_order] * 2


@pytest.mark.parametrize("load", [selectinload, joinedload])
def test_eager_loads_are_confined(two: Two, load: Any) -> None:
    scope(two.session, HeadOfficeScope("set up"))
    foreign = two.session.execute(
        insert(RepairJob).returning(RepairJob.id), [job_values(two.theirs, two.my_order)]
    ).scalar_one()  # fmt: skip
    two.session.commit()
    scope(two.session, DealerScope(two.mine))
    order = two.session.scalars(select(RepairOrder).options(load(RepairOrder.jobs))).unique().one()
    assert order.jobs
    assert foreign not in {job.id for job in order.jobs}


def test_lazy_loads_are_confined(two: Two) -> None:
    scope(two.session, HeadOfficeScope("set up"))
    two.session.execute(insert(RepairJob), [job_values(two.theirs, two.my_order)])
    two.session.commit()
    scope(two.session, DealerScope(two.mine))
    order = two.session.get_one(RepairOrder, two.my_order)
    assert {job.dealer_id for job in order.jobs} == {two.mine}


def test_get_does_not_find_anothers_row(two: Two) -> None:
    assert two.session.get(RepairOrder, two.their_order) is None
    assert two.session.get(RepairOrder, two.my_order) is not None


def test_what_was_loaded_before_is_forgotten_with_its_scope(two: Two) -> None:
    scope(two.session, HeadOfficeScope("look"))
    assert two.session.get(RepairOrder, two.their_order) is not None
    leave(two.session)
    enter(two.session, Actor(1, "test", two.mine), DealerScope(two.mine))
    assert two.session.get(RepairOrder, two.their_order) is None


def test_update_and_delete_reach_ones_own_rows_only(two: Two) -> None:
    two.session.execute(update(RepairOrder).values(note="x"))
    two.session.execute(delete(RepairOrder).where(RepairOrder.id == two.their_order))
    two.session.commit()
    scope(two.session, HeadOfficeScope("look"))
    notes = dict(two.session.execute(select(RepairOrder.id, RepairOrder.note)).all())  # type: ignore[arg-type]
    assert notes == {two.my_order: "x", two.their_order: None}


def test_a_row_is_not_given_to_another_dealer(two: Two) -> None:
    with pytest.raises(ScopeError):
        two.session.execute(update(RepairOrder).values(dealer_id=two.theirs))
    with pytest.raises(ScopeError):
        two.session.execute(update(RepairOrder).values({RepairOrder.dealer_id: two.theirs}))
    with pytest.raises(ScopeError):
        two.session.execute(update(RepairOrder).ordered_values((RepairOrder.dealer_id, two.theirs)))
    order = two.session.get_one(RepairOrder, two.my_order)
    order.dealer_id = two.theirs
    with pytest.raises(ScopeError):
        two.session.flush()


def test_nothing_is_written_for_another_dealer(two: Two) -> None:
    two.session.add(RepairJob(**job_values(two.theirs, two.my_order)))
    with pytest.raises(ScopeError):
        two.session.flush()
    two.session.rollback()
    for rows in (
        [job_values(two.theirs, two.my_order)],
        [job_values(two.mine, two.my_order), job_values(two.theirs, 1)],
    ):
        with pytest.raises(ScopeError):
            two.session.execute(insert(RepairJob), rows)
    with pytest.raises(ScopeError):
        two.session.execute(insert(RepairJob).values(**job_values(two.theirs, two.my_order)))


def test_bulk_inserts_for_oneself_work(two: Two) -> None:
    two.session.execute(insert(RepairJob), [job_values(two.mine, two.my_order)])
    assert two.session.scalar(select(func.count()).select_from(RepairJob)) == 2


@pytest.mark.parametrize(
    "statement",
    [
        select(RepairOrder),
        select(RepairOrder.id),
        select(func.count()).select_from(RepairOrder),
        select(aliased(RepairOrder).id),
        select(Dealer.id).where(exists().where(RepairOrder.dealer_id == Dealer.id)),
        update(RepairOrder).values(note="x"),
        delete(RepairOrder),
        select(RepairOrder.__table__),
    ],
)
def test_without_a_scope_a_dealers_table_is_not_touched(two: Two, statement: Any) -> None:
    scope(two.session, None)
    with pytest.raises(ScopeError):
        two.session.execute(statement)


def test_without_a_scope_nothing_is_written(two: Two) -> None:
    scope(two.session, None)
    two.session.add(RepairJob(**job_values(two.mine, two.my_order)))
    with pytest.raises(ScopeError):
        two.session.flush()


def test_a_bare_table_is_refused_as_no_criterion_reaches_it(two: Two) -> None:
    with pytest.raises(ScopeError):
        two.session.execute(select(RepairOrder.__table__))


def test_an_update_by_keys_is_refused_as_no_criterion_reaches_it(two: Two) -> None:
    with pytest.raises(ScopeError):
        two.session.execute(update(RepairOrder), [{"id": two.their_order, "note": "x"}])


def test_a_session_has_one_scope(two: Two) -> None:
    with pytest.raises(ScopeError):
        enter(two.session, Actor(1, "test", two.theirs), DealerScope(two.theirs))
    with pytest.raises(ScopeError):
        enter(two.session, Actor(1, "test"), HeadOfficeScope("more"))


def test_headquarters_sees_all(two: Two) -> None:
    scope(two.session, HeadOfficeScope("look"))
    assert two.session.scalar(select(func.count()).select_from(RepairOrder)) == 2


def test_the_lawful_view_reads_columns_of_all_and_nothing_else(two: Two) -> None:
    columns = select(RepairOrder.id).order_by(RepairOrder.id)
    with lawful_view(two.session, "the car's history"):
        assert two.session.scalars(columns).all() == [two.my_order, two.their_order]
        with pytest.raises(ScopeError):
            two.session.scalars(select(RepairOrder)).all()
        with pytest.raises(ScopeError):
            two.session.execute(update(RepairOrder).values(note="x"))
    assert two.session.scalars(columns).all() == [two.my_order]


def test_the_lawful_view_does_not_write(two: Two) -> None:
    with lawful_view(two.session, "the car's history"):
        two.session.add(RepairJob(**job_values(two.mine, two.my_order)))
        with pytest.raises(ScopeError):
            two.session.flush()
        two.session.rollback()


def test_the_lawful_view_ends_with_an_error(two: Two) -> None:
    def fail() -> None:
        with lawful_view(two.session, "the car's history"):
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011  (any)
        fail()
    assert two.session.scalars(select(RepairOrder.id)).all() == [two.my_order]


def test_every_dealer_owned_table_is_known(session: Session) -> None:
    assert {"repair_order", "claim", "settlement"} <= owned_tables()
    assert Claim.__tablename__ in owned_tables()


@pytest.mark.databases("postgresql")
def test_raw_sql_sees_its_dealer_only(two: Two) -> None:
    raw = text("select id from repair_order order by id")
    assert two.session.connection().execute(raw).scalars().all() == [two.my_order]
    scope(two.session, HeadOfficeScope("look"))
    assert two.session.connection().execute(raw).scalars().all() == [two.my_order, two.their_order]
    scope(two.session, None)
    assert two.session.connection().execute(raw).scalars().all() == []


@pytest.mark.databases("postgresql")
def test_raw_sql_without_the_setting_sees_and_changes_nothing(two: Two) -> None:
    two.session.rollback()
    with db.engine.connect() as connection:
        for table in sorted(owned_tables()):
            assert connection.exec_driver_sql(f"select count(*) from {table}").scalar() == 0, table
        assert connection.exec_driver_sql("update repair_order set note = 'x'").rowcount == 0


@pytest.mark.databases("postgresql")
def test_raw_sql_does_not_write_for_another_dealer(two: Two) -> None:
    give_away = text("update repair_order set dealer_id = :other")
    with pytest.raises(DBAPIError, match="row-level security"):
        two.session.connection().execute(give_away, {"other": two.theirs})


@pytest.mark.databases("postgresql")
def test_the_database_is_told_when_the_transaction_was_open_already(two: Two) -> None:
    scope(two.session, None)
    two.session.execute(select(Dealer.id)).all()
    enter(two.session, Actor(1, "test", two.theirs), DealerScope(two.theirs))
    raw = text("select id from repair_order")
    assert two.session.connection().execute(raw).scalars().all() == [two.their_order]


@pytest.mark.databases("postgresql")
def test_the_setting_ends_with_the_transaction(two: Two) -> None:
    two.session.connection()
    two.session.rollback()
    with db.engine.connect() as connection:
        assert not connection.exec_driver_sql("select current_setting('sanbao.scope', true)").scalar()
