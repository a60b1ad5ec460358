"""Shares and caps to the fen; properties over whatever claims there are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import ZERO, round_fen, total
from warranty.recovery.rules.contracts import ALL, COMPONENT, PART, Contract, Terms, choose
from warranty.recovery.rules.reckoning import Cost, Demand, asking, claimed, reckon

BEGIN, END = date(2025, 7, 1), date(2028, 6, 30)
DAY = date(2026, 10, 8)
TERMS = Terms(Decimal(40), Decimal(100), Decimal("12.50"))
FOR_ALL = Contract(1, ALL, "", BEGIN, END, TERMS)


def cost(line: int, kind: str, amount: str, claim: int = 1, done_on: date = DAY, part: str = "P1") -> Cost:
    return Cost(line, claim, line, kind, Decimal(amount), part, "engine", done_on)


CLAIM = (cost(1, "labour", "300.00"), cost(2, "part", "411.00"), cost(3, "handling", "41.10"))


def amounts(found: tuple[Demand, ...]) -> list[str]:
    return [str(one.amount) for one in found]


def test_each_kind_of_line_has_its_share() -> None:
    found = reckon(CLAIM, [FOR_ALL], {})
    assert amounts(found) == ["120.00", "411.00", "5.14"]  # 12.5 % of 41.10 is 5.1375
    assert claimed(found) == Decimal("536.14")
    assert [one.share for one in found] == [40, 100, Decimal("12.50")]


def test_what_no_contract_gives_a_share_of_is_left_out() -> None:
    out_call = replace(cost(4, "out_call", "200.00"), kind="out_call")
    without_labour = replace(FOR_ALL, terms=replace(TERMS, labour=ZERO))
    assert [one.cost.line for one in reckon((*CLAIM, out_call), [without_labour], {})] == [2, 3]
    assert reckon(CLAIM, [replace(FOR_ALL, scope=PART, value="P2")], {}) == ()
    assert reckon(CLAIM, [replace(FOR_ALL, until_on=date(2026, 10, 7))], {}) == ()


def test_a_claims_cap_is_used_up_line_by_line() -> None:
    capped = replace(FOR_ALL, terms=replace(TERMS, claim_cap=Decimal("500.00")))
    found = reckon(CLAIM, [capped], {})
    assert amounts(found) == ["120.00", "380.00", "0.00"]
    assert [(one.wanted, one.cut_claim, one.cut_year) for one in found] == [
        (Decimal("120.00"), ZERO, ZERO), (Decimal("411.00"), Decimal("31.00"), ZERO),
        (Decimal("5.14"), Decimal("5.14"), ZERO),
    ]  # fmt: skip


def test_a_years_cap_is_used_up_by_the_earlier_repair() -> None:
    capped = replace(FOR_ALL, terms=replace(TERMS, year_cap=Decimal("450.00")))
    late, early = cost(1, "part", "300.00", claim=1), cost(2, "part", "200.00", claim=2, done_on=date(2026, 8, 1))
    found = reckon([late, early], [capped], {})
    assert [(one.cost.claim, str(one.amount)) for one in found] == [(2, "200.00"), (1, "250.00")]
    assert [str(one.cut_year) for one in found] == ["0.00", "50.00"]


def test_what_the_year_brought_before_is_taken_off_its_cap() -> None:
    capped = replace(FOR_ALL, terms=replace(TERMS, year_cap=Decimal("450.00")))
    second = {(1, 2): Decimal("400.00")}
    assert amounts(reckon([cost(1, "part", "300.00")], [capped], second)) == ["50.00"]
    assert amounts(reckon([cost(1, "part", "300.00")], [capped], {(1, 2): Decimal("450.01")})) == ["0.00"]
    assert amounts(reckon([cost(1, "part", "300.00")], [capped], {(1, 1): Decimal("450.00")})) == ["300.00"]


def test_both_caps_tell_apart_what_each_cut_off() -> None:
    capped = replace(FOR_ALL, terms=replace(TERMS, claim_cap=Decimal("500.00"), year_cap=Decimal("450.00")))
    (only,) = reckon([cost(1, "part", "800.00")], [capped], {})
    assert (only.wanted, only.cut_claim, only.cut_year, only.amount) == (
        Decimal("800.00"), Decimal("300.00"), Decimal("50.00"), Decimal("450.00"),
    )  # fmt: skip


def test_a_claim_that_brings_nothing_is_not_asked_for() -> None:
    capped = replace(FOR_ALL, terms=replace(TERMS, year_cap=Decimal("450.00")))
    later = cost(4, "part", "10.00", claim=2, done_on=date(2026, 10, 9))
    found = reckon((*CLAIM, later), [capped], {})
    assert amounts(found) == ["120.00", "330.00", "0.00", "0.00"]
    assert [one.cost.line for one in asking(found)] == [1, 2, 3]


# --- whatever the claims are -----------------------------------------------------------------------

FEN = st.integers(1, 5_000_000).map(lambda fen: Decimal(fen).scaleb(-2))
PERCENT = st.integers(0, 10_000).map(lambda hundredth: Decimal(hundredth).scaleb(-2))
CAP = st.none() | FEN
SCOPE = st.sampled_from([(ALL, ""), (COMPONENT, "engine"), (PART, "P1"), (PART, "P2")])


@st.composite
def contracts(draw: st.DrawFn) -> tuple[Contract, ...]:
    scopes = draw(st.lists(SCOPE, min_size=1, max_size=4, unique=True))
    terms = st.builds(Terms, PERCENT, PERCENT, PERCENT, CAP, CAP)
    return tuple(
        Contract(key, scope, value, BEGIN, END, draw(terms)) for key, (scope, value) in enumerate(scopes, start=1)
    )


@st.composite
def costs(draw: st.DrawFn) -> tuple[Cost, ...]:
    found: list[Cost] = []
    for claim in range(1, draw(st.integers(1, 8)) + 1):
        day, part = draw(st.dates(BEGIN, END)), draw(st.sampled_from(["P1", "P2", "P3"]))
        for kind in draw(st.lists(st.sampled_from(["labour", "part", "handling", "towing"]), min_size=1, max_size=4)):
            number = len(found) + 1
            found.append(Cost(number, claim, number, kind, draw(FEN), part, "engine", day))
    return tuple(found)


@given(costs(), contracts())
def test_never_above_the_share_and_never_above_a_cap(costs: tuple[Cost, ...], known: tuple[Contract, ...]) -> None:
    found = reckon(costs, known, {})
    of_claim: dict[int, list[Demand]] = defaultdict(list)
    of_year: dict[tuple[int, int], list[Demand]] = defaultdict(list)
    for one in found:
        assert one.contract == choose(known, one.cost.part, one.cost.component, one.cost.done_on)
        assert ZERO <= one.amount <= one.wanted <= one.cost.amount
        assert one.wanted == round_fen(one.cost.amount * one.contract.terms.share(one.cost.kind) / 100)
        assert one.amount == one.wanted - one.cut_claim - one.cut_year
        assert min(one.cut_claim, one.cut_year) >= ZERO
        of_claim[one.cost.claim].append(one)
        of_year[one.contract.id, one.year].append(one)
    for group in of_claim.values():
        cap = group[0].contract.terms.claim_cap
        assert cap is None or claimed(group) <= cap
        if cap is not None and any(one.cut_claim for one in group):
            assert total(one.wanted - one.cut_claim for one in group) == cap  # cut to the very fen
    for group in of_year.values():
        cap = group[0].contract.terms.year_cap
        assert cap is None or claimed(group) <= cap
        if cap is not None and any(one.cut_year for one in group):
            assert claimed(group) == cap


@given(costs(), contracts())
def test_every_line_with_a_share_is_there_once(costs: tuple[Cost, ...], known: tuple[Contract, ...]) -> None:
    lines = [one.cost.line for one in reckon(costs, known, {})]
    meant = {
        one.line
        for one in costs
        if (contract := choose(known, one.part, one.component, one.done_on)) is not None
        if contract.terms.share(one.kind)
    }
    assert sorted(lines) == sorted(meant)


@given(costs().flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), contracts())
def test_the_order_in_which_costs_are_read_does_not_matter(
    both: tuple[tuple[Cost, ...], list[Cost]], known: tuple[Contract, ...]
) -> None:
    straight, shuffled = both
    assert reckon(straight, known, {}) == reckon(shuffled, tuple(reversed(known)), {})


@given(costs(), contracts(), st.integers(0, 8))
def test_in_parts_it_comes_to_the_same_as_at_once(
    costs: tuple[Cost, ...], known: tuple[Contract, ...], first: int
) -> None:
    """A run that stops between two claims and goes on knows what the years have brought."""
    order = sorted({(one.done_on, one.claim) for one in costs})
    begun = {claim for _day, claim in order[:first]}
    used: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    before = reckon([one for one in costs if one.claim in begun], known, used)
    for one in before:
        used[one.contract.id, one.year] += one.amount
    after = reckon([one for one in costs if one.claim not in begun], known, used)
    assert (*before, *after) == reckon(costs, known, {})
