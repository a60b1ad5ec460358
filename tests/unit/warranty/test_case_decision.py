"""Headquarters departs from the finding in the owner's favour with a reason, against it with a second person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warranty.cases.rules.articles import articles_of
from warranty.cases.rules.decision import OUTCOMES, judge, may_confirm, may_switch
from warranty.guarantee.rules.facts import Text

FEE = Decimal("2596.00")
DUE = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("accepted", "outcome", "reason", "fee", "action", "in_favour", "faults"),
    [
        (True, "accept", "", None, "accept", False, ()),
        (True, "accept", "", FEE, "accept", False, ()),
        (True, "accept", "", Decimal("0.00"), None, True, ("reason_favour",)),
        (True, "accept", "老客户", Decimal("1000.00"), "accept", True, ()),
        (True, "accept", "x", Decimal("2596.01"), None, False, ("fee",)),
        (True, "accept", "x", Decimal("-0.01"), None, True, ("fee",)),
        (True, "refuse", "", None, None, False, ("reason_against",)),
        (True, "refuse", "  ", None, None, False, ("reason_against",)),
        (True, "refuse", "证据不实", None, "propose_refusal", False, ()),
        (False, "refuse", "", None, "refuse", False, ()),
        (False, "accept", "", None, None, True, ("reason_favour",)),
        (False, "accept", "多次维修，优待", None, "accept", True, ()),
        (True, "", "", None, None, False, ("outcome",)),
        (False, "pay", "x", None, None, False, ("outcome",)),
    ],
)
def test_what_a_decision_does(
    *, accepted: bool, outcome: str, reason: str, fee: Decimal | None, action: str | None, in_favour: bool,
    faults: tuple[str, ...],
) -> None:  # fmt: skip
    found = judge(accepted, outcome, reason, fee, FEE)
    assert (found.action, found.in_favour, tuple(code for code, _field in found.faults)) == (action, in_favour, faults)


@given(st.booleans(), st.sampled_from(OUTCOMES), st.text(max_size=5), st.none() | st.decimals(-9, 9999, places=2))
def test_nobody_refuses_alone_what_the_law_gives(
    accepted: bool,  # noqa: FBT001  (hypothesis gives them by place)
    outcome: str,
    reason: str,
    fee: Decimal | None,
) -> None:
    found = judge(accepted, outcome, reason, fee, FEE)
    if found.action == "refuse":
        assert not accepted
    if found.action == "accept":
        assert fee is None or 0 <= fee <= FEE
        assert accepted or reason.strip()


@pytest.mark.parametrize(
    ("proposer", "other", "may"), [(1, 2, True), (1, 1, False), (None, 2, False), (1, None, False)]
)
def test_a_second_person_is_another_known_person(*, proposer: int | None, other: int | None, may: bool) -> None:
    assert may_confirm(proposer, other) is may


@pytest.mark.parametrize(
    ("order", "choice", "why", "today", "wrong"),
    [
        ("SAMR-43", "replace", "no_car", "2026-11-01", None),
        ("SAMR-43", "replace", "late", "2026-11-20", "not_late"),
        ("SAMR-43", "replace", "late", "2026-11-21", None),
        ("SAMR-43", "return", "no_car", "2026-11-21", "returned_already"),
        ("SAMR-43", "replace", "because", "2026-11-21", "why"),
        ("AQSIQ-150", "replace", "no_car", "2026-11-01", None),  # its Art. 23
        ("AQSIQ-150", "replace", "late", "2026-11-21", "not_given"),  # only Order 43, Art. 28(2), says so
    ],
)
def test_when_the_money_may_be_asked_for_instead(
    order: str, choice: str, why: str, today: str, wrong: str | None
) -> None:
    gives = articles_of(order, Text("某规定", "an order"))
    assert may_switch(choice, why, gives, date.fromisoformat(today), DUE) == wrong
