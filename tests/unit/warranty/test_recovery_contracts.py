"""Which contract holds, its years, and what speaks against a new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import LIMIT
from warranty.recovery.rules.contracts import ALL, COMPONENT, PART, Contract, Terms, choose, overlapping, term_faults

HALF = Terms(Decimal(50), Decimal(50), Decimal(50))
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
DAY = date(2026, 6, 15)
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


def contract(key: int, scope: str, value: str, begins: date = YEAR[0], until: date = YEAR[1]) -> Contract:
    return Contract(key, scope, value, begins, until, HALF)


FOR_ALL = contract(1, ALL, "")
FOR_ENGINES = contract(2, COMPONENT, "engine")
FOR_PUMPS = contract(3, PART, "W-PUMP")


def test_the_narrowest_contract_holds() -> None:
    known = (FOR_ALL, FOR_PUMPS, FOR_ENGINES)
    assert choose(known, "W-PUMP", "engine", DAY) == FOR_PUMPS
    assert choose(known, "W-SEAL", "engine", DAY) == FOR_ENGINES
    assert choose(known, "W-SEAL", "brakes", DAY) == FOR_ALL
    assert choose((FOR_PUMPS, FOR_ENGINES), "W-SEAL", "brakes", DAY) is None


@pytest.mark.parametrize(
    ("day", "holds"),
    [(date(2025, 12, 31), False), (YEAR[0], True), (YEAR[1], True), (date(2027, 1, 1), False)],
)
def test_a_contract_holds_on_its_first_and_last_day(day: date, *, holds: bool) -> None:
    assert (choose((FOR_ALL,), "W-PUMP", "engine", day) is FOR_ALL) is holds


def test_what_a_narrower_contract_left_to_the_wider_one_after_its_end() -> None:
    ended = replace(FOR_PUMPS, until_on=date(2026, 5, 31))
    assert choose((FOR_ALL, ended), "W-PUMP", "engine", date(2026, 5, 31)) == ended
    assert choose((FOR_ALL, ended), "W-PUMP", "engine", date(2026, 6, 1)) == FOR_ALL


@pytest.mark.parametrize(
    ("begins", "day", "year"),
    [
        (date(2026, 4, 1), date(2026, 4, 1), 1), (date(2026, 4, 1), date(2027, 3, 31), 1),
        (date(2026, 4, 1), date(2027, 4, 1), 2), (date(2026, 4, 1), date(2029, 1, 5), 3),
        (date(2024, 2, 29), date(2025, 2, 28), 1), (date(2024, 2, 29), date(2025, 3, 1), 2),
        (date(2024, 2, 29), date(2028, 2, 28), 4), (date(2024, 2, 29), date(2028, 2, 29), 5),
    ],
)  # fmt: skip
def test_a_contract_year_begins_on_the_anniversary(begins: date, day: date, year: int) -> None:
    assert contract(1, ALL, "", begins, date(2032, 1, 1)).year(day) == year


@given(begins=DAYS, length=st.integers(0, 3_000))
def test_years_of_a_contract_follow_each_other_without_a_gap(begins: date, length: int) -> None:
    found = contract(1, ALL, "", begins, date.max)
    day = begins + timedelta(days=length)
    assert found.year(begins) == 1
    assert found.year(day + timedelta(days=1)) - found.year(day) in (0, 1)
    assert found.year(day) == 1 + sum(
        found.year(begins + timedelta(days=n + 1)) > found.year(begins + timedelta(days=n)) for n in range(length)
    )


def test_periods_of_the_same_part_never_share_a_day() -> None:
    known = (FOR_PUMPS, FOR_ALL)
    assert overlapping(PART, "W-PUMP", date(2026, 12, 31), date(2027, 6, 30), known) == FOR_PUMPS
    assert overlapping(PART, "W-PUMP", date(2025, 1, 1), date(2026, 1, 1), known) == FOR_PUMPS
    assert overlapping(PART, "W-PUMP", date(2027, 1, 1), date(2027, 12, 31), known) is None
    assert overlapping(PART, "W-SEAL", *YEAR, known) is None
    assert overlapping(COMPONENT, "engine", *YEAR, known) is None
    assert overlapping(ALL, "", *YEAR, known) == FOR_ALL


def test_of_several_contracts_in_the_way_the_earliest_is_named() -> None:
    spring = contract(4, PART, "W-PUMP", date(2026, 1, 1), date(2026, 6, 30))
    autumn = contract(5, PART, "W-PUMP", date(2026, 7, 1), date(2026, 12, 31))
    assert overlapping(PART, "W-PUMP", *YEAR, (autumn, spring)) == spring
    assert overlapping(PART, "W-PUMP", date(2026, 7, 1), date(2027, 6, 30), (autumn, spring)) == autumn


@given(first=st.tuples(DAYS, DAYS), second=st.tuples(DAYS, DAYS))
def test_an_overlap_is_a_day_on_which_both_would_hold(first: tuple[date, date], second: tuple[date, date]) -> None:
    one, other = (contract(key, PART, "P", min(days), max(days)) for key, days in enumerate((first, second)))
    found = overlapping(PART, "P", other.begins_on, other.until_on, [one])
    latest = max(one.begins_on, other.begins_on)
    assert (found is one) == (one.holds("P", "", latest) and other.holds("P", "", latest))


@pytest.mark.parametrize(
    ("terms", "faults"),
    [
        (HALF, ()),
        (replace(HALF, labour=Decimal("100.01")), (("percent", "labour_share"),)),
        (replace(HALF, part=Decimal("-0.01")), (("percent", "part_share"),)),
        (Terms(Decimal(0), Decimal(0), Decimal(0)), (("no_share", "part_share"),)),
        (Terms(Decimal(0), Decimal(100), Decimal(0)), ()),
        (replace(HALF, claim_cap=Decimal(0)), (("cap", "claim_cap"),)),
        (replace(HALF, year_cap=Decimal(-1)), (("cap", "year_cap"),)),
        (replace(HALF, claim_cap=Decimal(500), year_cap=Decimal(499)), (("cap_order", "claim_cap"),)),
        (replace(HALF, claim_cap=Decimal(500), year_cap=Decimal(500)), ()),
        (replace(HALF, claim_cap=Decimal(500)), ()),
        (replace(HALF, claim_cap=LIMIT, year_cap=LIMIT), ()),
        (replace(HALF, year_cap=LIMIT + Decimal("0.01")), (("cap", "year_cap"),)),
        # of caps that cannot be, it does not matter which is higher
        (replace(HALF, claim_cap=Decimal(500), year_cap=Decimal(-1)), (("cap", "year_cap"),)),
    ],
)
def test_terms_have_to_make_sense(terms: Terms, faults: tuple[tuple[str, str], ...]) -> None:
    assert term_faults(terms) == faults


def test_out_calls_and_the_like_are_in_no_contract() -> None:
    assert HALF.share("labour") == 50
    assert HALF.share("out_call") == HALF.share("towing") == HALF.share("substitute") == 0
