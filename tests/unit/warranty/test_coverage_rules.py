"""Coverage by the requirement: a table of cases reckoned by hand.

The plain car: sold 2023-01-15, handed over 2023-01-20, household, Order 43. Its repair period ends
on 2026-01-20 or at 60,000 km.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from warranty.coverage.rules import decide
from warranty.coverage.rules.answer import RANKS, SOURCES, VERDICTS
from warranty.coverage.rules.backdating import takes_away
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
from warranty.coverage.rules.texts import reason, summary
from warranty.guarantee.rules.facts import Certificate, Sale, Term
from warranty.guarantee.rules.orders import ORDERS


def day(written: str) -> date:
    return date.fromisoformat(written)


SALE = Sale(day("2023-01-15"), day("2023-01-20"), Decimal(100_000))
CAR = Car("AX7-EV", "AX7", "passenger_car", "household", SALE)
LEAST = Certificate(Term(24, 50_000), Term(36, 60_000), Decimal("0.005"), {})
WEAR = {"brake_lining": Term(6, 10_000), "battery": Term(48, 90_000)}
PLAIN = Facts(CAR, ORDERS, LEAST, WEAR)


def sold(invoice: str, delivered: str | None = None, replaced: str | None = None, **more: Any) -> Facts:
    sale = Sale(day(invoice), delivered and day(delivered), Decimal(100_000), replaced and day(replaced))  # type: ignore[arg-type]
    return replace(PLAIN, car=replace(CAR, sale=sale, **more))


def promised(months: int, km: int) -> Facts:
    return replace(PLAIN, certificate=replace(LEAST, repair=Term(months, km)))


def car(facts: Facts = PLAIN, **changes: Any) -> Facts:
    return replace(facts, car=replace(facts.car, **changes))


def policy(months: int, km: int | None, since: str = "2022-01-01", version: int = 1, **scope: str) -> Policy:
    return Policy(version, day(since), Length(months, km), **scope)


def under(*policies: Policy, facts: Facts = PLAIN) -> Facts:
    return replace(facts, policies=policies)


def term(months: int, km: int | None, since: str = "2020-01-01", version: int = 1, **scope: str) -> PartTerm:
    return PartTerm(version, day(since), Length(months, km), **scope)


def put_in(on: str, km: int, part: str = "P1", **more: Any) -> Replaced:
    return Replaced(part, day(on), km, **more)


def with_parts(*replaced: Replaced, terms: tuple[PartTerm, ...] = (term(12, 20_000),), facts: Facts = PLAIN) -> Facts:
    return replace(facts, replaced=replaced, part_terms=terms)


def contract(begins: str, until: str, km: int | None = 120_000, number: str = "C-1", **more: Any) -> Contract:
    return Contract(number, "Plus", day(begins), Until(day(until), km), **more)


def bought(*contracts: Contract, facts: Facts = PLAIN) -> Facts:
    return replace(facts, contracts=contracts)


def granted(begins: str, until: str, km: int | None = None, component: str = "", facts: Facts = PLAIN) -> Facts:
    grant = Grant("G-1", day(begins), Until(day(until), km), (70, 10, 20), component)
    return replace(facts, grants=(grant,))


LATER, FULL = "2026-02-01", ("2026-01-20", 60_000)
COMMERCIAL = car(use="commercial")
TAKEN_BACK = car(taken_back_on=day("2024-05-01"))
BATTERY = policy(96, 120_000, component="traction_battery")
WHOLE = policy(36, 100_000)
PAINT = policy(12, 30_000, component="body")
SHORT_LATER = policy(24, 60_000, "2023-01-16", 2)
WITHDRAWN = Policy(2, day("2023-01-01"), None, component="body")

#: name | facts | what is asked: component, day, km, part, wear class | the source and its end, or verdicts by source
Asked = tuple[Any, ...]
CASES: list[tuple[str, Facts, Asked, str | None, tuple[str, int | None] | dict[str, str]]] = [
    # -- the law's floor
    ("the last day and kilometre", PLAIN, ("engine", "2026-01-20", 60_000), "law", FULL),
    ("a day later", PLAIN, ("engine", "2026-01-21", 100), None, {"law": "time_over"}),
    ("a kilometre more", PLAIN, ("engine", "2024-01-01", 60_001), None, {"law": "km_over"}),
    ("a day and a kilometre more", PLAIN, ("engine", "2026-01-21", 60_001), None, {"law": "both_over"}),
    ("before it was handed over", PLAIN, ("engine", "2023-01-19", 10), None, {"law": "not_begun"}),
    ("the day it was handed over", PLAIN, ("engine", "2023-01-20", 10), "law", FULL),
    ("29 February ends on 28", sold("2024-02-29", "2024-02-29"), ("body", "2027-02-28", 9), "law",
     ("2027-02-28", 60_000)),
    ("after that 28 February", sold("2024-02-29", "2024-02-29"), ("body", "2027-03-01", 9), None,
     {"law": "time_over"}),
    ("a longer certificate", promised(48, 80_000), ("engine", LATER, 70_000), "law", ("2027-01-20", 80_000)),
    ("a certificate below the floor", promised(24, 40_000), ("engine", "2026-01-20", 60_000), "law", FULL),
    ("longer in months only", promised(48, 50_000), ("engine", LATER, 60_000), "law", ("2027-01-20", 60_000)),
    ("longer in kilometres only", promised(24, 90_000), ("engine", "2026-01-01", 90_000), "law",
     ("2026-01-20", 90_000)),
    ("business use", COMMERCIAL, ("engine", "2023-02-01", 10), None, {"law": "not_protected", "policy": "none"}),
    ("no car of the law", car(category="other"), ("engine", "2023-02-01", 10), None, {"law": "not_protected"}),
    ("a pickup is one", car(category="pickup"), ("engine", "2023-02-01", 10), "law", FULL),
    ("sold before any order", sold("2013-09-30"), ("engine", "2013-10-01", 10), None, {"law": "not_protected"}),
    ("the order of 2012 begins with the invoice", sold("2021-12-31", "2022-01-05"), ("engine", "2024-12-31", 10),
     "law", ("2024-12-31", 60_000)),
    ("day of delivery unknown", sold("2023-01-15"), ("engine", "2026-01-15", 10), "law", ("2026-01-15", 60_000)),
    ("a replacement begins anew", sold("2023-01-15", "2023-01-20", "2024-06-30"), ("engine", "2027-06-30", 10), "law",
     ("2027-06-30", 60_000)),
    ("a replacement has the order of its day", sold("2021-03-01", "2021-03-01", "2022-02-01"),
     ("engine", "2025-02-01", 10), "law", ("2025-02-01", 60_000)),
    ("no sale on record", car(sale=None), ("engine", "2024-01-01", 10), None,
     {"law": "not_sold", "policy": "not_sold"}),
    ("the day before it was taken back", TAKEN_BACK, ("engine", "2024-04-30", 10), "law", FULL),
    ("taken back by the law", TAKEN_BACK, ("engine", "2024-05-01", 10), None, {"law": "taken_back"}),
    # -- wear parts
    ("a wear part's last day", PLAIN, ("brakes", "2023-07-20", 10_000, "W", "brake_lining"), "law",
     ("2023-07-20", 10_000)),
    ("a wear part is over before the car", PLAIN, ("brakes", "2023-07-21", 10, "W", "brake_lining"), None,
     {"law": "time_over"}),
    ("a wear part that outlasts the repair period", PLAIN, ("other", LATER, 70_000, "W", "battery"), "law",
     ("2027-01-20", 90_000)),
    ("the certificate names no period", PLAIN, ("other", "2026-01-20", 10, "W", "bulb"), "law", FULL),
    ("a whole-car policy gives a wear part no more", under(WHOLE), ("brakes", "2023-07-21", 10, "W", "brake_lining"),
     None, {"law": "time_over", "policy": "time_over"}),
    ("a wear part of an unprotected car", under(WHOLE, facts=COMMERCIAL),
     ("brakes", "2023-07-20", 10, "W", "brake_lining"), "policy", ("2023-07-20", 10_000)),
    # -- policies
    ("more kilometres than the law", under(WHOLE), ("engine", "2025-01-01", 80_000), "policy",
     ("2026-01-20", 100_000)),
    ("the one that ends later is named", under(WHOLE), ("engine", "2025-01-01", 10), "policy", ("2026-01-20", 100_000)),
    ("three electric, 8 years", under(WHOLE, BATTERY), ("traction_battery", "2031-01-20", 120_000), "policy",
     ("2031-01-20", 120_000)),
    ("of another component", under(BATTERY), ("engine", LATER, 10), None, {"policy": "none"}),
    ("a narrower policy below the law", under(WHOLE, PAINT), ("body", "2024-06-01", 50_000), "law", FULL),
    ("a narrower policy holds against a wider one", under(WHOLE, PAINT, facts=COMMERCIAL), ("body", "2024-01-21", 10),
     None, {"policy": "time_over"}),
    ("a policy below the law gives way to it", under(policy(24, 200_000)), ("engine", "2026-01-20", 9), "law", FULL),
    ("for a use", under(WHOLE, policy(12, 50_000, use="commercial"), facts=COMMERCIAL), ("engine", "2024-01-20", 10),
     "policy", ("2024-01-20", 50_000)),
    ("for another use", under(policy(12, 50_000, use="rental"), facts=COMMERCIAL), ("engine", "2023-02-01", 10), None,
     {"policy": "none"}),
    ("use before model", under(policy(60, 90_000, model="AX7-EV"), policy(12, 50_000, use="commercial"),
     facts=COMMERCIAL), ("engine", "2023-02-01", 10), "policy", ("2024-01-20", 50_000)),
    ("model before series", under(policy(60, 90_000, series="AX7"), policy(48, 90_000, model="AX7-EV")),
     ("engine", LATER, 10), "policy", ("2027-01-20", 90_000)),
    ("series before every model", under(policy(60, 90_000, series="AX7"), WHOLE), ("engine", LATER, 10), "policy",
     ("2028-01-20", 90_000)),
    ("another model's", under(policy(60, 90_000, model="AX5")), ("engine", LATER, 10), None, {"policy": "none"}),
    ("another series'", under(policy(60, 90_000, series="AX5")), ("engine", LATER, 10), None, {"policy": "none"}),
    ("component before model", under(policy(60, 90_000, model="AX7-EV"), BATTERY),
     ("traction_battery", "2029-01-01", 10), "policy", ("2031-01-20", 120_000)),
    ("a later version is for cars sold later", under(WHOLE, SHORT_LATER), ("engine", "2025-06-01", 80_000), "policy",
     ("2026-01-20", 100_000)),
    ("the version of the day of sale", under(WHOLE, replace(SHORT_LATER, valid_from=day("2023-01-15")),
     facts=COMMERCIAL), ("engine", "2025-01-20", 10), "policy", ("2025-01-20", 60_000)),
    ("of two from one day the later", under(WHOLE, replace(WHOLE, version=2, length=Length(48, 90_000))),
     ("engine", LATER, 10), "policy", ("2027-01-20", 90_000)),
    ("withdrawn, so the wider one holds", under(PAINT, WITHDRAWN, WHOLE, facts=COMMERCIAL), ("body", "2025-01-01", 10),
     "policy", ("2026-01-20", 100_000)),
    ("withdrawn for later sales only", under(PAINT, replace(WITHDRAWN, valid_from=day("2023-02-01")),
     facts=COMMERCIAL), ("body", "2024-01-20", 10), "policy", ("2024-01-20", 30_000)),
    ("withdrawn and nothing wider", under(WITHDRAWN, facts=COMMERCIAL), ("body", "2023-02-01", 10), None,
     {"policy": "withdrawn"}),
    ("any mileage", under(policy(36, None, component="body")), ("body", "2026-01-20", 300_000), "policy",
     ("2026-01-20", None)),
    ("sold before any order, by the maker's word", under(policy(24, 40_000, "2010-01-01"), facts=sold("2013-05-01",
     "2013-05-31")), ("engine", "2015-05-31", 10), "policy", ("2015-05-31", 40_000)),
    ("taken back: no policy", under(BATTERY, facts=TAKEN_BACK), ("traction_battery", "2024-06-01", 10), None,
     {"policy": "taken_back"}),
    ("a replacement has the policy of its day", under(WHOLE, policy(48, 90_000, "2024-01-01", 2),
     facts=sold("2023-01-15", None, "2024-06-30")), ("engine", "2028-06-30", 10), "policy", ("2028-06-30", 90_000)),
    # -- parts that were put in
    ("a part's own warranty after the car's", with_parts(put_in("2025-12-01", 55_000)),
     ("engine", "2026-12-01", 75_000, "P1"), "part", ("2026-12-01", 75_000)),
    ("a day after the part's own", with_parts(put_in("2025-12-01", 55_000)), ("engine", "2026-12-02", 100, "P1"), None,
     {"part": "time_over"}),
    ("a kilometre after the part's own", with_parts(put_in("2025-12-01", 55_000)),
     ("engine", "2026-02-01", 75_001, "P1"), None, {"part": "km_over", "law": "both_over"}),
    ("the part's own ends later", with_parts(put_in("2025-12-01", 55_000)), ("engine", "2025-12-31", 56_000, "P1"),
     "part", ("2026-12-01", 75_000)),
    ("the car's rest ends later", with_parts(put_in("2023-06-01", 5_000)), ("engine", "2023-07-01", 6_000, "P1"),
     "law", FULL),
    ("the part's own is over, the rest is not", with_parts(put_in("2023-06-01", 5_000)),
     ("engine", "2024-06-02", 6_000, "P1"), "law", FULL),
    ("the car is not begun anew", with_parts(put_in("2025-12-01", 55_000)), ("engine", LATER, 56_000), None,
     {"law": "time_over", "part": "no_part"}),
    ("another part of it neither", with_parts(put_in("2025-12-01", 55_000)), ("engine", LATER, 56_000, "P2"), None,
     {"part": "not_replaced"}),
    ("put in only later", with_parts(put_in("2025-12-01", 55_000)), ("engine", "2025-11-30", 60_001, "P1"), None,
     {"part": "not_replaced"}),
    ("on the day it was put in", with_parts(put_in("2026-12-01", 90_000)), ("engine", "2026-12-01", 90_000, "P1"),
     "part", ("2027-12-01", 110_000)),
    ("31 August and six months", with_parts(put_in("2026-08-31", 90_000), terms=(term(6, 1_000),)),
     ("engine", "2027-02-28", 90_000, "P1"), "part", ("2027-02-28", 91_000)),
    ("the last time counts", with_parts(put_in("2024-01-01", 20_000), put_in("2026-03-01", 70_000)),
     ("engine", "2027-03-01", 90_000, "P1"), "part", ("2027-03-01", 90_000)),
    ("the number before the class", with_parts(put_in("2026-03-01", 70_000, wear_class="bulb"),
     terms=(term(12, 20_000), term(3, 5_000, wear_class="bulb"), term(24, None, number="P1"))),
     ("other", "2028-03-01", 200_000, "P1", "bulb"), "part", ("2028-03-01", None)),
    ("the class before every part", with_parts(put_in("2026-03-01", 70_000, wear_class="bulb"),
     terms=(term(12, 20_000), term(3, 5_000, wear_class="bulb"))), ("other", "2026-06-01", 75_000, "P1", "bulb"),
     "part", ("2026-06-01", 75_000)),
    ("the warranty of the day it was put in", with_parts(put_in("2026-03-01", 70_000),
     terms=(term(12, 20_000), term(24, 40_000, "2026-03-02", 2))), ("engine", "2027-03-01", 90_000, "P1"), "part",
     ("2027-03-01", 90_000)),
    ("a later version from that day", with_parts(put_in("2026-03-01", 70_000),
     terms=(term(12, 20_000), term(24, 40_000, "2026-03-01", 2))), ("engine", "2028-03-01", 90_000, "P1"), "part",
     ("2028-03-01", 110_000)),
    ("no part warranty that day", with_parts(put_in("2026-03-01", 70_000), terms=(term(12, 20_000, "2026-03-02"),)),
     ("engine", "2026-03-02", 70_000, "P1"), None, {"part": "none"}),
    ("the number that follows it", with_parts(put_in("2026-03-01", 70_000, follows="P2")),
     ("engine", "2026-04-01", 71_000, "P2"), "part", ("2027-03-01", 90_000)),
    ("put in before it was taken back", with_parts(put_in("2024-04-01", 20_000), facts=TAKEN_BACK),
     ("engine", "2024-06-01", 21_000, "P1"), None, {"part": "taken_back"}),
    ("put in after it was taken back", with_parts(put_in("2024-06-01", 20_000), facts=TAKEN_BACK),
     ("engine", "2024-06-02", 21_000, "P1"), "part", ("2025-06-01", 40_000)),
    ("a part of an unprotected car", with_parts(put_in("2023-06-01", 5_000), facts=COMMERCIAL),
     ("engine", "2023-07-01", 6_000, "P1"), "part", ("2024-06-01", 25_000)),
    # -- contracts
    ("bought, after the car's own", bought(contract("2026-01-21", "2028-01-20")), ("engine", "2028-01-20", 120_000),
     "contract", ("2028-01-20", 120_000)),
    ("bought, and not begun", bought(contract("2026-01-21", "2028-01-20"), facts=COMMERCIAL),
     ("engine", "2026-01-20", 10), None, {"contract": "not_begun"}),
    ("bought, and over", bought(contract("2026-01-21", "2028-01-20")), ("engine", "2028-01-21", 10), None,
     {"contract": "time_over"}),
    ("bought, beyond its kilometres", bought(contract("2026-01-21", "2028-01-20")), ("engine", LATER, 120_001), None,
     {"contract": "km_over"}),
    ("bought for another component", bought(contract("2026-01-21", "2028-01-20", components=("transmission",))),
     ("engine", LATER, 10), None, {"contract": "other_component"}),
    ("bought for this component", bought(contract("2026-01-21", "2028-01-20", components=("engine",))),
     ("engine", LATER, 10), "contract", ("2028-01-20", 120_000)),
    ("a contract without wear parts", bought(contract("2023-02-01", "2028-01-20")),
     ("brakes", LATER, 10, "W", "brake_lining"), None, {"contract": "wear_part"}),
    ("a contract with wear parts", bought(contract("2023-02-01", "2028-01-20", wear_parts=True)),
     ("brakes", LATER, 10, "W", "brake_lining"), "contract", ("2028-01-20", 120_000)),
    ("the day it was cancelled", bought(contract("2026-01-21", "2028-01-20", cancelled_on=day("2026-06-01"))),
     ("engine", "2026-06-01", 10), None, {"contract": "cancelled"}),
    ("the day before it was cancelled", bought(contract("2026-01-21", "2028-01-20", cancelled_on=day("2026-06-01"))),
     ("engine", "2026-05-31", 10), "contract", ("2026-05-31", 120_000)),
    ("cancelled after its end", bought(contract("2026-01-21", "2028-01-20", cancelled_on=day("2028-06-01"))),
     ("engine", "2028-01-20", 10), "contract", ("2028-01-20", 120_000)),
    ("the maker's duty is asked before a contract", bought(contract("2023-02-01", "2028-01-20")),
     ("engine", "2025-01-01", 10), "law", FULL),
    ("of two contracts the one that lasts", bought(contract("2026-01-21", "2027-01-20"),
     contract("2026-01-21", "2028-01-20", number="C-2")), ("engine", LATER, 10), "contract", ("2028-01-20", 120_000)),
    ("taken back, and agreed", bought(contract("2024-05-01", "2025-05-01"), facts=TAKEN_BACK),
     ("engine", "2024-06-01", 10), "contract", ("2025-05-01", 120_000)),
    ("no sale on record, and bought", bought(contract("2024-05-01", "2025-05-01"), facts=car(sale=None)),
     ("engine", "2024-06-01", 10), "contract", ("2025-05-01", 120_000)),
    # -- goodwill
    ("granted", granted("2026-02-01", "2026-03-01"), ("engine", "2026-03-01", 99_000), "goodwill",
     ("2026-03-01", None)),
    ("granted for another component", granted("2026-02-01", "2026-03-01", component="body"), ("engine", LATER, 99_000),
     None, {"goodwill": "other_component"}),
    ("granted for this component", granted("2026-02-01", "2026-03-01", 100_000, "engine"), ("engine", LATER, 99_000),
     "goodwill", ("2026-03-01", 100_000)),
    ("granted, too far", granted("2026-02-01", "2026-03-01", 98_999), ("engine", LATER, 99_000), None,
     {"goodwill": "km_over"}),
    ("goodwill is asked last", granted("2023-02-01", "2030-03-01", facts=bought(contract("2023-02-01", "2028-01-20"))),
     ("engine", LATER, 99_000), "contract", ("2028-01-20", 120_000)),
    ("taken back, and granted", granted("2024-05-01", "2025-05-01", facts=TAKEN_BACK), ("engine", "2024-06-01", 10),
     "goodwill", ("2025-05-01", None)),
]  # fmt: skip


def ask(asked: Asked) -> Question:
    component, on, km, *more = asked
    return Question(component, day(on), km, *more)


@pytest.mark.parametrize(("facts", "asked", "source", "said"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_what_covers_a_car(facts: Facts, asked: Asked, source: str | None, said: Any) -> None:
    answer = coverage(ask(asked), facts)
    assert (answer.source.source if answer.source else None) == source
    if source is None:
        found = {link.source: link.verdict for link in reversed(answer.chain)}  # the first of each
        assert {name: found[name] for name in said} == said
        assert answer.until is None
        assert answer.lasts is None
    else:
        assert answer.until == Until(day(said[0]), said[1])


def test_the_table_meets_every_verdict_and_every_source() -> None:
    answers = [coverage(ask(asked), facts) for _name, facts, asked, _source, _said in CASES]
    assert {link.verdict for answer in answers for link in answer.chain} == set(VERDICTS)
    assert {answer.source.source for answer in answers if answer.source} == set(SOURCES) == set(RANKS)
    assert all([link.source for link in answer.chain] == sorted((link.source for link in answer.chain),
               key=SOURCES.index) for answer in answers)  # fmt: skip


@pytest.mark.parametrize(("facts", "asked"), [(case[1], case[2]) for case in CASES], ids=[case[0] for case in CASES])
def test_every_answer_says_its_reasons_in_both_languages(facts: Facts, asked: Asked) -> None:
    answer = coverage(ask(asked), facts)
    said = [summary(answer), *(reason(link, answer.question.odometer_km) for link in answer.chain)]
    assert all(text.zh.endswith("。") and text.en.endswith(".") for text in said)
    assert said[0].zh.startswith("在保" if answer.covered else "不在保")


def test_a_wider_policy_is_named_as_given_way() -> None:
    answer = coverage(ask(("body", "2024-06-01", 50_000)), under(WHOLE, PAINT))
    assert [(link.verdict, link.name.en) for link in answer.chain if link.source == "policy"] == [
        ("both_over", "Coverage policy: body (version 1)"),
        ("narrower", "Coverage policy: whole car (version 1)"),
    ]


def test_what_comes_afterwards_is_said() -> None:
    facts = bought(contract("2023-02-01", "2028-01-20"), facts=under(WHOLE))
    answer = coverage(ask(("engine", "2025-01-01", 10)), facts)
    assert [link.name.en for link in answer.afterwards] == ["Extended-service contract: C-1, Plus"]
    assert answer.lasts == Until(day("2028-01-20"), 120_000)
    assert summary(answer).en == (
        "Covered by Coverage policy: whole car (version 1), until 2026-01-20 or 100,000 km. "
        "Then by Extended-service contract: C-1, Plus, until 2028-01-20 or 120,000 km."
    )


def test_the_source_that_covered_longest_is_named_when_all_is_over() -> None:
    facts = under(policy(48, 90_000), facts=bought(contract("2023-02-01", "2030-01-20", 10)))
    ended = coverage(ask(("engine", "2028-01-01", 99_000)), facts).ended
    assert ended is not None
    assert (ended.source, ended.until) == ("policy", Until(day("2027-01-20"), 90_000))
    assert coverage(ask(("engine", "2023-02-01", 1)), PLAIN).ended is None, "it is covered"


@pytest.mark.parametrize(
    ("facts", "defined", "said"),
    [
        (PLAIN, True, "Not covered: nothing has begun yet."),
        (COMMERCIAL, False, "Not covered: no coverage is defined for this car."),
        (bought(contract("2026-01-21", "2028-01-20"), facts=COMMERCIAL), True, "Not covered: nothing has begun yet."),
        (under(WITHDRAWN, facts=COMMERCIAL), False, "Not covered: no coverage is defined for this car."),
    ],
)
def test_undefined_is_another_thing_than_not_begun(facts: Facts, defined: bool, said: str) -> None:  # noqa: FBT001
    answer = coverage(ask(("body", "2023-01-01", 1)), facts)
    assert (answer.defined, summary(answer).en) == (defined, said)


@pytest.mark.parametrize(
    ("new", "less"),
    [
        (policy(36, 100_000, model="AX7-EV"), False),
        (policy(35, 100_000, model="AX7-EV"), True),
        (policy(36, 99_999, model="AX7-EV"), True),
        (policy(48, None, model="AX7-EV"), False),
        (Policy(1, day("2022-01-01"), None, model="AX7-EV"), True),
        (policy(12, 1, component="engine", use="rental"), True),
    ],
)
def test_a_backdated_policy_must_not_take_from_sold_cars(new: Policy, less: bool) -> None:  # noqa: FBT001
    assert takes_away(new.scope, new.length, [(WHOLE.scope, WHOLE.length)]) is less


def test_a_backdated_policy_takes_nothing_where_nothing_was_promised() -> None:
    new = policy(12, 1, use="rental")
    others = (policy(36, 1, use="household"), PAINT, Policy(1, day("2022-01-01"), None))
    assert not takes_away(new.scope, new.length, [])
    assert not takes_away(new.scope, new.length, [(other.scope, other.length) for other in others])
    every, one = term(36, None), term(48, 100_000, number="P1")
    assert takes_away(one.scope, one.length, [(every.scope, every.length)])


def test_of_several_grants_that_hold_the_one_counts_in_which_headquarters_bears_most() -> None:
    asked = Question("engine", date(2026, 6, 1), 10_000)
    holds = Until(date(2026, 12, 31), None)
    half = Grant("G-1", date(2026, 1, 1), holds, (50, 30, 20))
    most = Grant("G-2", date(2026, 1, 1), holds, (80, 0, 20))
    over = Grant("G-3", date(2026, 1, 1), Until(date(2026, 5, 31), None), (100, 0, 0))
    other = Grant("G-4", date(2026, 1, 1), holds, (100, 0, 0), "body")
    assert decide.granted(asked, (half, over, other, most)) == most
    assert decide.granted(asked, (over, other)) is None
