"""What an order is made of, and that a third one needs no new function."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.guarantee import Json, answer, case, codes, demand, job, visit
from warranty.guarantee.rules.facts import Term, Text
from warranty.guarantee.rules.orders import AQSIQ_150, ORDERS, SAMR_43
from warranty.guarantee.rules.regimes import COUNTERS, KINDS, Ground, Thresholds, regime_on
from warranty.guarantee.schemas import CaseError


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2013, 9, 30), None), (date(2013, 10, 1), "AQSIQ-150"), (date(2021, 12, 31), "AQSIQ-150"),
        (date(2022, 1, 1), "SAMR-43"), (date(2190, 1, 1), "SAMR-43"),
    ],
)  # fmt: skip
def test_the_day_of_sale_chooses_the_order(day: date, code: str | None) -> None:
    for orders in (ORDERS, ORDERS[::-1]):
        found = regime_on(orders, day)
        assert (found.code if found else None) == code


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.code)
def test_an_order_is_drawn_from_the_known_kinds_and_counters(order: Any) -> None:
    assert {ground.kind for ground in order.grounds} <= set(KINDS)
    assert order.levels.keys() == set(COUNTERS)
    assert all(set(ground.components) <= set(order.components) for ground in order.grounds)


def faults(given: Json) -> list[str]:
    try:
        answer(given)
    except CaseError as error:
        return error.faults
    return []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"guarantee": {"months": 23, "km": 50_000}}, "/certificate/guarantee/months"),
        ({"guarantee": {"months": 24, "km": 49_999}}, "/certificate/guarantee/km"),
        ({"repair": {"months": 35, "km": 60_000}}, "/certificate/repair/months"),
        ({"repair": {"months": 36, "km": 59_999}}, "/certificate/repair/km"),
        ({"usage_coefficient": "0"}, "/certificate/usage_coefficient"),
        ({"usage_coefficient": "0.000000000001"}, None),
        ({"usage_coefficient": "0.005"}, None),
        ({"usage_coefficient": "0.005000000001"}, "/certificate/usage_coefficient"),
        ({"usage_coefficient": "0.004999", "invoice_date": "2021-12-31"}, "/certificate/usage_coefficient"),
        ({"usage_coefficient": "0.005", "invoice_date": "2021-12-31"}, None),
        ({"usage_coefficient": "0.008", "invoice_date": "2021-12-31"}, None),
        ({"usage_coefficient": "0.008001", "invoice_date": "2021-12-31"}, "/certificate/usage_coefficient"),
        ({"usage_coefficient": "0", "invoice_date": "2021-12-31"}, "/certificate/usage_coefficient"),
        ({"guarantee": {"months": 23, "km": 50_000}, "invoice_date": "2021-12-31"}, "/certificate/guarantee/months"),
        # The order of the replacement's day binds the certificate.
        ({"usage_coefficient": "0.008", "invoice_date": "2021-12-31", "replaced_on": "2022-01-01"},
         "/certificate/usage_coefficient"),
        # Where no order protects the car, none binds its certificate.
        ({"guarantee": {"months": 0, "km": 0}, "use": "rental"}, None),
        ({"usage_coefficient": "0.5", "invoice_date": "2013-09-30"}, None),
    ],
)  # fmt: skip
def test_a_certificate_below_the_orders_minimum_is_a_fault(changes: Json, pointer: str | None) -> None:
    assert [line.split(": ")[0] for line in faults(case(**changes))] == ([pointer] if pointer else [])


def test_every_shortfall_of_a_certificate_is_named() -> None:
    given = case(guarantee={"months": 1, "km": 1}, repair={"months": 1, "km": 1}, usage_coefficient="0.9")
    assert [line.split(": ")[0] for line in faults(given)] == [
        "/certificate/guarantee/months", "/certificate/guarantee/km", "/certificate/repair/months",
        "/certificate/repair/km", "/certificate/usage_coefficient",
    ]  # fmt: skip


# --- a third order, made up ------------------------------------------------------------------------

_ARTICLE = Text("新令第一条", "Third order, Art. 1")
THIRD = replace(
    SAMR_43,
    code="TEST-1",
    name=Text("新令", "Third order"),
    first_sale=date(2030, 1, 1),
    categories=("passenger_car", "pickup", "other"),
    uses=("household", "rental"),
    starts="invoice",
    guarantee=Term(60, 100_000),
    repair=Term(72, 120_000),
    coefficient_max=Decimal("0.002"),
    grounds=(
        Ground("T-early", "early_effect", "replace_or_return", False, _ARTICLE, within_km=500, effects=("fuel_leak",)),
        Ground("T-parts", "early_replacement", "replace", False, _ARTICLE, within_days=14, components=("brakes",)),
        Ground("T-times", "times", "replace_or_return", True, _ARTICLE, limit=2),
        Ground("T-serious", "serious_safety", "replace_or_return", True, _ARTICLE, limit=1),
        Ground("T-engine", "assembly", "replace", True, _ARTICLE, limit=1, components=("engine",)),
    ),
    excluded_kinds=(),
    substitute_after_days=2,
    reply_days=3,
    complete_days=4,
    levels=SAMR_43.levels | {"same_problem": Thresholds(1, None, 2)},
)
THREE = (AQSIQ_150, replace(SAMR_43, last_sale=date(2029, 12, 31)), THIRD)


def sold(*repairs: Json, **changes: Any) -> Json:
    bought: Json = {
        "invoice_date": "2030-01-01", "delivery_date": "2030-01-20", "as_of": "2034-12-31T00:00:00+08:00",
        "guarantee": {"months": 60, "km": 100_000}, "repair": {"months": 72, "km": 120_000},
        "usage_coefficient": "0.002",
    }  # fmt: skip
    return case(*repairs, **(bought | changes))


def leak(day: str, km: int, **changes: Any) -> Json:
    return visit(day, f"{day}T09:00:00+08:00", job(**({"effect": "fuel_leak"} | changes)), odometer_km=km)


def test_a_third_order_rules_the_sales_of_its_years_only() -> None:
    assert answer(sold(), THREE)["regime"] == "TEST-1"
    assert answer(sold(use="rental", category="other"), THREE)["covered"] is True
    assert answer(sold(use="official"), THREE)["covered"] is False
    eve = case(invoice_date="2029-12-31", delivery_date=None, as_of="2030-06-01T00:00:00+08:00")
    assert answer(eve, THREE)["regime"] == "SAMR-43"
    assert answer(sold(), ORDERS[:0])["reason"]["zh"].startswith("车辆销售之日（2030-01-01）")


def test_a_third_orders_periods_minimum_and_waits() -> None:
    rows = [visit("V", "2030-03-01T00:00:00+08:00", hours=49, excluded_hours=[{"kind": "rescue_travel", "hours": 9}])]
    found = answer(sold(*rows), THREE)
    assert found["periods"]["guarantee"] == {"ends_on": "2035-01-01", "km": 100_000, "in_force": True}
    assert found["visits"][0]["days"] == 3
    assert found["visits"][0]["substitute_car_from"] == "2030-03-03T00:00:00+08:00"
    with pytest.raises(CaseError, match="above the ceiling of TEST-1"):
        answer(sold(usage_coefficient="0.003"), THREE)


def test_a_third_orders_early_lines_have_the_bounds_it_gives() -> None:
    assert codes(sold(leak("2033-01-01", 500)), THREE) == ["T-early"]
    assert codes(sold(leak("2033-01-01", 501)), THREE) == []
    part = {"component": "brakes", "part": "booster", "action": "replace_part", "effect": None}
    assert codes(sold(leak("2030-01-15", 9_000, **part)), THREE) == ["T-parts"]
    assert codes(sold(leak("2030-01-16", 9_000, **part)), THREE) == []
    (right,) = answer(sold(leak("2033-01-01", 500)), THREE)["entitlements"]
    assert "行驶500公里内" in right["reason"]["zh"]
    assert "within 500 km (" in right["reason"]["en"]


def test_a_third_orders_counting_lines_watch_and_deadlines() -> None:
    rows = [leak(f"2030-03-0{n}", 1_000) for n in range(1, 4)]
    found = answer(sold(*rows, demand=demand("2030-03-04", odometer_km=2_000)), THREE)
    assert [row["code"] for row in found["entitlements"]] == ["T-times"]
    assert [(row["counter"], row["level"]) for row in found["watch"]] == [("same_problem", "entitled")]
    assert found["demand"] == {
        "accepted": True, "reply_by": "2030-03-07", "complete_by": "2030-03-08", "calendar": "provisional",
        "usage_fee": "519.20", "basis": ["T-times"],  # 129,800 × 2,000 ÷ 1,000 × 0.2 %
    }  # fmt: skip
    assert answer(sold(*rows[:2]), THREE)["watch"][0]["level"] == "red"
    assert codes(sold(leak("2030-03-01", 1_000, serious_safety=True, resolved=False)), THREE) == ["T-serious"]


@pytest.mark.parametrize(("component", "expected"), [("engine", ["T-engine"]), ("transmission", [])])
def test_a_third_orders_line_speaks_of_its_own_components(component: str, expected: list[str]) -> None:
    changes = {"component": component, "action": "replace_assembly", "resolved": False}
    given = sold(leak("2030-03-01", 1_000, **changes))
    assert codes(given, THREE) == expected
    watched = [row["key"] for row in answer(given, THREE)["watch"] if row["counter"] == "assembly_replacements"]
    assert watched == [component][: len(expected)]  # where no line ends a counter, there is nothing to watch
