"""A rule book changes what checks do, who decides and what is paid, without a line of code; and is replayed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.kept import layer, plain, read
from tests.unit.warranty.test_claims_checks import DAY, FACTS, LABOUR, PUMP, facts
from warranty.claims.rules.book import FIRST_BOOK, Routing, RuleBook, RuleSetting
from warranty.claims.rules.checks import CHECK_BY_ID, CHECKS, GENERATION, Outcome, Severity, checks_of, run
from warranty.claims.rules.facts import ClaimFacts, LineFacts, OtherClaim, Reading
from warranty.claims.rules.limits import Limits
from warranty.claims.rules.money import Rates
from warranty.claims.rules.replay import facts_from, kept_facts, prove, replay, reprice
from warranty.claims.rules.verdict import is_sampled, needs_second_person, route, verdict

TOO_MUCH = facts(lines=(replace(LABOUR, applied=Decimal("5000.01")),))
AUTOMATIC = replace(FIRST_BOOK, automatic=True)


def book(check: str, severity: str, outcome: str, *, active: bool = True) -> RuleBook:
    setting = RuleSetting(active, Severity(severity), Outcome(outcome))
    return replace(AUTOMATIC, settings={check: setting})


def forecast(given_facts: ClaimFacts, rules: RuleBook) -> str:
    found = run(given_facts, rules.settings)
    return verdict(found, given_facts.applied, rules).forecast


@pytest.mark.parametrize(
    ("severity", "outcome", "goes"),
    [
        ("warning", "person", "person"),
        ("warning", "return", "returned"),
        ("warning", "refuse", "refused"),
        ("warning", "pass", "approved"),
        ("error", "return", "blocked"),
        ("error", "pass", "blocked"),
    ],
)
def test_a_claim_goes_as_its_worst_finding_says(severity: str, outcome: str, goes: str) -> None:
    assert forecast(TOO_MUCH, book("amount_above_limit", severity, outcome)) == goes


def test_a_check_that_is_switched_off_finds_nothing() -> None:
    assert forecast(TOO_MUCH, book("amount_above_limit", "error", "refuse", active=False)) == "approved"


def test_refused_is_worse_than_returned_and_returned_worse_than_a_person() -> None:
    rules = replace(
        AUTOMATIC,
        settings={
            "amount_above_limit": RuleSetting(True, Severity.WARNING, Outcome.PERSON),
            "three_c_missing": RuleSetting(True, Severity.WARNING, Outcome.RETURN),
            "causal_part": RuleSetting(True, Severity.WARNING, Outcome.REFUSE),
        },
    )
    assert forecast(replace(TOO_MUCH, cause=""), rules) == "returned"
    both = replace(TOO_MUCH, cause="", lines=(*TOO_MUCH.lines, replace(PUMP, causal=False)))
    assert forecast(both, rules) == "refused"


def test_the_book_the_portal_comes_with_pays_nothing_by_itself() -> None:
    assert forecast(FACTS, FIRST_BOOK) == "clean"
    assert forecast(TOO_MUCH, FIRST_BOOK) == "person"


@pytest.mark.parametrize(
    ("changes", "level", "why"),
    [
        ({}, 1, ""),
        ({"type": "goodwill"}, 2, "type"),
        ({"car__watch_level": "red"}, 2, "watch"),
        ({"car__watch_level": "orange"}, 1, ""),
        ({"lines": (replace(LABOUR, applied=Decimal("10000.00")),)}, 1, ""),
        ({"lines": (replace(LABOUR, applied=Decimal("10000.01")),)}, 2, "amount"),
        ({"lines": (replace(LABOUR, applied=Decimal("10000.01")),), "station__grade": 5}, 1, ""),
        ({"lines": (replace(LABOUR, applied=Decimal("5000.01")),), "station__grade": None}, 2, "amount"),
    ],
)
def test_who_decides_goes_by_type_watch_and_amount(changes: dict[str, Any], level: int, why: str) -> None:
    found = route(facts(**changes), FIRST_BOOK)
    assert (found.level, found.why, found.hours) == (level, why, 24 if level == 1 else 72)


@pytest.mark.parametrize(("amount", "needed"), [("30000.00", False), ("30000.01", True)])
def test_above_a_limit_two_people_sign(*, amount: str, needed: bool) -> None:
    assert needs_second_person(Decimal(amount), FIRST_BOOK) is needed


@given(st.integers(0, 100))
def test_the_sample_is_a_share_and_only_grows_with_it(percent: int) -> None:
    numbers = [f"CL-D{n:04d}-202611-{n:04d}" for n in range(2_000)]
    drawn = replace(AUTOMATIC, sample_percent=percent, sample_seed="a")
    chosen = {number for number in numbers if is_sampled(number, 1, drawn)}
    assert abs(len(chosen) - 20 * percent) <= 150
    more = replace(drawn, sample_percent=min(100, percent + 1))
    assert chosen <= {number for number in numbers if is_sampled(number, 1, more)}


def test_which_claims_are_sampled_is_the_secret_of_the_seed() -> None:
    numbers = [f"CL-D{n:04d}-202611-{n:04d}" for n in range(400)]
    one, other = (
        {n for n in numbers if is_sampled(n, 1, replace(AUTOMATIC, sample_percent=50, sample_seed=seed))}
        for seed in "ab"
    )
    assert 60 < len(one & other) < 140  # a half of the half: what one seed says tells nothing of another


FULL = facts(
    readings=(Reading(date(2026, 10, 1), 8_000), Reading(date(2026, 11, 1), 8_500, replaced=True)),
    others=(OtherClaim(date(2026, 10, 30), "W-PUMP", "engine", number="CL-1"), OtherClaim(DAY, None, "body")),
    photos_used_before=("RO-1",), pre_authorisation="PA-1",
    lines=(LABOUR, PUMP, LineFacts(3, "handling", "HANDLING", Decimal(1), Decimal("38.00"))),
)  # fmt: skip


def written(given_facts: ClaimFacts) -> dict[str, Any]:
    """Return facts as they come back from JSON."""
    kept: dict[str, Any] = json.loads(json.dumps(kept_facts(given_facts), default=layer))
    return kept


@pytest.mark.parametrize("given_facts", [FACTS, FULL, TOO_MUCH])
def test_facts_come_back_from_json_as_they_were(given_facts: ClaimFacts) -> None:
    kept = written(given_facts)
    assert facts_from(kept, FIRST_BOOK) == replace(given_facts, limits=FIRST_BOOK.limits)


def test_an_encoder_writes_what_plain_makes() -> None:
    assert written(FULL) == {name: one for name, one in plain(FULL).items() if name != "limits"}


def test_facts_kept_before_a_field_came_take_its_default() -> None:
    kept = written(FACTS)
    del kept["photos_used_before"], kept["car"]["watch_level"]
    assert facts_from(kept, FIRST_BOOK) == FACTS


def test_a_fact_without_a_default_cannot_be_missing() -> None:
    kept = written(FACTS)
    del kept["today"]
    with pytest.raises(KeyError):
        facts_from(kept, FIRST_BOOK)


def test_a_rule_book_comes_back_from_json_as_it_was() -> None:
    rules = replace(
        book("duplicate", "warning", "person"), limits=Limits(submit_within_days=45, hours_above=Decimal("12.5")),
        rates=Rates(handling=Decimal("0.12")), routing=Routing(level_two_types=("goodwill", "campaign")),
    )  # fmt: skip
    assert read(RuleBook, json.loads(json.dumps(plain(rules)))) == rules


def content(given_facts: ClaimFacts, rules: RuleBook = FIRST_BOOK) -> dict[str, Any]:
    """Return what a submission under a rule book keeps."""
    findings = run(replace(given_facts, limits=rules.limits), rules.settings)
    kept = {
        "facts": kept_facts(given_facts), "findings": [one.as_json() for one in findings], "generation": GENERATION,
    }  # fmt: skip
    copy: dict[str, Any] = json.loads(json.dumps(kept, default=layer))
    return copy


@pytest.mark.parametrize("given_facts", [FACTS, FULL, TOO_MUCH, facts(cause="")])
@pytest.mark.parametrize("rules", [FIRST_BOOK, AUTOMATIC, book("amount_above_limit", "warning", "return")])
def test_the_rules_of_the_day_find_that_days_findings_again(given_facts: ClaimFacts, rules: RuleBook) -> None:
    found = replay(content(given_facts, rules), rules, rules, rules.rates)
    assert not found.changed
    assert found.found_before == found.found_after
    assert found.difference == ()


def test_a_lower_limit_sends_a_claim_to_a_person_and_says_which_check() -> None:
    tight = replace(AUTOMATIC, limits=Limits(amount_by_grade=((0, Decimal(100)), (3, Decimal(700)))))
    found = replay(content(FACTS, AUTOMATIC), AUTOMATIC, tight, Rates())
    assert (found.before, found.after, found.difference) == ("approved", "level_one", ("amount_above_limit",))
    assert (str(found.paid_before), str(found.paid_after)) == ("711.00", "0.00")


def test_a_changed_rate_changes_what_is_paid() -> None:
    priced = replace(FACTS, lines=(LABOUR, PUMP, LineFacts(3, "handling", "HANDLING", Decimal(1), Decimal("38.00"))))
    dear = replace(AUTOMATIC, rates=Rates(handling=Decimal("0.12")))
    found = replay(content(priced, AUTOMATIC), AUTOMATIC, dear, Rates())
    assert found.changed
    assert (str(found.paid_before), str(found.paid_after)) == ("718.00", "725.60")  # 380 × 0.12 = 45.60


@pytest.mark.parametrize(
    ("applied", "becomes"),
    [("40.00", "50.00"), ("30.00", "30.00")],  # there and back 20 km: at 2.00, and lowered by the dealer
)
def test_kilometres_follow_the_rate_and_what_was_lowered_stays(applied: str, becomes: str) -> None:
    line = LineFacts(1, "out_call", "KM", Decimal(20), Decimal(applied))
    expenses = LineFacts(2, "out_call", "EXPENSES", Decimal(1), Decimal("80.00"))
    found = reprice(replace(FACTS, lines=(line, expenses)), Rates(), Rates(out_call_km=Decimal("2.50")))
    assert [str(one.applied) for one in found.lines] == [becomes, "80.00"]


def test_a_lower_rate_caps_what_was_lowered_before() -> None:
    line = LineFacts(1, "out_call", "KM", Decimal(20), Decimal("39.00"))
    found = reprice(replace(FACTS, lines=(line,)), Rates(), Rates(out_call_km=Decimal("1.00")))
    assert str(found.lines[0].applied) == "20.00"


@pytest.mark.parametrize(
    ("tried", "becomes"),
    [
        (Rates(substitute_day=Decimal("150.00")), "1500.00"),  # ten days, 2,000.00 at 200.00
        (Rates(substitute_days=7), "1400.00"),
        (Rates(substitute_days=60), "2000.00"),  # days beyond those paid are not known
    ],
)
def test_a_substitute_cars_days_follow_rate_and_limit(tried: Rates, becomes: str) -> None:
    line = LineFacts(1, "substitute", "CAR", Decimal(10), Decimal("2000.00"))
    paid_out = LineFacts(2, "substitute", "TRANSPORT", Decimal(1), Decimal("300.00"))
    found = reprice(replace(FACTS, lines=(line, paid_out)), Rates(), tried)
    assert [str(one.applied) for one in found.lines] == [becomes, "300.00"]


def test_rates_are_tried_against_those_that_priced_the_work() -> None:
    """Completed at 10 %, submitted under a book of 12 %, tried at 15 %: nothing was lowered."""
    priced = replace(FACTS, lines=(PUMP, LineFacts(3, "handling", "HANDLING", Decimal(1), Decimal("38.00"))))
    then = replace(AUTOMATIC, rates=Rates(handling=Decimal("0.12")))
    tried = replace(AUTOMATIC, rates=Rates(handling=Decimal("0.15")))
    found = replay(content(priced, then), then, tried, Rates())
    assert (str(found.amount_before), str(found.amount_after)) == ("418.00", "437.00")  # 380.00 × 0.15 = 57.00


def test_who_signs_and_who_decides_is_tried_too() -> None:
    strict = replace(AUTOMATIC, routing=Routing(four_eyes_above=Decimal(700)))
    found = replay(content(FACTS, AUTOMATIC), AUTOMATIC, strict, Rates())
    assert (found.before, found.after, found.changed) == ("approved", "four_eyes", True)
    low = replace(AUTOMATIC, routing=Routing(level_two_above=((0, Decimal(1)), (3, Decimal(1)))))
    moved = replay(content(TOO_MUCH, AUTOMATIC), AUTOMATIC, low, Rates())
    assert (moved.before, moved.after, moved.changed) == ("level_one", "level_two", True)


@pytest.mark.parametrize(
    ("rules", "decided", "audited", "same"),
    [
        (AUTOMATIC, "approve", "711.00", True),
        (AUTOMATIC, "approve", "710.99", False),  # the portal approved another amount
        (AUTOMATIC, None, None, False),  # it decided nothing, and should have
        (AUTOMATIC, "refuse", "0.00", False),
        (FIRST_BOOK, None, None, True),
        (FIRST_BOOK, "approve", "711.00", False),  # a book that decides nothing by itself
        (replace(AUTOMATIC, routing=Routing(four_eyes_above=Decimal(700))), None, None, True),
        (replace(AUTOMATIC, routing=Routing(four_eyes_above=Decimal(700))), "approve", "711.00", False),
    ],
)
def test_the_portals_own_decision_is_proved(
    rules: RuleBook, decided: str | None, audited: str | None, *, same: bool
) -> None:
    found = prove(content(FACTS, rules), rules, decided, None if audited is None else Decimal(audited))
    assert found.changed is not same


def test_what_was_decided_before_a_check_came_is_proved_without_it() -> None:
    given = facts(lines=(LABOUR, LineFacts(9, "sublet", "", Decimal(1), Decimal("50.00"))))
    kept = {**content(facts(lines=(LABOUR,))), "facts": content(given)["facts"], "generation": 1}
    assert not prove(kept, AUTOMATIC, "approve", Decimal("350.00")).changed
    assert prove({**kept, "generation": GENERATION}, AUTOMATIC, "approve", Decimal("350.00")).changed
    assert {check.id for check in CHECKS} - {check.id for check in checks_of(1)} >= {"sublet_unproved", "pdi_used"}


def test_two_people_are_foreseen_before_submission() -> None:
    found = verdict((), Decimal("711.00"), replace(AUTOMATIC, routing=Routing(four_eyes_above=Decimal(700))))
    assert (found.forecast, found.second_person, found.at_risk) == ("person", True, Decimal("711.00"))


def test_every_check_has_a_place_in_the_book_and_its_own_hardness() -> None:
    for check in CHECKS:
        setting = FIRST_BOOK.setting(check)
        assert (setting.active, setting.severity, setting.outcome) == (True, check.severity, check.outcome)
    assert len(CHECK_BY_ID) == len(CHECKS)
