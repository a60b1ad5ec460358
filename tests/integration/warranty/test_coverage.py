"""Policies, part warranties, contracts and goodwill as they are kept, and a car's answer from the database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle
from portal.kernel.access import AccessDeniedError
from portal.kernel.clock import local_date
from portal.kernel.db import db
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.scoping import DealerScope, enter, leave
from tests.factories.claims import PUMP, Line, make_catalogue, make_completed_order
from tests.factories.coverage import SYSTEM, make_contract, make_grant, make_part_warranty, make_policy
from tests.factories.guarantee import make_terms
from tests.factories.network import make_actor, make_dealer
from tests.factories.vehicles import make_model, make_reading, make_vehicle
from tests.support.queries import count_queries
from warranty.coverage.queries.cars import CoveredCar, answer_for, covered_car, put_in
from warranty.coverage.queries.versions import policy_history
from warranty.coverage.rules.facts import Until
from warranty.coverage.services.agreements import Span, cancel_contract
from warranty.coverage.services.versions import Terms, follow_part_warranty, follow_policy
from warranty.guarantee.rules.orders import SAMR_43
from warranty.guarantee.rules.plain import to_plain
from warranty.guarantee.services.certificates import WearPart, add_certificate
from warranty.guarantee.services.tables import add_order_version


@pytest.fixture
def car(session: Session) -> Vehicle:
    return make_vehicle(session)  # delivered 2025-03-03, so the law's repair period ends on 2028-03-03


def until(car: CoveredCar, component: str = "engine", **asked: Any) -> tuple[str, Until | None]:
    answer = car.ask(component, **asked)
    return answer.source.source if answer.source else "", answer.until


def test_a_car_has_what_the_law_and_its_model_give(session: Session, now: datetime, car: Vehicle) -> None:
    assert until(covered_car(session, car.vin, now)) == ("law", Until(date(2028, 3, 3), 60_000))
    make_policy(session, now)
    assert until(covered_car(session, car.vin, now)) == ("policy", Until(date(2028, 3, 3), 100_000))


def test_only_policies_of_the_model_and_series_are_read(session: Session, now: datetime, car: Vehicle) -> None:
    other = make_model(session, series="远洋")
    make_policy(session, now, 60, 200_000, model=other.code)
    make_policy(session, now, 72, 200_000, series="远洋")
    assert until(covered_car(session, car.vin, now))[0] == "law"
    make_policy(session, now, 48, None, series="远行", component="body")
    found = covered_car(session, car.vin, now)
    assert until(found, "body") == ("policy", Until(date(2029, 3, 3), None))
    assert until(found)[0] == "law"


def test_certificates_and_orders_of_headquarters_are_read(session: Session, now: datetime, car: Vehicle) -> None:
    code = covered_car(session, car.vin, now).model
    wear = [WearPart("brake_lining", 24, 40_000)]
    add_certificate(session, code, make_terms(valid_from=date(2025, 1, 1), wear_parts=wear), SYSTEM, now)
    found = covered_car(session, car.vin, now)
    assert until(found) == ("law", Until(date(2030, 3, 3), 150_000))
    assert until(found, "brakes", part="X", wear_class="brake_lining") == ("law", Until(date(2027, 3, 3), 40_000))
    longer = {**to_plain(SAMR_43), "repair": {"months": 72, "km": 60_000}}
    add_order_version(session, longer, local_date(now), "更长", SYSTEM, now)
    assert until(covered_car(session, car.vin, now)) == ("law", Until(date(2031, 3, 3), 150_000))


def test_parts_put_in_anywhere_are_known_everywhere(session: Session, now: datetime, car: Vehicle) -> None:
    make_catalogue(session)
    first, second = make_dealer(session), make_dealer(session)
    done = now - timedelta(days=10)
    make_completed_order(session, first, car, done, [Line(PUMP[0], causal=True)], odometer_km=59_000)
    make_part_warranty(session, now)
    make_reading(session, car, 60_500, local_date(now))
    clerk = make_actor(session, "warranty_clerk", second)
    leave(session)
    enter(session, clerk, DealerScope(second.id))
    found = covered_car(session, car.vin, now)
    day = local_date(done)
    assert until(found) == ("", None), "beyond 60,000 km"
    assert until(found, part=PUMP[0]) == ("part", Until(day.replace(year=day.year + 1), 79_000))
    [row] = put_in(session, found)
    assert (row.part, row.day, row.odometer_km, row.answer.covered) == (PUMP[0], day, 59_000, True)
    answer = answer_for(session, found, "body", PUMP[0], local_date(now), 60_500)
    assert answer.question.component == "engine", "the catalogue knows where a part belongs"


@pytest.mark.parametrize("state", ["open", "cancelled"])
def test_parts_of_visits_that_are_not_completed_are_not_in(
    session: Session, now: datetime, car: Vehicle, state: str
) -> None:
    make_completed_order(session, make_dealer(session), car, now, state=state)
    assert covered_car(session, car.vin, now).facts.replaced == ()


def test_contracts_and_goodwill_follow_the_car(session: Session, now: datetime, car: Vehicle) -> None:
    make_contract(session, now, car, components=("engine",))
    make_grant(session, now, car, component="body")
    make_reading(session, car, 90_000, local_date(now))
    found = covered_car(session, car.vin, now)
    assert until(found) == ("contract", Until(local_date(now) + timedelta(days=730), 150_000))
    assert until(found, "body") == ("goodwill", Until(local_date(now) + timedelta(days=30), None))
    assert until(found, "brakes") == ("", None)
    assert until(covered_car(session, make_vehicle(session).vin, now))[0] == "law"


def test_a_car_taken_back_has_what_was_agreed(session: Session, now: datetime, car: Vehicle) -> None:
    make_policy(session, now)
    car.taken_back, car.taken_back_on = "returned", local_date(now)
    session.flush()
    assert until(covered_car(session, car.vin, now)) == ("", None)
    car.taken_back_on = None
    session.flush()
    assert until(covered_car(session, car.vin, now)) == ("", None), "whenever that was"


def test_a_cancelled_contract_covers_until_the_day_before(session: Session, now: datetime, car: Vehicle) -> None:
    row = make_contract(session, now, car)
    make_reading(session, car, 90_000, local_date(now))
    cancel_contract(session, row.number, row.begins_on, "退款", SYSTEM)
    assert until(covered_car(session, car.vin, now)) == ("", None)
    with pytest.raises(ConflictError):
        cancel_contract(session, row.number, row.begins_on, "退款", SYSTEM)


# -- versions


def fields(error: Any) -> list[str | None]:
    return [fault.field for fault in error.value.faults]


def test_a_later_version_begins_today_at_the_earliest(session: Session, now: datetime) -> None:
    policy, today = make_policy(session, now), local_date(now)
    with pytest.raises(DomainError) as refused:
        follow_policy(session, policy.code, Terms(today - timedelta(days=1), 60, None), SYSTEM, now)
    assert fields(refused) == ["valid_from"]
    follow_policy(session, policy.code, Terms(today, 60, None), SYSTEM, now)
    with pytest.raises(DomainError) as twice:
        follow_policy(session, policy.code, Terms(today, 12, 9), SYSTEM, now)
    assert fields(twice) == ["valid_from"]
    ends = today + timedelta(days=9)
    follow_policy(session, policy.code, Terms(ends, None, 5), SYSTEM, now)
    history = policy_history(session, policy.code, today)
    assert [(one.version, one.months, one.km, history.state(one)) for one in history.versions] == [
        (3, None, None, "coming"), (2, 60, None, "in_force"), (1, 36, 100_000, "past"),
    ]  # fmt: skip


def test_a_policy_that_begins_in_the_past_takes_nothing_away(session: Session, now: datetime) -> None:
    make_policy(session, now)
    with pytest.raises(DomainError) as refused:
        make_policy(session, now, 24, 200_000, component="body")
    assert fields(refused) == ["valid_from"]
    make_policy(session, now, 24, 200_000, local_date(now), component="body")
    make_policy(session, now, 96, 120_000, component="traction_battery")


def test_a_model_is_within_its_series(session: Session, now: datetime, car: Vehicle) -> None:
    make_policy(session, now, series="远行")
    with pytest.raises(DomainError):
        make_policy(session, now, 24, 100_000, model=covered_car(session, car.vin, now).model)


@pytest.mark.parametrize(
    ("scope", "months", "km", "wrong"),
    [
        ({"model": "NONE"}, 36, 9, ["model"]), ({"series": "NONE"}, 36, 9, ["series"]),
        ({"component": "wing"}, 36, 9, ["component"]), ({"use": "racing"}, 36, 9, ["use"]),
        ({}, 0, 9, ["months"]), ({}, 241, 9, ["months"]), ({}, 36, 0, ["km"]), ({}, 36, 2_000_001, ["km"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_policy_is_told_at_its_field(
    session: Session, now: datetime, scope: dict[str, Any], months: int, km: int, wrong: list[str]
) -> None:
    with pytest.raises(DomainError) as refused:
        make_policy(session, now, months, km, **scope)
    assert fields(refused) == wrong


def test_a_scope_is_kept_once(session: Session, now: datetime) -> None:
    make_policy(session, now)
    make_part_warranty(session, now)
    with pytest.raises(DomainError):
        make_policy(session, now, 120, None)
    with pytest.raises(DomainError):
        make_part_warranty(session, now, 120, None)


def test_part_warranties_have_versions_too(session: Session, now: datetime) -> None:
    make_catalogue(session)
    row, today = make_part_warranty(session, now, number=PUMP[0]), local_date(now)
    with pytest.raises(DomainError) as refused:
        follow_part_warranty(session, row.code, Terms(today, None, None), SYSTEM, now)
    assert fields(refused) == ["months"]
    assert follow_part_warranty(session, row.code, Terms(today, 24, None), SYSTEM, now).version == 2
    with pytest.raises(DomainError) as unknown:
        make_part_warranty(session, now, number="NONE", wear_class="bulb")
    assert fields(unknown) == ["number", "wear_class"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"vin": "NONE"}, ["vin"]), ({"number": " "}, ["number"]), ({"number": "A/B"}, ["number"]),
        ({"product": ""}, ["product"]), ({"components": ("wing",)}, ["components"]), ({"seller": "NONE"}, ["seller"]),
        ({"span": Span(date(2026, 1, 2), date(2026, 1, 1), 0)}, ["until_on", "until_km"]),
        ({"span": Span(date(1026, 1, 2), date(9026, 1, 1), None)}, ["begins_on", "until_on"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_contract_is_told_at_its_field(
    session: Session, now: datetime, car: Vehicle, changes: dict[str, Any], wrong: list[str]
) -> None:
    with pytest.raises(DomainError) as refused:
        make_contract(session, now, car, **changes)
    assert fields(refused) == wrong


def test_a_contract_number_is_kept_once(session: Session, now: datetime, car: Vehicle) -> None:
    make_contract(session, now, car)
    with pytest.raises(DomainError) as refused:
        make_contract(session, now, car)
    assert fields(refused) == ["number"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"headquarters_share": 70}, ["headquarters_share"]),
        ({"headquarters_share": 120, "customer_share": -20}, ["headquarters_share"]),
        ({"headquarters_share": 70, "dealer_share": 10}, ["station"]),
        ({"reason": ""}, ["reason"]), ({"component": "wing"}, ["component"]), ({"vin": ""}, ["vin"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_grant_is_told_at_its_field(
    session: Session, now: datetime, car: Vehicle, changes: dict[str, Any], wrong: list[str]
) -> None:
    with pytest.raises(DomainError) as refused:
        make_grant(session, now, car, **changes)
    assert fields(refused) == wrong


def test_who_may_write(session: Session, now: datetime, car: Vehicle) -> None:
    auditor = make_actor(session, "auditor")
    policy = make_policy(session, now)
    with pytest.raises(AccessDeniedError):
        follow_policy(session, policy.code, Terms(local_date(now), 12, 9), auditor, now)
    assert Decimal(make_grant(session, now, car).headquarters_share) == 80


def test_reading_a_car_needs_two_statements_of_coverage(session: Session, now: datetime, car: Vehicle) -> None:
    make_policy(session, now)
    make_contract(session, now, car)
    session.flush()
    with count_queries(db.engine) as statements:
        covered_car(session, car.vin, now)
    assert len([one for one in statements if "coverage_" in one]) == 2
