"""Orders as JSON: what goes out comes back the same, and what makes no sense is told at its place."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warranty.guarantee.rules.clauses import clause, substitute_clause
from warranty.guarantee.rules.facts import COMPONENTS, EFFECTS, EXCLUDED_KINDS, Term, Text
from warranty.guarantee.rules.notices import LEAST_DAYS_OFF, is_weekday, is_whole, lacking
from warranty.guarantee.rules.orders import ORDERS, SAMR_43
from warranty.guarantee.rules.plain import COUNTING, REMEDIES, OrderError, OrderFault, from_plain, to_plain
from warranty.guarantee.rules.regimes import COUNTERS, KINDS, Ground, Regime, Thresholds
from warranty.guarantee.words import KINDS_OF_GROUNDS, ORDER_FAULTS

LINES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)
TEXTS = st.builds(Text, LINES, LINES)
WHOLES = st.integers(1, 999_999)
SHARES = st.integers(1, 999_999).map(lambda millionths: Decimal(millionths).scaleb(-6))
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
PARTED = COMPONENTS[:-1]


@st.composite
def grounds(draw: st.DrawFn, place: int, components: tuple[str, ...]) -> Ground:
    maybe = st.none() | st.integers(0, 99_999)
    return Ground(
        f"X-{place}", draw(st.sampled_from(KINDS)), draw(st.sampled_from(REMEDIES)), draw(st.booleans()), draw(TEXTS),
        limit=draw(WHOLES), within_days=draw(maybe), within_km=draw(maybe),
        components=tuple(draw(st.lists(st.sampled_from(components), min_size=1, unique=True))),
        effects=tuple(draw(st.lists(st.sampled_from(EFFECTS), min_size=1, unique=True))),
    )  # fmt: skip


@st.composite
def regimes(draw: st.DrawFn) -> Regime:
    parted = draw(st.lists(st.sampled_from(PARTED), min_size=2, unique=True))
    cut = draw(st.integers(1, len(parted)))
    first, last = sorted((draw(DAYS), draw(DAYS)))
    months, km = sorted((draw(WHOLES), draw(WHOLES))), sorted((draw(WHOLES), draw(WHOLES)))
    least, most = sorted((draw(SHARES), draw(SHARES)))
    levels = {}
    for counter in COUNTERS:
        steps = sorted(draw(st.lists(st.integers(1, 99), min_size=3, max_size=3, unique=True)))
        levels[counter] = Thresholds(steps[0], draw(st.sampled_from([None, steps[1]])), steps[2])
    return Regime(
        code=draw(st.from_regex(r"[A-Z0-9][A-Z0-9-]{1,23}", fullmatch=True)), name=draw(TEXTS), first_sale=first,
        last_sale=draw(st.sampled_from([None, last])), categories=("pickup",), uses=("household", "rental"),
        starts=draw(st.sampled_from(["delivery", "invoice"])), guarantee=Term(months[0], km[0]),
        repair=Term(months[1], km[1]), coefficient_min=draw(st.sampled_from([None, least])), coefficient_max=most,
        assemblies=tuple(parted[:cut]), systems=tuple(parted[cut:]),
        grounds=tuple(draw(grounds(place, tuple(parted))) for place in range(draw(st.integers(1, 4)))),
        excluded_kinds=tuple(draw(st.lists(st.sampled_from(EXCLUDED_KINDS), unique=True))),
        substitute_after_days=draw(WHOLES), substitute_article=draw(TEXTS), reply_days=draw(WHOLES),
        complete_days=draw(WHOLES), levels=levels,
    )  # fmt: skip


@given(regimes())
def test_an_order_goes_out_as_json_and_comes_back_the_same(order: Regime) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(order)))) == order


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.code)
def test_the_two_orders_come_back_the_same(order: Regime) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(order)))) == order


def faults_of(body: Any) -> tuple[OrderFault, ...]:
    """Return what is wrong with a body, none where it is an order."""
    try:
        from_plain(body)
    except OrderError as error:
        return error.faults
    return ()


def leaves(body: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the ways to every value of a body."""
    if isinstance(body, dict):
        return [way, *(leaf for key, value in body.items() for leaf in leaves(value, (*way, key)))]
    if isinstance(body, list):
        return [way, *(leaf for key, value in enumerate(body) for leaf in leaves(value, (*way, key)))]
    return [way]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=6,
)  # fmt: skip


@given(st.sampled_from([way for way in leaves(to_plain(SAMR_43)) if way]), JUNK)
def test_whatever_stands_at_a_place_it_is_read_or_told_there(way: tuple[Any, ...], junk: Any) -> None:
    body = to_plain(SAMR_43)
    target: Any = body
    for step in way[:-1]:
        target = target[step]
    target[way[-1]] = junk
    for fault in faults_of(body):
        said = ORDER_FAULTS[fault.code] % dict(fault.facts)
        assert "%(" not in said
        # what a value contradicts may be told at the other one
        told = {str(way[0]), "grounds", "levels", "repair", "last_sale", "coefficient_max", "systems"}
        assert fault.at.split("/")[0] in told


@given(JUNK)
def test_junk_is_no_order(junk: Any) -> None:
    with pytest.raises(OrderError):
        from_plain(junk)


def changed(**values: Any) -> dict[str, Any]:
    """Return Order 43 with values at places (``levels__same_problem__red=1``)."""
    body = deepcopy(to_plain(SAMR_43))
    for name, value in values.items():
        *way, last = [int(step) if step.isdigit() else step for step in name.split("__")]
        target: Any = body
        for step in way:
            target = target[step]
        if value is ...:
            del target[last]
        else:
            target[last] = value
    return body


@pytest.mark.parametrize(
    ("body", "at", "code"),
    [
        (changed(levels__same_problem__red=3), "levels/same_problem/red", "rise"),
        (changed(levels__repair_days__yellow=0), "levels/repair_days/yellow", "whole"),
        (changed(levels__repair_days__yellow=True), "levels/repair_days/yellow", "whole"),
        (changed(levels__repair_days=...), "levels/repair_days", "needed"),
        (changed(levels__moods={"yellow": 1, "orange": None, "red": 2}), "levels/moods", "unknown_key"),
        (changed(last_sale="2021-12-31"), "last_sale", "before_first"),
        (changed(first_sale="2022-1-1"), "first_sale", "day"),
        (changed(first_sale="2022-02-30"), "first_sale", "day"),
        (changed(coefficient_max="0.0000001"), "coefficient_max", "share"),
        (changed(coefficient_max=0.005), "coefficient_max", "share"),
        (changed(coefficient_max="0,5 %"), "coefficient_max", "share"),
        (changed(coefficient_max="NaN"), "coefficient_max", "share"),
        (changed(coefficient_min="0.006"), "coefficient_max", "below_least"),
        (changed(guarantee__months="24"), "guarantee/months", "whole"),
        (changed(guarantee__months=48), "repair/months", "shorter"),
        (changed(reply_days=0), "reply_days", "whole"),
        (changed(starts="moon"), "starts", "word"),
        (changed(name={"zh": "规定", "en": ""}), "name/en", "line"),
        (changed(name={"zh": "规定\n二", "en": "a"}), "name/zh", "line"),
        (changed(code="samr 43"), "code", "code"),
        (changed(systems=[*SAMR_43.systems, "engine"]), "systems", "both"),
        (changed(systems=["steering"]), "grounds/5/components", "not_of_order"),
        (changed(grounds=[]), "grounds", "needed"),
        (changed(grounds__3__limit=0), "grounds/3/limit", "whole"),
        (changed(grounds__2__effects=[]), "grounds/2/effects", "needed"),
        (changed(grounds__4__components=[]), "grounds/4/components", "needed"),
        (changed(grounds__0__usage_fee="no"), "grounds/0/usage_fee", "yes_no"),
        (changed(grounds__0__components=["engine", "engine"]), "grounds/0/components", "words"),
        (changed(grounds__0=[]), "grounds/0", "object"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told_at_its_place(body: Any, at: str, code: str) -> None:
    with pytest.raises(OrderError) as refused:
        from_plain(body)
    assert [(fault.at, fault.code) for fault in refused.value.faults] == [(at, code)]


def test_every_fault_of_an_order_is_told_at_once() -> None:
    with pytest.raises(OrderError) as refused:
        from_plain(changed(reply_days=0, starts="moon", code=...))
    assert {fault.at for fault in refused.value.faults} == {"reply_days", "starts", "code"}
    assert "reply_days: whole (least 1" in str(refused.value)


def test_every_line_has_words_in_both_languages() -> None:
    assert set(KINDS_OF_GROUNDS) == set(KINDS)
    for order in ORDERS:
        for ground in order.grounds:
            said = clause(ground)
            assert said.zh.endswith("。")
            assert said.en.endswith(".")
            assert str(ground.limit if ground.kind in COUNTING else ground.within_days) in said.zh
            assert ("使用补偿费" in said.zh) is ground.usage_fee
    assert "第6日" in substitute_clause(SAMR_43).zh
    early = SAMR_43.grounds[2]
    assert clause(replace(early, within_km=None)).zh.startswith("三包有效期起算60日内，")
    assert clause(replace(early, within_days=None)).zh.startswith("行驶3,000公里内，")
    assert clause(replace(early, within_days=None, within_km=None)).zh.startswith("三包有效期内，")


def test_a_year_without_its_fixed_days_is_not_whole() -> None:
    fixed = [date(2027, 1, 1), date(2027, 5, 1), *(date(2027, 10, day) for day in (1, 2, 3))]
    enough = [*fixed, *(date(2027, 2, day) for day in range(5, 5 + LEAST_DAYS_OFF - len(fixed)))]
    assert is_whole(2027, enough)
    assert not is_whole(2027, enough[:-1])
    assert not is_whole(2027, [*enough[1:], date(2027, 2, 20)])
    assert lacking(2027, enough[1:]) == [date(2027, 1, 1)]
    assert [is_weekday(date(2027, 1, day)) for day in (1, 2, 3, 4)] == [True, False, False, True]
