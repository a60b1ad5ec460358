"""What a supplier may answer, sums of a demand, and shares."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import ZERO
from warranty.recovery.rules.answers import (
    ACCEPTED,
    OUTCOMES,
    PARTLY,
    REJECTED,
    Answer,
    Asked,
    accepted,
    answer_faults,
    outcome_of,
    sums,
)
from warranty.recovery.rules.shares import Figures, percent

ASKED = Decimal("100.00")


@pytest.mark.parametrize(
    ("answer", "faults"),
    [
        (Answer(ACCEPTED), ()),
        (Answer(ACCEPTED, ASKED), ()),
        (Answer(ACCEPTED, Decimal("99.99")), (("not_all", "amount"),)),
        (Answer(PARTLY, Decimal("99.99"), "工时过高"), ()),
        (Answer(PARTLY, Decimal("0.01"), "工时过高"), ()),
        (Answer(PARTLY, ASKED, "工时过高"), (("between", "amount"),)),
        (Answer(PARTLY, ZERO, "工时过高"), (("between", "amount"),)),
        (Answer(PARTLY, None, "工时过高"), (("between", "amount"),)),
        (Answer(PARTLY, Decimal("50.00"), " "), (("reason", "reason"),)),
        (Answer(REJECTED, None, "非本厂零件"), ()),
        (Answer(REJECTED, Decimal("1.00"), "非本厂零件"), (("not_none", "amount"),)),
        (Answer(REJECTED), (("reason", "reason"),)),
        (Answer("maybe", None, ""), (("outcome", "outcome"),)),
        (Answer(REJECTED, None, "长" * 500), ()),
        (Answer(REJECTED, None, "长" * 501), (("long", "reason"),)),
    ],
)
def test_what_an_answer_has_to_say(answer: Answer, faults: tuple[tuple[str, str], ...]) -> None:
    assert answer_faults(ASKED, answer) == faults


@pytest.mark.parametrize(
    ("answer", "amount"),
    [
        (Answer(ACCEPTED), "100.00"), (Answer(ACCEPTED, ASKED), "100.00"),
        (Answer(PARTLY, Decimal("40.25"), "工时过高"), "40.25"), (Answer(REJECTED, None, "非本厂零件"), "0.00"),
    ],
)  # fmt: skip
def test_what_an_answer_accepts(answer: Answer, amount: str) -> None:
    assert accepted(ASKED, answer) == Decimal(amount)
    assert outcome_of(ASKED, Decimal(amount)) == answer.outcome


ASKED_AND_GIVEN = st.integers(1, 10**9).flatmap(
    lambda asked: st.tuples(st.just(asked), st.sampled_from([None, 0, asked, asked + 1]) | st.integers(0, asked))
)


@given(ASKED_AND_GIVEN, st.sampled_from(OUTCOMES))
def test_nothing_above_what_is_asked_is_ever_accepted(fen: tuple[int, int | None], outcome: str) -> None:
    whole, amount = (None if one is None else Decimal(one).scaleb(-2) for one in fen)
    assert whole is not None
    answer = Answer(outcome, amount, "有异议")
    if answer_faults(whole, answer) == ():
        assert ZERO <= accepted(whole, answer) <= whole
        assert outcome_of(whole, accepted(whole, answer)) == outcome


def test_a_line_that_asks_nothing_needs_no_answer() -> None:
    assert not Asked(ZERO).open
    assert Asked(ASKED).open
    assert not Asked(ASKED, ZERO).open


def test_sums_are_those_of_the_lines() -> None:
    lines = [(ASKED, Asked(ASKED, Decimal("60.00"))), (ASKED, Asked(Decimal("80.00"))), (Decimal("5.00"), Asked(ZERO))]
    found = sums(lines)
    assert (found.lines, found.claimed, found.asked, found.accepted) == (
        3, Decimal("205.00"), Decimal("180.00"), Decimal("60.00"),
    )  # fmt: skip
    assert (found.open, found.answered) == (1, False)
    assert sums([]).answered


def test_shares_to_one_place_and_none_of_nothing() -> None:
    assert percent(Decimal("12.35"), Decimal("100.00")) == Decimal("12.4")
    assert percent(Decimal("1.00"), ZERO) is None
    first = Figures(2, Decimal(200), Decimal(100), Decimal(50), Decimal(50), ZERO)
    both = first + Figures(1, Decimal(100), Decimal(20), Decimal(20), Decimal(10), Decimal(10))
    assert both == Figures(3, Decimal(300), Decimal(120), Decimal(70), Decimal(60), Decimal(10))
    assert (both.share, both.accepted_share) == (Decimal("20.0"), Decimal("58.3"))
