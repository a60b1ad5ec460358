"""What holds of coverage whatever the facts are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from warranty.coverage.rules.answer import SOURCES, Answer
from warranty.coverage.rules.decide import coverage
from warranty.coverage.rules.facts import (
    Car,
    Contract,
    Facts,
    Grant,
    Length,
    PartTerm,
    Policy,
    Question,
    Replaced,
    Until,
)
from warranty.guarantee.rules.facts import Certificate, Sale, Term
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.rules.regimes import regime_on, ruling_date, starts_on

COMPONENTS, PARTS, CLASSES = ("engine", "body", "traction_battery"), ("P1", "P2"), ("bulb", "battery")
WEAR_OF = {"P1": None, "P2": "bulb"}
days = st.dates(date(2022, 1, 1), date(2032, 12, 31))
kms = st.integers(0, 200_000)
lengths = st.builds(Length, st.integers(1, 120), st.none() | st.integers(1, 200_000))
untils = st.builds(Until, days, st.none() | kms)


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    invoice = draw(st.dates(date(2013, 1, 1), date(2026, 12, 31)))
    delivered = draw(st.none() | st.integers(0, 60).map(lambda n: invoice + timedelta(days=n)))
    replaced = draw(st.none() | st.integers(0, 900).map(lambda n: invoice + timedelta(days=n)))
    return Sale(invoice, delivered, Decimal(100_000), replaced)


policies = st.builds(
    Policy, st.integers(1, 3), st.dates(date(2012, 1, 1), date(2028, 1, 1)), st.none() | lengths,
    model=st.sampled_from(("", "M", "X")), series=st.sampled_from(("", "S")),
    component=st.sampled_from(("", *COMPONENTS)), use=st.sampled_from(("", "household", "rental")),
)  # fmt: skip
part_terms = st.builds(
    PartTerm, st.integers(1, 3), days, lengths, number=st.sampled_from(("", "P1")),
    wear_class=st.sampled_from(("", "bulb")),
)  # fmt: skip
fitted = st.builds(lambda part, day, km: Replaced(part, day, km, WEAR_OF[part]), st.sampled_from(PARTS), days, kms)
contracts = st.builds(
    Contract, st.sampled_from(("C1", "C2", "C3")), st.just("Plus"), days, untils,
    st.lists(st.sampled_from(COMPONENTS), max_size=2, unique=True).map(tuple), st.booleans(), st.none() | days,
)  # fmt: skip
grants = st.builds(
    Grant, st.sampled_from(("G1", "G2", "G3")), days, untils, st.just((70, 10, 20)), st.sampled_from(("", *COMPONENTS))
)


def several(one: Any, key: Any) -> Any:
    return st.lists(one, max_size=4, unique_by=key).map(tuple)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    car = Car(
        "M", "S", draw(st.sampled_from(("passenger_car", "pickup", "other"))),
        draw(st.sampled_from(("household", "rental"))), draw(st.none() | sales()), draw(st.none() | days),
    )  # fmt: skip
    repair = Term(draw(st.integers(12, 96)), draw(st.integers(20_000, 150_000)))
    wear = draw(st.dictionaries(st.sampled_from(CLASSES), st.builds(Term, st.integers(1, 60), st.integers(1, 90_000))))
    return Facts(
        car, ORDERS, Certificate(Term(24, 50_000), repair, Decimal("0.005"), {}), wear,
        draw(several(policies, lambda one: (one.scope, one.version, one.valid_from))),
        draw(several(part_terms, lambda one: (one.number, one.wear_class, one.version, one.valid_from))),
        draw(several(fitted, lambda one: (one.part, one.day))),
        draw(several(contracts, lambda one: one.number)), draw(several(grants, lambda one: one.number)),
    )  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> Question:
    part = draw(st.sampled_from((None, *PARTS)))
    return Question(
        draw(st.sampled_from(COMPONENTS)), draw(days), draw(kms), part, WEAR_OF[part] if part else None,
    )  # fmt: skip


def without_part(answer: Answer) -> list[object]:
    return [link for link in answer.chain if link.source != "part"]


@given(facts(), questions())
def test_a_part_that_was_put_in_never_ends_before_the_rest_of_the_car(known: Facts, asked: Question) -> None:
    car, part = coverage(asked, replace(known, replaced=())), coverage(asked, known)
    assert part.covered >= car.covered
    if car.lasts is not None:
        assert part.lasts is not None
        assert part.lasts.rank >= car.lasts.rank


@given(facts(), questions())
def test_putting_parts_in_never_changes_what_the_car_has(known: Facts, asked: Question) -> None:
    bare = replace(known, replaced=(), part_terms=())
    assert without_part(coverage(asked, known)) == without_part(coverage(asked, bare))
    whole = replace(asked, part=None)
    assert coverage(whole, known) == coverage(whole, bare)


@given(facts(), questions())
def test_the_floor_always_holds_for_a_protected_car(known: Facts, asked: Question) -> None:
    sale = known.car.sale
    order = regime_on(known.orders, ruling_date(sale)) if sale else None
    if sale is None or order is None or not order.covers(known.car.category, known.car.use):
        return
    if known.car.taken_back(asked.day) or asked.wear_class in known.wear:
        return
    begins = starts_on(order, sale)
    # 36 months can be no shorter than three times 365 days.
    if begins <= asked.day <= begins + timedelta(days=3 * 365) and asked.odometer_km <= order.repair.km:
        answer = coverage(asked, known)
        assert answer.covered
        assert answer.source is not None
        assert answer.source.source in {"law", "policy", "part"}


@given(facts(), questions(), policies)
def test_a_later_version_never_changes_a_car_sold_before(known: Facts, asked: Question, later: Policy) -> None:
    sold_on = ruling_date(known.car.sale) if known.car.sale else date(2026, 12, 31)
    version = replace(later, valid_from=sold_on + timedelta(days=1))
    assert coverage(asked, replace(known, policies=(*known.policies, version))) == coverage(asked, known)


@given(facts(), questions(), part_terms)
def test_a_later_part_warranty_never_changes_a_part_put_in_before(
    known: Facts, asked: Question, later: PartTerm
) -> None:
    last = max((part.day for part in known.replaced), default=date(2026, 1, 1))
    version = replace(later, valid_from=last + timedelta(days=1))
    assert coverage(asked, replace(known, part_terms=(*known.part_terms, version))) == coverage(asked, known)


@given(facts(), questions(), st.randoms(use_true_random=False))
def test_the_order_of_facts_means_nothing(known: Facts, asked: Question, dice: Any) -> None:
    mixed: dict[str, Any] = {}
    for name in ("orders", "policies", "part_terms", "replaced", "contracts", "grants"):
        rows = list(getattr(known, name))
        dice.shuffle(rows)
        mixed[name] = tuple(rows)
    assert coverage(asked, replace(known, **mixed)) == coverage(asked, known)


@given(facts(), questions())
def test_the_chain_holds_every_source_in_order_and_the_one_it_names(known: Facts, asked: Question) -> None:
    answer = coverage(asked, known)
    places = [SOURCES.index(link.source) for link in answer.chain]
    assert places == sorted(places)
    assert set(places) == set(range(len(SOURCES)))
    assert answer.covered == any(link.holds for link in answer.chain)
    if answer.source is not None:
        assert answer.source in answer.chain
        assert answer.source.begins <= asked.day <= answer.source.until.day
        assert answer.source.until.km is None or asked.odometer_km <= answer.source.until.km
    assert not (answer.covered and answer.ended)
    assert answer.defined or not answer.covered


@given(facts(), questions(), st.integers(0, 400), st.integers(0, 20_000))
def test_what_holds_later_and_farther_held_before(known: Facts, asked: Question, days_on: int, km_on: int) -> None:
    """Each source that holds holds on every day and kilometre since it began: no gaps."""
    later = replace(asked, day=asked.day + timedelta(days=days_on), odometer_km=asked.odometer_km + km_on)
    now = {link.name: link for link in coverage(asked, known).chain if link.source != "part"}
    for link in coverage(later, known).chain:
        if link.holds and link.source != "part" and link.begins <= asked.day:
            assert now[link.name].holds


@given(facts(), questions())
def test_a_car_taken_back_has_only_what_was_agreed(known: Facts, asked: Question) -> None:
    back = replace(known, car=replace(known.car, taken_back_on=asked.day))
    answer = coverage(asked, back)
    assert answer.source is None or answer.source.source in {"contract", "goodwill", "part"}
    assert answer.source is None or answer.source.source != "part" or answer.source.begins >= asked.day
