"""The finding of a demand: carried by which rights, or why not, kept word for word."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.guarantee import at, case, job, old_case, visit
from warranty.cases.rules.articles import articles_of
from warranty.cases.rules.finding import CaseFinding, find, finding_from
from warranty.guarantee.rules.facts import Demand, Text
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.schemas import case_from_json
from warranty.guarantee.seeds import published_calendar

DAY = "2024-05-06"  # a Monday


def found(given: dict[str, Any], day: str = DAY, choice: str = "return", km: int = 20_000) -> CaseFinding:
    read = case_from_json(json.dumps(given), ORDERS)
    return find(read, Demand(date.fromisoformat(day), km, choice), ORDERS, published_calendar())


def long_repair(days: int, start: int = 100) -> dict[str, Any]:
    return visit("R1", at(start), hours=24 * days)


def test_a_demand_beyond_thirty_days_is_carried_with_its_fee_and_deadlines() -> None:
    finding = found(case(long_repair(31)))
    assert finding.accepted
    assert [one.code for one in finding.basis] == ["43-24-4-days"]
    assert str(finding.most_fee) == "12980.00"  # 129,800 × 20,000 ÷ 1,000 × 0.005
    # Ten and twenty working days after Monday 6 May 2024; Saturday 11 May is worked.
    assert (finding.reply_by, finding.complete_by, finding.provisional) == (date(2024, 5, 17), date(2024, 5, 31), False)
    assert "31" in finding.reasons[0].zh
    assert "第二十四条" in finding.reasons[0].zh


def test_thirty_days_are_not_enough_and_the_refusal_says_so() -> None:
    finding = found(case(long_repair(30)))
    assert not finding.accepted
    assert any("累计修理30日，未超过30日" in text.zh and "R1" in text.zh for text in finding.reasons)
    assert any("30 days in repair, not more than 30" in text.en for text in finding.reasons)


def test_the_first_days_are_free_of_a_fee() -> None:
    failure = job(component="brakes", effect="brake_failure", serious_safety=True)
    finding = found(case(visit("R1", at(10), failure, odometer_km=900)))
    assert finding.accepted
    assert finding.most_fee == 0


def test_a_visit_after_the_day_of_the_demand_does_not_carry_it() -> None:
    given = case(long_repair(20), visit("R2", at(500), hours=24 * 20))
    assert not found(given, day="2024-05-06").accepted
    assert found(given, day="2024-07-30").accepted


def test_a_visit_still_open_is_counted_to_the_midnight_of_the_demand() -> None:
    given = case(visit("R1", "2024-04-06T00:00:00+08:00", completed_at=None))
    assert not found(given, day="2024-05-05").accepted  # thirty days
    assert found(given, day="2024-05-06").accepted


@pytest.mark.parametrize(
    ("day", "km", "said"),
    [("2025-01-16", 20_000, "不在三包有效期内"), ("2024-05-06", 50_001, "50,001公里")],
)
def test_outside_the_period_the_refusal_gives_the_period(day: str, km: int, said: str) -> None:
    finding = found(case(long_repair(40), as_of="2025-02-01T09:00:00+08:00"), day=day, km=km)
    assert not finding.accepted
    assert len(finding.reasons) == 1
    assert said in finding.reasons[0].zh
    assert "2025-01-15" in finding.reasons[0].zh


def test_the_old_order_gives_another_car_but_not_the_money() -> None:
    given = old_case(visit("R1", "2020-03-01T09:00:00+08:00", hours=24 * 36))
    assert found(given, day="2020-06-01", choice="replace").accepted
    finding = found(given, day="2020-06-01", choice="return")
    assert not finding.accepted
    assert "更换整车" in finding.reasons[0].zh


def test_a_car_that_no_order_protects_is_refused_with_the_reason_and_has_deadlines_all_the_same() -> None:
    finding = found(case(long_repair(40), use="commercial"))
    assert (finding.accepted, finding.order) == (False, None)
    assert (finding.ruling, finding.reply_days, finding.complete_days) == ("SAMR-43", 10, 20)
    assert "用途" in finding.reasons[0].zh
    assert finding.reply_by > date.fromisoformat(DAY)
    assert finding.most_fee == 0


def test_without_a_repair_there_is_nothing_to_carry_it() -> None:
    assert "没有计入三包" in found(case()).reasons[0].zh


@pytest.mark.parametrize(
    ("jobs", "said"),
    [
        ([job(serious_safety=True)], "严重安全性能故障修理1次"),
        ([job(action="replace_assembly")], "发动机更换1次"),
        ([job(action="replace_part", part="crankshaft")], "主要零部件（曲轴）更换1次"),
        ([job()], "同一质量问题（P）累计修理1次"),
    ],
)
def test_every_counter_says_where_it_stands(jobs: list[dict[str, Any]], said: str) -> None:
    reasons = found(case(visit("R1", at(100), *jobs))).reasons
    assert any(said in text.zh for text in reasons)


def test_a_year_that_is_not_published_makes_the_deadlines_provisional() -> None:
    given = case(invoice_date="2026-12-01", delivery_date="2026-12-02", as_of="2026-12-31T09:00:00+08:00")
    assert found(given, day="2026-12-28", km=10).provisional


def test_a_finding_is_kept_word_for_word() -> None:
    finding = found(case(long_repair(31)))
    assert finding_from(json.loads(json.dumps(finding.plain()))) == finding


def test_an_order_that_is_not_listed_is_cited_by_its_name() -> None:
    name = Text("某规定", "some order")
    assert articles_of("NEW-1", name).fee == name
    assert "二十七条" in articles_of("SAMR-43", name).fee.zh


def test_a_finding_keeps_the_days_of_the_order_that_rules_and_the_price_it_reckoned_with() -> None:
    given = old_case(visit("R1", "2020-03-01T09:00:00+08:00", hours=24 * 36))
    finding = found(given, day="2020-06-01", choice="replace")
    assert (finding.ruling, finding.reply_days, finding.complete_days) == ("AQSIQ-150", 10, 15)
    assert found(case()).price == Decimal("129800.00")
