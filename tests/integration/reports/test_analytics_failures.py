"""Failures by part, model, batch and months in service, from rows made by hand; figures reckoned on paper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Date, literal, select
from sqlalchemy.orm import Session

from dealers.service.models import RepairOrder
from parts.quality.ports import Builds, Failure
from parts.quality.rules.effect import Month
from parts.quality.rules.likeness import week_of
from portal.kernel.access import Actor
from portal.kernel.lifecycle import advance
from reports.analytics.queries.exposure import FailureFigures, cars_at_risk, read_aged
from reports.analytics.queries.failures import Asked, Cell, read_pivot, recorded_since
from reports.analytics.queries.spans import china_day, month_of_day, months_between, week_of_day
from reports.analytics.rules import months_in_service
from tests.factories.analytics import at_noon, make_cars, make_failure
from tests.factories.network import make_dealer
from tests.factories.vehicles import make_model, make_vehicle
from tests.support.rows import fill

YEAR = Asked(date(2025, 12, 1), date(2026, 11, 30))
DAYS = [date(2024, 1, 1), date(2024, 2, 29), date(2024, 12, 29), date(2024, 12, 30), date(2025, 1, 31),
        date(2025, 3, 1), date(2026, 12, 31), date(2027, 1, 3), date(2027, 1, 4)]  # fmt: skip


@pytest.fixture
def fleet(session: Session) -> dict[str, Any]:
    """Two models, ten and four cars; six failures of pumps and one of a valve."""
    one, two = make_dealer(session, code="JY0001"), make_dealer(session, code="JY0002", region="南区")
    sedan, van = make_model(session, code="SEDAN"), make_model(session, code="VAN")
    old = make_cars(session, sedan, 4, "2023-05-10", "2023-03-01")  # 42 months old at the end of the period
    young = make_cars(session, sedan, 6, "2026-06-15", "2026-05-04")  # five months old
    vans = make_cars(session, van, 4, "2026-09-01", "2026-05-07")  # two months old, the batch of the young sedans
    make_failure(session, one, old[0], "2025-12-20", "PUMP", "300.00")  # 31 months
    make_failure(session, one, young[0], "2026-07-14", "PUMP", "100.00", audited=Decimal("90.00"))  # 0 months
    make_failure(session, one, young[0], "2026-09-14", "PUMP", "100.00")  # 2 months, the same car again
    make_failure(session, two, young[1], "2026-09-15", "PUMP", "100.00", failure_mode="noise")  # 3 months
    make_failure(session, two, vans[0], "2026-10-01", "PUMP", "50.00")  # 1 month, of a car of two
    make_failure(session, two, vans[1], "2026-09-02", "VALVE", "40.00")  # 0 months
    make_failure(session, one, old[1], "2023-05-10", "PUMP", "300.00")  # its first day, long before the period
    for state in ("refused", "withdrawn", "draft"):
        submitted = None if state == "draft" else at_noon("2026-10-10")
        make_failure(session, one, old[2], "2026-10-10", "PUMP", "7.00", state=state, submitted_at=submitted)
    make_failure(session, one, old[2], "2026-10-10", "PUMP", "7.00", type="first_service")
    return {"one": one, "two": two, "sedan": sedan, "van": van, "old": old, "young": young, "vans": vans}


def test_days_weeks_and_months_are_those_of_the_rules(session: Session) -> None:
    """What the database reckons is what Python reckons, whichever database it is."""
    for day in DAYS:
        one = literal(day, Date())
        assert session.scalar(select(week_of_day(one))) == week_of(day)
        assert session.scalar(select(month_of_day(one))) == f"{day:%Y-%m}"
        for other in DAYS:
            months = session.scalar(select(months_between(one, literal(other, Date()))))
            assert months == months_in_service(day, other), (day, other)
    assert session.scalar(select(week_of_day(literal(None, Date())))) is None


def test_a_day_ends_at_midnight_in_china(session: Session) -> None:
    late = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # half past midnight of the 21st
    order = fill(session, RepairOrder, received_at=late)
    day = session.scalar(select(china_day(RepairOrder.received_at)).where(RepairOrder.id == order.id))
    assert day == date(2026, 11, 21)


def table(cells: Any) -> dict[Any, tuple[int, int, Decimal]]:
    return {key: (cell.claims, cell.cars, cell.cost) for key, cell in cells.items()}


def test_failures_by_part(session: Session, fleet: dict[str, Any]) -> None:
    found = read_pivot(session, YEAR, "part")
    assert table(found.rows) == {"PUMP": (5, 4, Decimal("640.00")), "VALVE": (1, 1, Decimal("40.00"))}
    assert found.whole == Cell(6, 5, Decimal("680.00"))


def test_failures_by_batch_and_mode(session: Session, fleet: dict[str, Any]) -> None:
    found = read_pivot(session, YEAR, "week", "mode")
    assert table(found.cells) == {
        ("2023-W09", "leak"): (1, 1, Decimal("300.00")), ("2026-W19", "leak"): (4, 3, Decimal("280.00")),
        ("2026-W19", "noise"): (1, 1, Decimal("100.00")),
    }  # fmt: skip
    assert table(found.columns) == {"leak": (5, 4, Decimal("580.00")), "noise": (1, 1, Decimal("100.00"))}
    assert table(found.rows)["2026-W19"] == (5, 4, Decimal("380.00"))  # one car leaks, another is loud


BY = {
    "model": {"SEDAN": 4, "VAN": 2}, "band": {"24-35": 1, "0-2": 4, "3-5": 1},
    "mis": {"31": 1, "0": 2, "1": 1, "2": 1, "3": 1}, "dealer": {"JY0001": 3, "JY0002": 3},
    "region": {"东区": 3, "南区": 3}, "month": {"2025-12": 1, "2026-07": 1, "2026-09": 3, "2026-10": 1},
    "supplier": {"某厂": 6}, "built": {"2023-03": 1, "2026-05": 5}, "type": {"repair": 6}, "component": {"engine": 6},
}  # fmt: skip
NARROWED: list[tuple[dict[str, str], int]] = [
    ({"part": "pump"}, 5), ({"part": "PUMP", "model": "VAN"}, 1), ({"mis": "0"}, 2), ({"band": "0-2"}, 4),
    ({"week": "2026-w19"}, 5), ({"dealer": "JY0002", "mode": "noise"}, 1), ({"part": "-"}, 0), ({"mis": "x"}, 0),
]  # fmt: skip


def test_failures_by_everything_else(session: Session, fleet: dict[str, Any]) -> None:
    for by, counts in BY.items():
        assert {key: cell.claims for key, cell in read_pivot(session, YEAR, by).rows.items()} == counts, by


def test_what_is_narrowed(session: Session, fleet: dict[str, Any]) -> None:
    for values, claims in NARROWED:
        found = read_pivot(session, Asked(YEAR.first, YEAR.last, values), "part")
        assert found.whole.claims == claims, values


def test_cars_built_within_days(session: Session, fleet: dict[str, Any]) -> None:
    early = Asked(YEAR.first, YEAR.last, {}, None, date(2026, 5, 4))
    late = Asked(YEAR.first, YEAR.last, {}, date(2026, 5, 5), None)
    assert [read_pivot(session, asked, "part").whole.claims for asked in (early, late)] == [4, 2]
    assert [cars_at_risk(session, asked, "part") for asked in (early, late)] == [10, 4]


def test_a_claim_without_a_part_stands_under_none(session: Session, fleet: dict[str, Any]) -> None:
    make_failure(session, fleet["one"], fleet["old"][0], "2026-01-05", "PUMP", "1.00", causal_part=None)
    found = read_pivot(session, YEAR, "part")
    assert found.rows["-"].claims == 1
    assert read_pivot(session, Asked(YEAR.first, YEAR.last, {"part": "-"}), "part").whole.claims == 1


def test_cars_that_a_failure_could_befall(session: Session, fleet: dict[str, Any]) -> None:
    # the old sedans' 36 months ended on 2026-05-10: within the year, not within November
    assert cars_at_risk(session, YEAR, "part") == 14
    november = Asked(date(2026, 11, 1), date(2026, 11, 30))
    assert cars_at_risk(session, november, "part") == 10
    assert cars_at_risk(session, YEAR, "model") == {"SEDAN": 10, "VAN": 4}
    assert cars_at_risk(session, november, "week") == {"2026-W19": 10}
    assert cars_at_risk(session, Asked(YEAR.first, YEAR.last, {"model": "VAN"}), "part") == 4
    assert cars_at_risk(session, YEAR, "mis") is None


def test_cars_month_by_month_and_those_that_came_in(session: Session, fleet: dict[str, Any]) -> None:
    spring = Asked(date(2026, 5, 1), date(2026, 9, 30))
    assert cars_at_risk(session, spring, "month") == {
        "2026-05": 4, "2026-06": 6, "2026-07": 6, "2026-08": 6, "2026-09": 10,
    }  # fmt: skip
    for car, state in ((fleet["old"][0], "open"), (fleet["old"][0], "open"), (fleet["vans"][0], "cancelled")):
        order = fill(
            session, RepairOrder, dealer_id=fleet["one"].id, vehicle_id=car.id, received_at=at_noon("2026-06-01")
        )
        if state == "cancelled":
            advance(session, order, "cancel", Actor.system("test"), at_noon("2026-06-01"), reason="测试")
    assert cars_at_risk(session, spring, "dealer") == {"JY0001": 1}


def test_claims_of_a_station_are_held_against_the_cars_that_came_there(
    session: Session, fleet: dict[str, Any]
) -> None:  # fmt: skip
    """Not against all cars of the network, most of which it never saw."""
    young, vans = fleet["young"], fleet["vans"]
    for dealer, car, day in ((fleet["one"], young[0], "2026-08-01"), (fleet["one"], young[0], "2026-09-14"),
                             (fleet["one"], vans[0], "2026-09-14"), (fleet["two"], vans[1], "2026-09-20")):  # fmt: skip
        fill(session, RepairOrder, dealer_id=dealer.id, vehicle_id=car.id, received_at=at_noon(day))

    def cars(by: str, **values: str) -> Any:
        return cars_at_risk(session, Asked(YEAR.first, date(2026, 9, 30), values), by)

    assert cars("part", dealer="JY0001") == 2
    assert cars("part", dealer="jy0001", model="VAN") == 1
    assert cars("type", region="南区") == 1
    assert cars("model", dealer="JY0001") == {"SEDAN": 1, "VAN": 1}
    assert cars("week", dealer="JY0001") == {"2026-W19": 2}
    assert cars("month", dealer="JY0001") == {"2026-08": 1, "2026-09": 2}
    assert cars("region") == {"东区": 2, "南区": 1}
    assert cars("dealer", region="南区") == {"JY0002": 1}
    assert cars("part", dealer="JY0001", month="2026-08") == 1


def test_a_month_is_held_against_its_cars_and_an_age_against_none(session: Session, fleet: dict[str, Any]) -> None:
    def cars(by: str, **values: str) -> Any:
        return cars_at_risk(session, Asked(YEAR.first, YEAR.last, values), by)

    assert cars("part", month="2026-08") == 6  # the old sedans' period is over, the vans are not handed over yet
    assert cars("model", month="2026-09") == {"SEDAN": 6, "VAN": 4}
    assert cars("month", month="2026-08") == {"2026-08": 6}
    for month in ("-", "2030-01", "x", "2026-99999999999999999999"):
        assert cars("part", month=month) is None
    for value in ({"band": "0-2"}, {"mis": "0"}, {"mis": "0", "dealer": "JY0001"}):
        assert cars("week", **value) is None, value


def rates(session: Session, asked: Asked, by: str = "") -> dict[str, Iterable[Any]]:
    return {
        key: [(at.cars, at.claims, at.rate) for at in (aged.at(3), aged.at(12), aged.at(36))]
        for key, aged in read_aged(session, asked, by).items()
    }


def test_r1000_counts_only_cars_that_reached_the_age(session: Session, fleet: dict[str, Any]) -> None:
    # at 3: ten sedans; the young one's claims of month 0 and 2, the old one's of 2023 → 3 on 10 cars
    # at 12 and 36: four old sedans; one claim in its first month, one at 31 months
    assert rates(session, YEAR)[""] == [
        (10, 3, Decimal("300.00")), (4, 1, Decimal("250.00")), (4, 2, Decimal("500.00")),
    ]  # fmt: skip
    # the day before three months are full the young sedans do not count yet
    early = Asked(YEAR.first, date(2026, 9, 14))
    assert rates(session, early)[""][0] == (4, 1, Decimal("250.00"))
    assert rates(session, Asked(YEAR.first, date(2026, 9, 15)))[""][0] == (10, 3, Decimal("300.00"))


def test_r1000_by_model_and_by_part(session: Session, fleet: dict[str, Any]) -> None:
    by_model = rates(session, YEAR, "model")
    assert by_model["VAN"] == [(0, 0, None)] * 3
    assert by_model["SEDAN"][0] == (10, 3, Decimal("300.00"))
    by_part = rates(session, YEAR, "part")
    assert by_part["PUMP"][0] == (10, 3, Decimal("300.00"))
    assert by_part["VALVE"][0] == (10, 0, Decimal("0.00"))  # held against all cars; the van is too young
    cost = read_aged(session, YEAR)[""].at(3)
    assert (cost.cost, cost.per_car) == (Decimal("490.00"), Decimal("49.00"))  # 90 + 100 + 300 on ten cars


def test_cars_older_than_the_first_claim_can_be_left_out(session: Session, fleet: dict[str, Any]) -> None:
    """What failed on them before claims were kept is not known: they would seem better than they are."""
    assert recorded_since(session) == date(2023, 5, 10)
    later = Asked(YEAR.first, YEAR.last, sold_from=date(2023, 5, 11))
    assert rates(session, later)[""] == [(6, 2, Decimal("333.33")), (0, 0, None), (0, 0, None)]
    assert rates(session, Asked(YEAR.first, YEAR.last, sold_from=date(2023, 5, 10))) == rates(session, YEAR)


def test_months_before_the_first_claim_are_no_months_without_claims(session: Session, fleet: dict[str, Any]) -> None:
    figures = FailureFigures()
    months = figures.by_month(session, Failure(), ["2023-04", "2023-05", "2023-06"])
    assert [month.month for month in months] == ["2023-06"]  # in May claims are kept from the tenth on only


def test_without_claims_there_are_no_figures(session: Session) -> None:
    make_vehicle(session)
    assert recorded_since(session) is None
    assert FailureFigures().by_month(session, Failure(), ["2026-06"]) == []
    assert FailureFigures().by_build(session, Failure(), date(2024, 6, 1), date(2026, 11, 30)) == Builds(0, 0, 0, 0)


def test_figures_for_a_quality_report(session: Session, fleet: dict[str, Any]) -> None:
    figures = FailureFigures()
    pumps = Failure(("PUMP", "PUMP2"), "leak", fleet["sedan"].id)
    months = figures.by_month(session, pumps, ["2026-07", "2026-08", "2026-09"])
    assert months == [Month("2026-07", 1, 6), Month("2026-08", 0, 6), Month("2026-09", 1, 6)]
    assert figures.by_month(session, pumps, []) == []
    # built in the year before 2026-05-04: none; since: six sedans of five months with two claims in their first three
    assert figures.by_build(session, pumps, date(2026, 5, 4), date(2026, 11, 30)) == Builds(0, 0, 6, 2)
    assert figures.by_build(session, pumps, date(2024, 2, 29), date(2026, 11, 30)) == Builds(4, 1, 6, 2)
    assert figures.by_build(session, Failure(), date(2026, 6, 1), date(2026, 11, 30)) == Builds(6, 2, 0, 0)
