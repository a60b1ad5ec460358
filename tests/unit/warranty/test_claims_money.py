"""What a claim asks for and what becomes of it: exact, rounded once a line, never above applied."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import ZERO, total
from warranty.claims.rules.decision import Asked, LineDecision, judge
from warranty.claims.rules.mending import Entered, lower
from warranty.claims.rules.money import Extras, Labour, Rates, UsedPart, percent, price
from warranty.claims.rules.versions import Difference, differences

RATES = Rates()
YUAN = st.decimals(min_value=0, max_value=99_999, places=2)
QUANTITY = st.decimals(min_value="0.01", max_value=99, places=2)


def test_labour_at_quota_hours_times_the_rate() -> None:
    one = price([Labour("L1", "换泵", Decimal("3.00"), Decimal("2.50"), Decimal("120.00"))], [], Extras(), RATES)
    assert [(line.kind, line.quantity, line.applied) for line in one] == [
        ("labour", Decimal("2.50"), Decimal("300.00"))
    ]
    less = price([Labour("L1", "换泵", Decimal("1.25"), Decimal("2.50"), Decimal("120.02"))], [], Extras(), RATES)
    assert less[0].applied == Decimal("150.03")  # 150.025, half up


def test_parts_then_a_tenth_of_them_as_a_line_of_its_own() -> None:
    parts = [
        UsedPart("A", "泵", Decimal(1), Decimal("380.00"), causal=True),
        UsedPart("B", "圈", Decimal(3), Decimal("0.35")),
        UsedPart("C", "无价", Decimal(1), None),
    ]
    lines = price([], parts, Extras(), RATES)
    assert [(line.kind, line.applied, line.causal) for line in lines] == [
        ("part", Decimal("380.00"), True),
        ("part", Decimal("1.05"), False),
        ("part", Decimal("0.00"), False),
        ("handling", Decimal("38.11"), False),  # 10 % of 381.05 is 38.105, half up
    ]
    assert lines[-1].name == "10%"


def test_what_the_visit_cost_beside() -> None:
    extras = Extras(35, Decimal("50.00"), Decimal("200.00"), Decimal("300.00"))
    assert [(line.kind, line.code, line.quantity, line.applied) for line in price([], [], extras, RATES)] == [
        ("out_call", "KM", Decimal(70), Decimal("140.00")),  # there and back at 2.00
        ("out_call", "EXPENSES", Decimal(1), Decimal("50.00")),
        ("towing", "TOWING", Decimal(1), Decimal("200.00")),
        ("substitute", "SUBSTITUTE", Decimal(1), Decimal("300.00")),
    ]


@pytest.mark.parametrize(("rate", "text"), [("0.10", "10"), ("0.125", "12.5"), ("1", "100"), ("0.07", "7")])
def test_a_rate_is_written_as_people_do(rate: str, text: str) -> None:
    assert percent(Decimal(rate)) == text


@given(st.lists(st.tuples(QUANTITY, YUAN), min_size=1, max_size=8))
def test_the_sum_of_a_claim_is_the_sum_of_its_lines_to_the_fen(rows: list[tuple[Decimal, Decimal]]) -> None:
    lines = price(
        [], [UsedPart(str(n), "", quantity, unit) for n, (quantity, unit) in enumerate(rows)], Extras(), RATES
    )
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
