from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealers.service import rules, words
from dealers.service.rules import Extras, Job, Labour, Odometer, Opening, PartUse, Reading

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
OPENING = Opening(
    vin="LSVAM4180R2000001", type="general", odometer_km=23_456, received_at=NOW - timedelta(hours=1),
    promised_at=NOW + timedelta(hours=4), presenter_name="李明", presenter_phone="13812345678", concern="漏水",
)  # fmt: skip
JOB = Job("1", "漏水", "轴封渗漏", "更换水泵")


def fields(problems: list[rules.Problem]) -> set[tuple[str, str | None]]:
    return {(problem.code, problem.field) for problem in problems}


def open_codes(opening: Opening, last: Reading | None = None) -> set[tuple[str, str | None]]:
    return fields(rules.opening_problems(opening, last, TODAY, NOW))


def done_codes(
    *jobs: Job, order_type: str = "general", extras: Extras | None = None, received: datetime = NOW - timedelta(days=1),
    completed: datetime = NOW,
) -> set[tuple[str, str | None]]:  # fmt: skip
    return fields(rules.completion_problems(order_type, jobs, extras or Extras(), received, completed, NOW))


def test_ten_fields_or_fewer_open_an_order() -> None:
    assert len(rules.REQUIRED) <= 10
    assert open_codes(OPENING) == set()


@pytest.mark.parametrize("name", rules.REQUIRED)
def test_each_required_field_is_asked_for(name: str) -> None:
    empty = None if name in {"odometer_km", "received_at", "promised_at"} else "  "
    assert ("required", name) in open_codes(replace(OPENING, **{name: empty}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"type": "repair"}, ("type_unknown", "type")),
        ({"presenter_phone": "ask him"}, ("phone", "presenter_phone")),
        ({"owner_phone": "12"}, ("phone", "owner_phone")),
        ({"received_at": NOW + timedelta(hours=1)}, ("received_future", "received_at")),
        ({"promised_at": NOW - timedelta(days=1)}, ("promised_early", "promised_at")),
        ({"odometer_km": -1}, ("odometer_range", "odometer_km")),
        ({"odometer_km": 2_000_001}, ("odometer_range", "odometer_km")),
        ({"concern": "x" * 1_001}, ("too_long", "concern")),
    ],
)
def test_what_is_wrong_is_told_at_its_field(change: dict[str, object], problem: tuple[str, str]) -> None:
    assert problem in open_codes(replace(OPENING, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize("phone", ["13812345678", "021-5500 0001", "+86 138 1234 5678", "(021)55000001"[1:]])
def test_phones_are_taken_as_people_write_them(phone: str) -> None:
    assert open_codes(replace(OPENING, presenter_phone=phone)) == set()


def test_a_lower_odometer_is_a_doubt_that_is_acknowledged_or_explained_by_a_new_meter() -> None:
    last = Reading(30_000, date(2026, 10, 1))
    assert open_codes(OPENING, last) == {("odometer_low", "odometer_km")}
    assert open_codes(replace(OPENING, odometer_acknowledged=True), last) == set()
    assert open_codes(replace(OPENING, meter_replaced=True), last) == set()


def test_a_jump_beyond_what_anybody_drives_is_a_doubt() -> None:
    last = Reading(10_000, TODAY - timedelta(days=1))
    assert rules.odometer_doubt(13_200, TODAY, last) is None
    assert rules.odometer_doubt(13_201, TODAY, last) == "odometer_jump"
    assert list(rules.odometer_problems(Odometer(None, TODAY), last)) == []


@pytest.mark.parametrize(
    ("typed", "vin"),
    [
        (" lsvam418 0r2-000001 ", "LSVAM4180R2000001"),
        ("ILSVAM4180R2000001", "LSVAM4180R2000001"),
        ("*LSVAM4180R2000001*", "LSVAM4180R2000001"),
        ("ＬＳＶ１２３", "LSV123"),
        ("沪A12345", "沪A12345"),
    ],
)
def test_a_vin_is_read_as_scanners_and_people_enter_it(typed: str, vin: str) -> None:
    assert rules.scanned_vin(typed) == vin


def test_an_order_is_completed_with_the_three_c_of_every_job() -> None:
    assert done_codes(JOB) == set()
    assert done_codes() == {("no_job", None)}
    bare = Job("7", "异响", " ", "")
    assert done_codes(JOB, bare) == {("cause_missing", "job-7-cause"), ("correction_missing", "job-7-correction")}
    assert ("concern_missing", "job-7-concern") in done_codes(Job("7", ""))


def test_completion_comes_after_reception_and_not_in_the_future() -> None:
    assert done_codes(JOB, received=NOW, completed=NOW - timedelta(minutes=1)) == {("completed_early", "completed_at")}
    assert done_codes(JOB, completed=NOW + timedelta(hours=1)) == {("completed_future", "completed_at")}


def test_a_warranty_job_with_parts_names_the_part_that_failed_first() -> None:
    pump = PartUse("3", Decimal(1), Decimal("386.50"))
    assert done_codes(replace(JOB, parts=(pump,))) == {("causal_missing", "job-1-causal")}
    assert done_codes(replace(JOB, parts=(replace(pump, causal=True),))) == set()
    assert done_codes(replace(JOB, parts=(pump,), payer="customer")) == set()
    assert done_codes(replace(JOB, parts=(pump,)), order_type="maintenance") == set()
    two = (replace(pump, causal=True), replace(pump, key="4", causal=True))
    assert done_codes(replace(JOB, parts=two)) == {("causal_twice", "job-1-causal")}


@pytest.mark.parametrize("hours", ["0", "-1", "99.01"])
def test_hours_are_plausible(hours: str) -> None:
    line = Labour("5", Decimal(hours), Decimal(120))
    assert ("hours", "labour-5-hours") in done_codes(replace(JOB, labour=(line,)))


def test_the_maker_pays_the_quota_the_customer_what_was_agreed() -> None:
    line = Labour("5", Decimal("2.00"), Decimal(120), quota=Decimal("1.80"))
    assert [p.code for p in rules.labour_problems(line, "warranty")] == ["hours_quota"]
    assert list(rules.labour_problems(line, "customer")) == []


def test_quantity_and_price_are_plausible() -> None:
    line = PartUse("9", Decimal(0), Decimal(-1))
    assert fields(list(rules.part_problems(line))) == {
        ("quantity", "part-9-quantity"), ("price", "part-9-unit_price"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("extras", "problem"),
    [
        (Extras(out_call_km=-1), ("out_call_distance", "out_call_km")),
        (Extras(towing_fee=Decimal(-1)), ("amount_negative", "towing_fee")),
        (Extras(substitute="horse"), ("substitute_unknown", "substitute")),
        (Extras(substitute="car"), ("substitute_from", "substitute_from")),
        (
            Extras(substitute="car", substitute_from=NOW, substitute_until=NOW - timedelta(hours=1)),
            ("substitute_order", "substitute_until"),
        ),
        (Extras(substitute="transport"), ("substitute_amount", "substitute_amount")),
    ],
)
def test_out_call_towing_and_substitute_car(extras: Extras, problem: tuple[str, str]) -> None:
    assert fields(list(rules.extras_problems(extras))) == {problem}


def test_an_out_call_says_how_far_it_was() -> None:
    assert done_codes(JOB, order_type="out_call") == {("out_call_distance", "out_call_km")}
    assert done_codes(JOB, order_type="out_call", extras=Extras(out_call_km=35)) == set()


def test_days_in_the_shop_count_every_24_hours_and_a_remainder() -> None:
    # Art. 40: every full 24 hours is a day; a remainder under 24 hours is a day.
    assert rules.days_in_shop(NOW, NOW + timedelta(minutes=1)) == 1
    assert rules.days_in_shop(NOW, NOW + timedelta(hours=24)) == 1
    assert rules.days_in_shop(NOW, NOW + timedelta(hours=24, seconds=1)) == 2
    assert rules.days_in_shop(NOW, NOW) == 0


def test_maintenance_is_paid_by_the_customer_until_somebody_says_otherwise() -> None:
    payers = {kind: rules.default_payer(kind) for kind in rules.ORDER_TYPES}
    assert {kind for kind, payer in payers.items() if payer == "customer"} == {"maintenance"}


def test_sums_round_each_line_half_up_and_then_add() -> None:
    # 0.33 h × 100.50 = 33.165 → 33.17, twice; 3 × 0.05 = 0.15
    work = (Labour("1", Decimal("0.33"), Decimal("100.50")), Labour("2", Decimal("0.33"), Decimal("100.50")))
    paid = Job("1", "a", labour=work, parts=(PartUse("1", Decimal(3), Decimal("0.05")),))
    own = Job("2", "b", payer="customer", labour=(Labour("3", Decimal("0.50"), Decimal("80.01")),))  # 40.005 → 40.01
    sums = rules.totals([paid, own])
    assert (sums.labour, sums.parts) == (Decimal("106.35"), Decimal("0.15"))
    assert (sums.warranty, sums.customer, sums.all) == (Decimal("66.49"), Decimal("40.01"), Decimal("106.50"))


cents = st.decimals(Decimal("0.01"), Decimal(9_999), places=2)
labours = st.lists(st.builds(Labour, key=st.just("1"), hours=cents, rate=cents), max_size=4).map(tuple)
part_uses = st.lists(st.builds(PartUse, key=st.just("1"), quantity=cents, unit_price=cents), max_size=4).map(tuple)
job_lists = st.lists(
    st.builds(
        Job, key=st.just("1"), concern=st.just("x"), payer=st.sampled_from(["warranty", "customer"]),
        labour=labours, parts=part_uses,
    ),
    max_size=4,
)  # fmt: skip


@given(job_lists)
def test_totals_by_kind_equal_totals_by_payer_to_the_fen(jobs: list[Job]) -> None:
    sums = rules.totals(jobs)
    assert sums.labour + sums.parts == sums.warranty + sums.customer == sums.all
    lines = [line.hours * line.rate for job in jobs for line in job.labour]
    lines += [line.quantity * line.unit_price for job in jobs for line in job.parts]
    assert abs(sums.all - sum(lines, Decimal(0))) <= Decimal("0.005") * len(lines)


def test_every_value_and_every_problem_has_its_words() -> None:
    assert set(words.TYPES) == set(rules.ORDER_TYPES)
    assert set(words.SUBSTITUTES) == set(rules.SUBSTITUTES)
    assert set(words.PAYERS) == {rules.WARRANTY, rules.CUSTOMER}
    with pytest.raises(words.DomainError):
        words.refuse([rules.Problem("no_job")])
