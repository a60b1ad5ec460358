from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.returns.rules.asking import (
    FIRST_RULE,
    Demand,
    Replaced,
    ReturnRule,
    Scope,
    drawn,
    liability,
    rule_faults,
    rule_for,
    wanted,
)
from parts.returns.rules.inspection import (
    OUTCOMES,
    deduction,
    digest,
    disputable_since,
    dispute_until,
    inspection_faults,
    shared_out,
    step_of,
    uncovered,
)
from parts.returns.rules.labels import PREFIX, Count, LabelError, check_of, count, number_of, payload, printed, read
from parts.returns.states import OLD_PART

D = Decimal
DAY = date(2026, 11, 20)
PUMP = Replaced(2, "WP-1001", "engine", causal=True)
SEAL = Replaced(3, "SE-2002", "engine", causal=False)


def rule(scope: Scope, subject: str, demand: Demand, since: date, *, percent: int = 0, days: int = 14) -> ReturnRule:
    return ReturnRule(scope, subject, demand, percent, days, since)


def test_where_nothing_is_written_the_part_that_failed_first_comes_back() -> None:
    (asked,) = wanted((), "CL-A1-202611-0001", [PUMP, SEAL], DAY)
    assert (asked.replaced, asked.rule, asked.due_on) == (PUMP, FIRST_RULE, date(2026, 12, 20))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule(Scope.ALL, "", Demand.NEVER, DAY)], Demand.NEVER),
        ([rule(Scope.ALL, "", Demand.NEVER, date(2026, 11, 21))], Demand.ALWAYS),
        ([rule(Scope.ALL, "", Demand.NEVER, DAY), rule(Scope.COMPONENT, "engine", Demand.SAMPLE, DAY)], Demand.SAMPLE),
        ([rule(Scope.COMPONENT, "engine", Demand.NEVER, DAY), rule(Scope.PART, "WP-1001", Demand.ALWAYS, DAY)],
         Demand.ALWAYS),
        ([rule(Scope.COMPONENT, "brakes", Demand.NEVER, DAY)], Demand.ALWAYS),
        ([rule(Scope.PART, "WP-1001", Demand.NEVER, date(2026, 1, 1)), rule(Scope.PART, "WP-1001", Demand.GENERAL, DAY),
          rule(Scope.COMPONENT, "engine", Demand.SAMPLE, DAY)], Demand.SAMPLE),
        ([rule(Scope.ALL, "", Demand.NEVER, date(2026, 1, 1)), rule(Scope.ALL, "", Demand.SAMPLE, DAY)], Demand.SAMPLE),
    ],
)  # fmt: skip
def test_the_narrowest_and_latest_rule_holds(rules: list[ReturnRule], expected: Demand) -> None:
    found = rule_for(rules, PUMP, DAY)
    assert found is not None
    assert found.demand is expected


def test_a_part_that_went_along_is_asked_for_by_its_own_number_only() -> None:
    assert rule_for([rule(Scope.COMPONENT, "engine", Demand.ALWAYS, DAY)], SEAL, DAY) is None
    named = rule(Scope.PART, "SE-2002", Demand.ALWAYS, DAY)
    assert rule_for([named], SEAL, DAY) is named
    assert rule_for([named, rule(Scope.PART, "SE-2002", Demand.GENERAL, date(2026, 11, 21))], SEAL,
                    date(2026, 12, 1)) is None  # fmt: skip


@given(st.integers(1, 99_999), st.integers(1, 99), st.integers(1, 99))
def test_a_sample_is_drawn_by_the_claims_number_alone_and_grows_with_its_share(
    serial: int, low: int, more: int
) -> None:  # fmt: skip
    number = f"CL-A00001-202611-{serial:04d}"
    first = drawn(number, 2, low)
    assert drawn(number, 2, low) is first
    assert not first or drawn(number, 2, min(low + more, 100))


def test_a_sample_takes_about_its_share() -> None:
    sampling = [rule(Scope.ALL, "", Demand.SAMPLE, DAY, percent=20)]
    taken = sum(len(wanted(sampling, f"CL-A{n % 7:05d}-202611-{n:04d}", [PUMP], DAY)) for n in range(4_000))
    assert 700 < taken < 900


def test_a_share_of_nothing_draws_none_and_the_whole_draws_all() -> None:
    numbers = [f"CL-A00001-202611-{n:04d}" for n in range(1_000)]  # every hundredth is among them, and more than once
    assert not any(drawn(number, 1, 0) for number in numbers)
    assert all(drawn(number, 1, 100) for number in numbers)


def test_what_a_label_stands_for() -> None:
    assert [liability(kind) for kind in ("repair", "out_call", "part_warranty", "campaign", "pdi", "goodwill")] == [
        "supplier", "supplier", "supplier", "maker", "maker", "goodwill",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("new", "faults"),
    [
        (rule(Scope.ALL, "", Demand.ALWAYS, DAY), []),
        (rule(Scope.ALL, "", Demand.ALWAYS, date(2026, 11, 19)), [("past", "valid_from")]),
        (rule(Scope.PART, "WP-1001", Demand.NEVER, DAY), [("day_taken", "valid_from")]),
        (rule(Scope.PART, "", Demand.NEVER, DAY), [("subject", "subject")]),
        (rule(Scope.ALL, "engine", Demand.NEVER, DAY), [("subject", "subject")]),
        (rule(Scope.ALL, "", Demand.GENERAL, DAY), [("general_of_all", "demand")]),
        (rule(Scope.ALL, "", Demand.SAMPLE, DAY, percent=0), [("percent", "percent")]),
        (rule(Scope.ALL, "", Demand.SAMPLE, DAY, percent=100), [("percent", "percent")]),
        (rule(Scope.ALL, "", Demand.SAMPLE, DAY, percent=1), []),
        (rule(Scope.ALL, "", Demand.SAMPLE, DAY, percent=99), []),
        (rule(Scope.ALL, "", Demand.ALWAYS, DAY, days=1), []),
        (rule(Scope.ALL, "", Demand.ALWAYS, DAY, days=365), []),
        (rule(Scope.ALL, "", Demand.ALWAYS, DAY, days=0), [("days", "days")]),
        (rule(Scope.ALL, "", Demand.ALWAYS, DAY, days=366), [("days", "days")]),
    ],
)
def test_what_speaks_against_a_rule(new: ReturnRule, faults: list[tuple[str, str]]) -> None:
    known = [rule(Scope.PART, "WP-1001", Demand.ALWAYS, DAY)]
    assert rule_faults(new, known, DAY) == faults


NUMBER = number_of("CL-A08752-202611-0001", 2)
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # RFC 4648


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=40))
def test_a_check_is_the_first_twenty_bits_of_the_numbers_checksum(number: str) -> None:
    """Else the labels that hang on parts already are read no more, and four characters tell less than they could."""
    bits = crc32(number.encode())
    assert check_of(number) == "".join(BASE32[bits >> shift & 31] for shift in (27, 22, 17, 12))


def test_a_label_is_read_from_its_code_and_from_the_text_under_it() -> None:
    assert NUMBER == "CL-A08752-202611-0001-2"
    assert payload(NUMBER).isascii()
    assert read(payload(NUMBER)) == read(f" {printed(NUMBER).lower()}\n") == NUMBER


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "foreign"), ("LSVAM4187R2000001", "foreign"), ("水泵", "foreign"),
        ("https://example.cn/p?id=1", "foreign"),
        (NUMBER, "torn"), (payload(NUMBER)[:-1], "torn"), (f"{PREFIX}CL", "torn"),
        (payload(NUMBER).replace("0001", "0007"), "torn"),  # the label of one claim with the check of another
    ],
)  # fmt: skip
def test_what_is_no_label_is_told_apart_from_a_torn_one(text: str, code: str) -> None:
    with pytest.raises(LabelError) as told:
        read(text)
    assert told.value.code == code


@given(st.integers(0, len(NUMBER) - 1), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_no_single_wrong_character_passes(place: int, wrong: str) -> None:
    spoiled = NUMBER[:place] + wrong + NUMBER[place + 1 :]
    if spoiled != NUMBER and "-" not in NUMBER[place]:
        with pytest.raises(LabelError):
            read(f"{PREFIX}{spoiled}-{check_of(NUMBER)}")


def test_a_box_is_counted_by_its_labels() -> None:
    assert count({"A", "B"}, ["B", "A", "A"]) == Count((), ())
    assert [count(listed, ["A"]).right for listed in ({"A"}, {"A", "B"}, set())] == [True, False, False]
    wrong = count({"A", "B", "C"}, ["C", "X"])
    assert (wrong.missing, wrong.extra, wrong.right) == (("A", "B"), ("X",), False)


def test_an_outcome_is_a_step_and_costs_what_was_paid_or_less() -> None:
    assert {step_of(outcome) for outcome in OUTCOMES} == {"accept", "deduct", "miss"}
    assert (step_of("ok"), step_of("missing"), step_of("damaged")) == ("accept", "miss", "deduct")
    with pytest.raises(ValueError, match="no outcome"):
        step_of("lost")
    assert deduction("ok", D("1200.50"), None) == D("0.00")
    assert deduction("damaged", D("1200.50"), None) == D("1200.50")
    assert deduction("damaged", D("1200.50"), D("600.25")) == D("600.25")


@pytest.mark.parametrize(
    ("outcome", "asked", "note", "faults"),
    [
        ("ok", None, "", []),
        ("damaged", None, "", []),
        ("damaged", D("600.00"), "壳体碰伤", []),
        ("damaged", D("600.00"), " ", [("reason_lower", "note")]),
        ("damaged", D("1200.50"), "", []),  # the whole amount, typed: no less than it
        ("damaged", D("0.00"), "运输中碰伤，不扣", []),
        ("ok", D("0.00"), "", []),
        ("damaged", D("1200.51"), "", [("amount", "amount")]),
        ("damaged", D("-0.01"), "", [("amount", "amount")]),
        ("ok", D("1.00"), "", [("ok_costs", "amount")]),
        ("eaten", None, "", [("outcome", "outcome")]),
    ],
)
def test_what_keeps_a_finding_from_standing(
    outcome: str, asked: Decimal | None, note: str, faults: list[tuple[str, str]]
) -> None:
    assert inspection_faults(outcome, D("1200.50"), asked, note) == faults


def test_what_its_claim_has_nothing_left_for_stays_uncovered() -> None:
    assert uncovered(D("300.00"), D("120.50")) == D("179.50")
    assert uncovered(D("300.00"), D("0.00")) == D("300.00")
    assert uncovered(D("300.00"), D("300.00")) is None


def test_a_deduction_may_be_disputed_for_thirty_days() -> None:
    assert dispute_until(date(2026, 11, 26)) == date(2026, 12, 26)


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)), st.integers(-60, 60))
def test_a_day_and_its_last_one_are_read_alike_in_both_directions(today: date, ago: int) -> None:
    day = today - timedelta(days=ago)
    assert (today <= dispute_until(day)) is (day >= disputable_since(today)) is (ago <= 30)


def test_only_what_was_missing_comes_to_an_inspection_again() -> None:
    """It is packed when it comes to light; what was looked at is inspected again by a correction only."""
    assert {step.action for step in OLD_PART.steps if "missing" in step.sources} == {"pack", "correct"}
    (correct,) = (step for step in OLD_PART.steps if step.action == "correct")
    assert (correct.needs_reason, set(correct.sources) & OLD_PART.final) == (True, set())
    reached, waiting = set(), ["accepted", "deducted"]
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting += [step.target for step in OLD_PART.steps if here in step.sources and step is not correct]
    assert "signed" not in reached
    assert {step.action for step in OLD_PART.steps if "signed" in step.sources} == {"accept", "deduct", "miss"}


LEFT = st.none() | st.integers(0, 300_000).map(lambda fen: D(fen).scaleb(-2))
COSTS = st.lists(st.integers(0, 150_000).map(lambda fen: D(fen).scaleb(-2)), min_size=1, max_size=5)


@given(st.dictionaries(st.sampled_from(["CL-1", "CL-2", "CL-3"]), st.tuples(LEFT, COSTS)))
def test_parts_of_one_claim_cost_together_no_more_than_is_left_of_it(
    claims: dict[str, tuple[Decimal | None, list[Decimal]]],
) -> None:
    rows = [(claim, cost, left) for claim, (left, costs) in claims.items() for cost in costs]
    taken = shared_out(rows)
    for claim, (left, costs) in claims.items():
        own = [amount for row, amount in zip(rows, taken, strict=True) if row[0] == claim]
        assert sum(own) == (sum(costs) if left is None else min(left, sum(costs)))
        assert all(0 <= amount <= cost for amount, cost in zip(own, costs, strict=True))


def test_the_first_part_of_a_claim_costs_the_most() -> None:
    rows = [("CL-1", D("100.00"), D("150.00")), ("CL-2", D("80.00"), None), ("CL-1", D("100.00"), D("150.00"))]
    assert shared_out(rows) == [D("100.00"), D("80.00"), D("50.00")]


@given(st.lists(st.text(min_size=1, max_size=8, alphabet="CL-0123"), unique=True), st.randoms())
def test_a_digest_tells_parts_from_others_in_any_order(numbers: list[str], dice: Random) -> None:
    shuffled = dice.sample(numbers, len(numbers))
    assert digest(shuffled) == digest(numbers)
    assert digest([*numbers, "CL-9"]) != digest(numbers)
