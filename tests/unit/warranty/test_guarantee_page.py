"""`docs/guarantee.md` says what the command does."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.code import ROOT
from tests.support.guarantee import answer, case, visit
from warranty.guarantee.rules.facts import ACTIONS, CHOICES, COMPONENTS, EFFECTS, EXCLUDED_KINDS, EXEMPTIONS
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.rules.regimes import KINDS, LEVELS
from warranty.guarantee.schemas import CaseError

PAGE = (ROOT / "docs" / "guarantee.md").read_text(encoding="utf-8")


def test_the_example_is_answered_as_the_page_shows() -> None:
    asked, shown = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
    assert answer(asked) == shown


def test_the_faults_it_shows_are_said_so() -> None:
    given = case(visit("A", "2023-05-02T09:00:00+08:00", hours=-1), visit("B", "2023-05-02T09:00:00+08:00"))
    given["sale"]["price"] = 1
    with pytest.raises(CaseError) as caught:
        answer(given)
    given["repairs"][1]["jobs"][0]["colour"] = "red"
    with pytest.raises(CaseError) as more:
        answer(given)
    for line in {*caught.value.faults, *more.value.faults}:
        assert f"\n{line}\n" in PAGE


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_row_with_the_codes_of_both_orders(kind: str) -> None:
    (row,) = re.findall(rf"^\| `{kind}` \|.*$", PAGE, re.MULTILINE)
    wanted = {ground.code for order in ORDERS for ground in order.grounds if ground.kind == kind}
    assert set(re.findall(r"`(\d+-[\w-]+)`", row)) == wanted


def test_every_word_of_the_interface_is_named() -> None:
    words = {*ACTIONS, *CHOICES, *COMPONENTS, *EFFECTS, *EXCLUDED_KINDS, *EXEMPTIONS, *LEVELS}
    assert {word for word in words if f"`{word}`" not in PAGE} == set()
