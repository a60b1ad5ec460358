"""What a reckoning says once a line was lowered: by the station, by headquarters, or because the parts were."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from warranty.claims.rules.lowering import Paid, after_audit, after_mending
from warranty.claims.rules.mending import Entered, lower
from warranty.claims.rules.money import Rates, Step
from warranty.claims.words import RECKONED

RATES = Rates(handling=Decimal("0.10"))
PRICED = [("labour", "300.00"), ("part", "380.00"), ("part", "31.00"), ("handling", "41.10")]
LINES = [
    Entered(place, kind, Decimal(1), Decimal(amount), Decimal(amount)) for place, (kind, amount) in enumerate(PRICED, 1)
]
FIRST = [(Step("written", {"hours": "2.5"}),), (Step("dealer_price"),), (Step("dealer_price"),),
         (Step("handling", {"percent": "10", "parts": "411.00"}),)]  # fmt: skip


def said(wanted: dict[int, str], before: list[tuple[Step, ...]] = FIRST) -> tuple[tuple[Step, ...], ...]:
    amounts, faults = lower(LINES, {place: Decimal(amount) for place, amount in wanted.items()}, RATES)
    assert not faults
    return after_mending(LINES, amounts, before, RATES)


def test_nothing_lowered_says_nothing_new() -> None:
    assert said({}) == tuple(FIRST)


def test_a_lowered_part_says_from_what_and_the_fee_says_what_it_follows() -> None:
    labour, pump, seals, fee = said({2: "300.00"})
    assert (labour, seals) == (FIRST[0], FIRST[2])
    assert pump[-1] == Step("lowered", {"amount": "380.00"})
    assert fee[-1] == Step("follows_parts", {"percent": "10", "parts": "331.00"})  # 300.00 + 31.00


def test_lowered_again_says_it_once_and_put_back_not_at_all() -> None:
    once = list(said({2: "300.00"}))
    again = said({2: "200.00"}, once)
    assert [len(steps) for steps in again] == [1, 2, 1, 2]
    assert again[3][-1].figures["parts"] == "231.00"
    assert said({}, once) == tuple(FIRST)


def test_a_part_put_back_brings_its_fee_back() -> None:
    lowered = [
        Entered(one.position, one.kind, one.quantity, one.unit_price, Decimal(amount))
        for one, amount in zip(LINES, ("300.00", "300.00", "31.00", "33.10"), strict=True)
    ]
    amounts, _faults = lower(lowered, {2: Decimal("380.00")}, RATES)
    assert amounts[3] == Decimal("41.10")


def test_headquarters_lowering_is_said_with_both_amounts() -> None:
    steps = after_audit(
        [
            Paid(1, "labour", Decimal("300.00"), Decimal("240.00")),
            Paid(2, "part", Decimal("380.00"), Decimal("0.00")),
            Paid(3, "part", Decimal("31.00"), Decimal("31.00")),
            Paid(4, "handling", Decimal("41.10"), Decimal("3.10"), follows=True, fee="10"),
        ]
    )
    assert steps == {
        1: Step("audited", {"amount": "240.00", "applied": "300.00"}),
        2: Step("audited", {"amount": "0.00", "applied": "380.00"}),
        4: Step("audit_follows", {"percent": "10", "parts": "31.00", "amount": "3.10"}),
    }


def test_what_is_not_decided_is_not_lowered() -> None:
    assert after_audit([Paid(1, "labour", Decimal("300.00"), None)]) == {}


@given(st.decimals(min_value=0, max_value=380, places=2))
def test_every_step_of_a_lowered_line_has_its_words_and_the_share_is_the_amount(pump: Decimal) -> None:
    amounts, _faults = lower(LINES, {2: pump}, RATES)
    fee = after_mending(LINES, amounts, FIRST, RATES)[3][-1]
    assert RECKONED[fee.code] % fee.figures
    share = Decimal(fee.figures["parts"]) * Decimal(fee.figures["percent"]) / 100
    assert abs(share - amounts[3]) <= Decimal("0.005")


def test_a_share_of_goodwill_stays_said_and_is_not_the_stations_lowering() -> None:
    share = Step("goodwill", {"percent": "50", "grant": "GW-1"})
    before = [(*steps, share) for steps in FIRST]
    halves = [
        Entered(line.position, line.kind, line.quantity, line.unit_price, Decimal(amount))
        for line, amount in zip(LINES, ("150.00", "190.00", "15.50", "20.55"), strict=True)
    ]
    same = after_mending(halves, [line.applied for line in halves], before, RATES)
    assert same == tuple(before)
    lower_still = after_mending(halves, [Decimal("100.00"), *(line.applied for line in halves[1:])], before, RATES)
    assert lower_still[0] == (*before[0], Step("lowered", {"amount": "150.00"}))
