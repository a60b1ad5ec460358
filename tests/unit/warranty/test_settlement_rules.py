from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.invoices import is_invoice_number, within_tolerance
from portal.kernel.money import LIMIT, from_fen, to_fen
from warranty.claims.words import KINDS as CLAIM_KINDS
from warranty.settlement.rules import (
    DEDUCTION_KINDS,
    KINDS,
    Amount,
    booking_faults,
    by_hand,
    left_of,
    of_the_claim,
    rate_on,
    reckon,
    shortfall,
    signed,
    takeable,
)

D = Decimal
lines = st.lists(st.builds(Amount, st.sampled_from(KINDS), st.integers(0, 10**8).map(from_fen)), max_size=60)
rates = st.sampled_from([D("0"), D("0.03"), D("0.06"), D("0.13"), D("0.16"), D("0.17")])


def test_a_small_statement_adds_up() -> None:
    sums = reckon(
        [Amount("labour", D("90.00")), Amount("part", D("1200.00")), Amount("handling", D("120.00")),
         Amount("labour", D("45.05"))],
        D("0.13"),
    )  # fmt: skip
    assert sums.by_kind == {"labour": D("135.05"), "part": D("1200.00"), "handling": D("120.00")}
    assert list(sums.by_kind) == ["labour", "part", "handling"]
    assert (sums.net, sums.tax, sums.gross) == (D("1455.05"), D("189.16"), D("1644.21"))


def test_tax_is_reckoned_once_on_the_total_not_line_by_line() -> None:
    # Each line's tax alone would be 0.0065, rounded 0.01, together 1.00; the total's is 0.65.
    sums = reckon([Amount("part", D("0.05"))] * 100, D("0.13"))
    assert (sums.net, sums.tax) == (D("5.00"), D("0.65"))


def test_half_a_fen_of_tax_goes_up() -> None:
    assert reckon([Amount("labour", D("0.50"))], D("0.13")).tax == D("0.07")  # 0.065


def test_an_empty_statement_is_nought() -> None:
    sums = reckon([], D("0.13"))
    assert (sums.net, sums.tax, sums.gross, dict(sums.by_kind)) == (D("0.00"), D("0.00"), D("0.00"), {})


def test_a_kind_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="gift"):
        reckon([Amount("gift", D("1.00"))], D("0.13"))


@given(lines, rates)
def test_statement_equals_lines_equals_ledger(given_lines: list[Amount], rate: Decimal) -> None:
    sums = reckon(given_lines, rate)
    fen = sum(to_fen(line.amount) for line in given_lines)
    assert to_fen(sums.net) == fen == sum(map(to_fen, sums.by_kind.values()))
    tax = int((D(fen) * rate).quantize(D(1), ROUND_HALF_UP))
    assert to_fen(sums.tax) == tax
    assert to_fen(sums.gross) == fen + tax == sum(map(to_fen, sums.ledger().values()))


@given(lines, rates, st.randoms())
def test_the_order_of_lines_changes_nothing(given_lines: list[Amount], rate: Decimal, random: object) -> None:
    shuffled = list(given_lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert reckon(shuffled, rate) == reckon(given_lines, rate)


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2018, 4, 30), "0.17"), (date(2018, 5, 1), "0.16"), (date(2019, 3, 31), "0.16"),
        (date(2019, 4, 1), "0.13"), (date(2026, 11, 20), "0.13"),
    ],
)  # fmt: skip
def test_the_tax_rate_is_that_of_the_day(day: date, rate: str) -> None:
    assert rate_on(day) == D(rate)


def test_headquarters_can_enter_a_new_rate_from_a_day_on() -> None:
    entered = {date(2027, 1, 1): D("0.11")}
    assert rate_on(date(2026, 12, 31), entered) == D("0.13")
    assert rate_on(date(2027, 1, 1), entered) == D("0.11")


def test_before_the_tax_existed_there_is_no_rate() -> None:
    with pytest.raises(LookupError):
        rate_on(date(1993, 12, 31))


@pytest.mark.parametrize(
    ("invoiced", "fits"),
    [("100.00", True), ("100.10", True), ("99.90", True), ("100.11", False), ("99.89", False)],
)
def test_an_invoice_may_differ_by_ten_fen(invoiced: str, fits: bool) -> None:  # noqa: FBT001
    assert within_tolerance(D("100.00"), D(invoiced)) is fits


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("12345678", True),
        ("2" * 20, True),
        ("1234567", False),
        ("", False),
        ("1234567a", False),
        ("１２３４５６７８", False),
    ],
)  # fmt: skip
def test_an_invoice_number_has_8_or_20_digits(text: str, fits: bool) -> None:  # noqa: FBT001
    assert is_invoice_number(text) is fits


def test_every_kind_of_a_claims_line_has_a_place_on_the_statement() -> None:
    assert set(CLAIM_KINDS) <= set(KINDS)


def test_deductions_stand_beside_the_claims() -> None:
    sums = reckon(
        [Amount("labour", D("1000.00")), Amount("old_part", D("-300.00")), Amount("credit", D("50.00"))], D("0.13")
    )
    assert (sums.claims, sums.deductions, sums.net, sums.tax, sums.gross) == (
        D("1000.00"), D("-250.00"), D("750.00"), D("97.50"), D("847.50"),
    )  # fmt: skip
    assert sums.ledger() == {"claims": D("1000.00"), "deductions": D("-250.00"), "tax": D("97.50")}
    assert sum(sums.ledger().values()) == sums.gross


def test_what_a_month_cannot_bear_is_its_shortfall() -> None:
    assert shortfall([Amount("labour", D("100.00")), Amount("old_part", D("-130.00"))]) == D("30.00")
    assert shortfall([Amount("labour", D("100.00")), Amount("old_part", D("-100.00"))]) == D("0.00")
    assert shortfall([]) == D("0.00")


@pytest.mark.parametrize("kind", DEDUCTION_KINDS)
def test_a_deduction_takes_and_a_credit_gives(kind: str) -> None:
    assert (signed(kind, D("12.30")) > 0) is (kind in {"credit", "carried_over"})
    with pytest.raises(ValueError, match="no deduction"):
        signed(kind, D("0.00"))


def test_a_claims_kind_is_no_deduction() -> None:
    with pytest.raises(ValueError, match="no deduction"):
        signed("labour", D("1.00"))


@pytest.mark.parametrize(
    ("kind", "amount", "claim", "settled", "faults"),
    [
        ("audit", "10.00", "", None, []),
        ("credit", "10.00", "CL-1", "5.00", []),
        ("old_part", "10.00", "", None, [("kind", "kind")]),
        ("audit", "0.00", "", None, [("not_positive", "amount")]),
        ("audit", str(LIMIT), "", None, []),
        ("audit", str(LIMIT + D("0.01")), "", None, [("not_positive", "amount")]),
        ("audit", "10.00", "CL-9", None, [("claim_unknown", "claim")]),
        ("debit", "10.00", "", None, [("claim_needed", "claim")]),
        ("debit", "10.00", "CL-1", "10.00", []),  # all that is left of it
        ("debit", "10.01", "CL-1", "10.00", [("above_settled", "amount")]),
        ("debit", "10.00", "CL-9", None, [("claim_unknown", "claim")]),
        ("audit", "10.01", "CL-1", "10.00", []),
    ],
)
def test_what_keeps_an_entry_from_being_booked(
    kind: str, amount: str, claim: str, settled: str | None, faults: list[tuple[str, str]]
) -> None:
    assert booking_faults(kind, D(amount), claim, None if settled is None else D(settled)) == faults


def test_what_is_left_of_a_claim_is_never_below_nought_and_no_old_part_takes_more() -> None:
    assert left_of(D("752.10"), D("-411.00")) == D("341.10")
    assert left_of(D("752.10"), D("-752.11")) == D(0)
    assert takeable(D("411.00"), D("341.10")) == D("341.10")
    assert takeable(D("411.00"), D("411.01")) == takeable(D("411.00"), None) == D("411.00")


@pytest.mark.parametrize(
    ("kind", "source", "counts"),
    [
        ("debit", "DD-1", True), ("old_part", "CL-1-2", True), ("audit", "DD-2", True), ("credit", "DD-3", True),
        ("credit", "debit:DD-1", True), ("credit", "administrative:DD-4", False), ("administrative", "DD-4", False),
        ("carried_over", "ST-1/1", False),
    ],
)  # fmt: skip
def test_a_fine_and_its_credit_are_no_money_of_the_claim(kind: str, source: str, counts: bool) -> None:  # noqa: FBT001
    assert of_the_claim(kind, source) is counts


@pytest.mark.parametrize(
    ("kind", "source", "person"),
    [
        ("audit", "DD-1", True), ("administrative", "DD-2", True), ("debit", "DD-3", True), ("credit", "DD-4", True),
        ("credit", "debit:DD-3", True), ("credit", "old_part:CL-1-2", False), ("old_part", "CL-1-2", False),
        ("brought_forward", "ST-1/1", False), ("carried_over", "ST-1/1", False),
    ],
)  # fmt: skip
def test_what_came_by_itself_was_booked_by_nobody(kind: str, source: str, person: bool) -> None:  # noqa: FBT001
    assert by_hand(kind, source) is person
