"""What a claim asks for and what becomes of it: exact, rounded once a line, never above applied."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import ZERO, total
from warranty.claims.rules.decision import Asked, LineDecision, judge
from warranty.claims.rules.mending import Entered, lower
from warranty.claims.rules.money import (
    Extras,
    Labour,
    Overlap,
    Priced,
    Rates,
    Sublet,
    UsedPart,
    Work,
    car_days,
    percent,
    price,
    with_overlaps,
)
from warranty.claims.rules.versions import Difference, differences
from warranty.claims.words import RECKONED

RATES = Rates()
YUAN = st.decimals(min_value=0, max_value=99_999, places=2)
QUANTITY = st.decimals(min_value="0.01", max_value=99, places=2)


def test_labour_at_quota_hours_times_the_rate() -> None:
    one = price(Work([Labour("L1", "换泵", Decimal("3.00"), Decimal("2.50"), Decimal("120.00"))]), RATES)
    assert [(line.kind, line.quantity, line.applied) for line in one] == [
        ("labour", Decimal("2.50"), Decimal("300.00"))
    ]
    less = price(Work([Labour("L1", "换泵", Decimal("1.25"), Decimal("2.50"), Decimal("120.02"))]), RATES)
    assert less[0].applied == Decimal("150.03")  # 150.025, half up


def test_parts_then_a_tenth_of_them_as_a_line_of_its_own() -> None:
    parts = [
        UsedPart("A", "泵", Decimal(1), Decimal("380.00"), causal=True),
        UsedPart("B", "圈", Decimal(3), Decimal("0.35")),
        UsedPart("C", "无价", Decimal(1), None),
    ]
    lines = price(Work(parts=parts), RATES)
    assert [(line.kind, line.applied, line.causal) for line in lines] == [
        ("part", Decimal("380.00"), True),
        ("part", Decimal("1.05"), False),
        ("part", Decimal("0.00"), False),
        ("handling", Decimal("38.11"), False),  # 10 % of 381.05 is 38.105, half up
    ]
    assert lines[-1].name == "10%"


def test_what_the_visit_cost_beside() -> None:
    extras = Extras(35, Decimal("50.00"), Decimal("200.00"), Decimal("300.00"))
    assert [(line.kind, line.code, line.quantity, line.applied) for line in price(Work(extras=extras), RATES)] == [
        ("out_call", "KM", Decimal(70), Decimal("140.00")),  # there and back at 2.00
        ("out_call", "EXPENSES", Decimal(1), Decimal("50.00")),
        ("towing", "TOWING", Decimal(1), Decimal("200.00")),
        ("substitute", "TRANSPORT", Decimal(1), Decimal("300.00")),
    ]


def codes(line: Priced) -> list[str]:
    return [step.code for step in line.reckoning]


HANDED = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "days"), [(0, 1), (1, 1), (24, 1), (25, 2), (48, 2), (24 * 30, 30), (24 * 30 + 1, 31)]
)
def test_a_substitute_car_is_paid_by_every_begun_day(hours: int, days: int) -> None:
    assert car_days(HANDED, HANDED + timedelta(hours=hours)) == days
    (line,) = price(Work(extras=Extras(car_from=HANDED, car_until=HANDED + timedelta(hours=hours))), RATES)
    paid = min(days, 30)  # at most thirty days of a visit
    assert (line.code, line.quantity, line.applied) == ("CAR", Decimal(paid), Decimal(200 * paid))
    assert codes(line) == ["car_days", *(["most_days"] if days > 30 else [])]


def test_a_substitute_car_that_is_still_out_is_not_paid_yet() -> None:
    assert price(Work(extras=Extras(car_from=HANDED)), RATES) == ()


def test_sublet_work_is_paid_by_its_invoice_without_a_handling_fee() -> None:
    sublet = Sublet("车身校正", "浦东钣金厂", "12345678901234567890", Decimal("860.50"))
    (line,) = price(Work(sublets=[sublet]), RATES)
    assert (line.kind, line.code, line.name, line.quantity) == ("sublet", sublet.invoice_no, "车身校正", Decimal(1))
    assert (line.unit_price, line.applied, codes(line)) == (Decimal("860.50"), Decimal("860.50"), ["sublet"])


def work(code: str, hours: str, quota: str | None = None) -> Labour:
    return Labour(code, code, Decimal(hours), None if quota is None else Decimal(quota), Decimal("100.00"))


ENGINE, HOSE, BELT = work("ENG", "8", "8"), work("HOSE", "0.8", "0.5"), work("BELT", "1", "1")


def test_what_another_operation_contains_is_paid_less() -> None:
    found = with_overlaps((ENGINE, HOSE, BELT), [("ENG", "HOSE", None), ("ENG", "BELT", Decimal("0.40"))])
    assert [line.overlap for line in found] == [
        None, Overlap("ENG", Decimal("0.5")), Overlap("ENG", Decimal("0.40")),
    ]  # fmt: skip
    lines = price(Work(found), RATES)
    assert [(line.quantity, line.applied) for line in lines] == [
        (Decimal(8), Decimal("800.00")), (Decimal(0), Decimal("0.00")), (Decimal("0.60"), Decimal("60.00")),
    ]  # fmt: skip
    assert codes(lines[1]) == ["written", "quota", "overlap", "order_rate"]


def test_of_several_that_contain_it_the_one_that_takes_off_most_counts() -> None:
    rows = [("ENG", "BELT", Decimal("0.20")), ("HOSE", "BELT", Decimal("0.70")), ("X", "BELT", Decimal(0))]
    assert with_overlaps((BELT,), rows)[0].overlap == Overlap("HOSE", Decimal("0.70"))
    assert with_overlaps((BELT,), [("X", "BELT", Decimal(0))])[0].overlap is None
    assert with_overlaps((BELT,), [("BELT", "BELT", None)])[0].overlap is None


@given(
    st.lists(st.tuples(st.sampled_from("ABCD"), QUANTITY, st.none() | QUANTITY), min_size=1, max_size=5),
    st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from("ABCD"), st.none() | QUANTITY), max_size=6),
)
def test_overlaps_lower_hours_and_never_below_nought(
    rows: list[tuple[str, Decimal, Decimal | None]], contained: list[tuple[str, str, Decimal | None]]
) -> None:
    labour = [Labour(code, code, hours, quota, Decimal("90.00")) for code, hours, quota in rows]
    before, after = price(Work(labour), RATES), price(Work(with_overlaps(labour, contained)), RATES)
    for one, other in zip(before, after, strict=True):
        assert ZERO <= other.quantity <= one.quantity
        if "overlap" not in codes(other):
            assert other == one
    assert with_overlaps(labour, reversed(contained)) == with_overlaps(labour, contained)


def test_every_line_says_how_it_was_reckoned() -> None:
    since = date(2026, 1, 1)
    labour = Labour("L1", "换泵", Decimal("3.00"), Decimal("2.50"), Decimal("120.00"), None, 4, since)
    parts = [UsedPart("A", "泵", Decimal(1), Decimal("380.00"), since=since), UsedPart("B", "圈", Decimal(1), None)]
    lines = price(Work([labour], parts, extras=Extras(35, Decimal("50.00"))), RATES)
    assert [codes(line) for line in lines] == [
        ["written", "quota", "rate"], ["dealer_price"], ["no_price"], ["handling"], ["kilometres"], ["as_written"],
    ]  # fmt: skip
    assert lines[0].reckoning[2].figures == {"rate": "120.00", "grade": "4", "since": "2026-01-01"}
    assert lines[3].reckoning[0].figures == {"percent": "10", "parts": "380.00"}
    assert {code for line in lines for code in codes(line)} <= set(RECKONED)


@pytest.mark.parametrize(("rate", "text"), [("0.10", "10"), ("0.125", "12.5"), ("1", "100"), ("0.07", "7")])
def test_a_rate_is_written_as_people_do(rate: str, text: str) -> None:
    assert percent(Decimal(rate)) == text


@given(st.lists(st.tuples(QUANTITY, YUAN), min_size=1, max_size=8))
def test_the_sum_of_a_claim_is_the_sum_of_its_lines_to_the_fen(rows: list[tuple[Decimal, Decimal]]) -> None:
    lines = price(Work(parts=[UsedPart(str(n), "", quantity, unit) for n, (quantity, unit) in enumerate(rows)]), RATES)
    for line in lines:
        assert line.applied == line.applied.quantize(Decimal("0.01"))
        assert abs(line.applied - line.quantity * line.unit_price) <= Decimal("0.005")
    parts = total(line.applied for line in lines if line.kind == "part")
    fee = total(line.applied for line in lines if line.kind == "handling")
    assert abs(fee - parts / 10) <= Decimal("0.005")


KINDS = st.sampled_from(["labour", "part", "handling", "towing"])
SAID = st.tuples(st.sampled_from(["approved", "adjusted", "refused"]), YUAN, st.sampled_from(["", "原因"]))


@given(st.lists(st.tuples(KINDS, YUAN, SAID), min_size=1, max_size=6), st.sampled_from(["approve", "refuse", "return"]))
def test_audited_is_never_above_applied(
    rows: list[tuple[str, Decimal, tuple[str, Decimal, str]]], outcome: str
) -> None:
    asked = [Asked(n, kind, applied) for n, (kind, applied, _said) in enumerate(rows, start=1)]
    said = {n: LineDecision(n, word, amount, why) for n, (_k, _a, (word, amount, why)) in enumerate(rows, start=1)}
    judged = judge(asked, said, outcome, RATES)
    if judged.faults:
        assert judged.lines == ()
        return
    for line, one in zip(asked, judged.lines, strict=True):
        assert one.audited is None or ZERO <= one.audited <= line.applied
        if one.audited is not None and one.audited < line.applied:
            assert one.reason or one.reason_code or outcome == "refuse"
    if outcome == "approve":
        assert judged.audited == total(one.audited or ZERO for one in judged.lines)
    else:
        assert judged.audited == (ZERO if outcome == "refuse" else None)


ASKED = (
    Asked(1, "labour", Decimal("300.00")), Asked(2, "part", Decimal("400.00")), Asked(3, "handling", Decimal("40.00")),
)  # fmt: skip


def test_the_fee_follows_the_parts_that_are_paid() -> None:
    less = judge(ASKED, {2: LineDecision(2, "adjusted", Decimal("250.00"), "价")}, "approve", RATES)
    assert [line.audited for line in less.lines] == [Decimal("300.00"), Decimal("250.00"), Decimal("25.00")]
    assert (less.lines[2].decision, less.lines[2].reason_code) == ("adjusted", "follows_parts")
    none = judge(ASKED, {2: LineDecision(2, "refused", None, "非三包")}, "approve", RATES)
    assert (none.audited, none.lines[2].decision) == (Decimal("300.00"), "refused")


def test_all_lines_refused_is_no_approval() -> None:
    said = {n: LineDecision(n, "refused", None, "否") for n in (1, 2, 3)}
    assert [fault.code for fault in judge(ASKED, said, "approve", RATES).faults] == ["all_refused"]
    assert judge(ASKED, said, "refuse", RATES).audited == ZERO


@pytest.mark.parametrize(
    ("said", "code", "part"),
    [
        (LineDecision(1, "adjusted", Decimal("300.01"), "多"), "above_applied", "amount"),
        (LineDecision(1, "adjusted", Decimal("-0.01"), "负"), "negative", "amount"),
        (LineDecision(1, "adjusted", None, "空"), "amount_missing", "amount"),
        (LineDecision(1, "adjusted", Decimal("1.00"), " "), "reason_missing", "reason"),
        (LineDecision(1, "refused"), "reason_missing", "reason"),
        (LineDecision(1, "shrug"), "unknown", "decision"),
    ],
)
def test_what_cannot_stand(said: LineDecision, code: str, part: str) -> None:
    assert [(fault.code, fault.part) for fault in judge(ASKED, {1: said}, "approve", RATES).faults] == [(code, part)]


@given(st.lists(st.tuples(KINDS, QUANTITY, YUAN, YUAN), min_size=1, max_size=6))
def test_a_dealer_lowers_amounts_and_never_raises_them(rows: list[tuple[str, Decimal, Decimal, Decimal]]) -> None:
    lines = [Entered(n, kind, quantity, unit, ZERO) for n, (kind, quantity, unit, _w) in enumerate(rows)]
    wanted = {n: want for n, (_k, _q, _u, want) in enumerate(rows)}
    amounts, faults = lower(lines, wanted, RATES)
    for line, amount in zip(lines, amounts, strict=True):
        assert ZERO <= amount <= max(line.applied, line.quantity * line.unit_price + Decimal("0.005"))
    if faults:
        assert amounts == tuple(line.applied for line in lines)


def test_differences_between_versions_name_field_and_line() -> None:
    line = {"kind": "part", "code": "A", "quantity": "1.00", "unit_price": "5.00", "applied": "5.00"}
    old = {"claim": {"cause": "x", "type": "repair"}, "lines": [line, line]}
    new = {
        "claim": {"cause": "y", "type": "repair"},
        "lines": [line, {**line, "applied": "4.00"}, {**line, "code": "B"}],
    }
    assert differences(old, new) == (
        Difference("cause", "x", "y"),
        Difference("applied", "5.00", "4.00", "A"),
        Difference("line", None, "5.00", "B"),
    )
    assert differences(old, old) == ()
