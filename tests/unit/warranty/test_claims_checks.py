"""Every check against a table of cases; what is expected is written from the rule's text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warranty.authorisations.rules import Authorisation
from warranty.claims.rules.checks import CHECK_BY_ID, CHECKS, Finding, Outcome, Severity, run
from warranty.claims.rules.checks.standing import CLAIM_TYPES
from warranty.claims.rules.facts import CampaignFacts, Car, ClaimFacts, LineFacts, OtherClaim, Reading, Station, Visit
from warranty.claims.rules.limits import Limits
from warranty.claims.rules.verdict import verdict
from warranty.claims.words import written
from warranty.coverage.rules import facts as coverage_facts
from warranty.coverage.rules.decide import coverage
from warranty.coverage.rules.facts import (
    Contract,
    Facts,
    Grant,
    Length,
    PartTerm,
    Question,
    Replaced,
    Until,
)
from warranty.guarantee.rules.facts import Certificate, Sale, Term
from warranty.guarantee.rules.orders import ORDERS

DAY = date(2026, 11, 20)
SALE = Sale(date(2025, 3, 1), date(2025, 3, 3), Decimal(100_000))
COVERED = Facts(
    coverage_facts.Car("M001", "S", "passenger_car", "household", SALE), ORDERS,
    Certificate(Term(24, 50_000), Term(36, 60_000), Decimal("0.005"), {}),
)  # fmt: skip
TAXI = replace(COVERED, car=replace(COVERED.car, use="rental"))
UNSOLD = replace(COVERED, car=replace(COVERED.car, sale=None))
CONTRACT = Contract("YB-1", "Plus", date(2028, 3, 4), Until(date(2030, 3, 3), 120_000))
GRANT = Grant("GW-1", date(2026, 1, 1), Until(date(2029, 1, 1), None), (80, 0, 20), "engine")
PUT_IN = Replaced("W-PUMP", date(2028, 2, 1), 50_000)
YEAR = PartTerm(1, date(2020, 1, 1), Length(12, 20_000))
CAR = Car("LSVAM4180R2000001", True, "M001", SALE.delivery_date)
VISIT = Visit("general", "completed", DAY - timedelta(days=1), DAY - timedelta(days=1), 9_000)
LABOUR = LineFacts(1, "labour", "L1001", Decimal("2.5"), Decimal("300.00"))
PUMP = LineFacts(2, "part", "W-PUMP", Decimal(1), Decimal("380.00"), causal=True, per_vehicle=Decimal(1))
SEAL = LineFacts(3, "part", "W-SEAL", Decimal(2), Decimal("31.00"), per_vehicle=Decimal(4))
DONE_HERE = CampaignFacts("RC-1", state="done", done_on=DAY, by_this_visit=True)
FACTS = ClaimFacts(
    today=DAY, type="repair", concern="漏水", cause="密封失效", correction="更换", component="engine",
    causal_part="W-PUMP", car=CAR, station=Station("open", 3), visit=VISIT, lines=(LABOUR, PUMP, SEAL),
    limits=Limits(),
)  # fmt: skip


#: What headquarters passed for this car and station, and a claim that names it.
PASSED = Authorisation("PA-1", "passed", 0, 0, Decimal("1000.00"), Decimal("289.00"), VISIT.received_on)
NAMED = {"pre_authorisation": "PA-1", "authorisation": PASSED}


def named(**changes: Any) -> dict[str, Any]:
    """Return changes that let the clean claim (711.00) name an authorisation with some changes."""
    return {**NAMED, "authorisation": replace(PASSED, **changes)}


def facts(**changes: Any) -> ClaimFacts:
    """Return the clean facts with some changed; ``visit__…``, ``car__…`` and ``station__…`` go inside.

    ``covered`` is what may cover the car; the answer is that of coverage's own rules.
    """
    covered = changes.pop("covered", COVERED)
    outer = {key: value for key, value in changes.items() if "__" not in key}
    result = replace(FACTS, **outer)
    for part in ("visit", "car", "station"):
        inner = {key.split("__")[1]: value for key, value in changes.items() if key.startswith(f"{part}__")}
        result = replace(result, **{part: replace(getattr(result, part), **inner)})
    if covered is None:
        return result
    asked = Question(result.component, result.visit.received_on, result.visit.odometer_km, result.causal_part)
    return replace(result, coverage=coverage(asked, covered))


def found(check: str, given_facts: ClaimFacts) -> Finding | None:
    return next((finding for finding in run(given_facts) if finding.check == check), None)


def ago(days: int) -> date:
    """Return a day before the car was received (which was yesterday)."""
    return VISIT.received_on - timedelta(days=days)


def test_a_clean_claim_has_no_findings() -> None:
    assert run(FACTS) == ()


#: The day after the car's coverage ended.
LATE: dict[str, Any] = {"visit__received_on": date(2028, 3, 4), "today": date(2028, 3, 5)}
CASES: list[tuple[str, dict[str, Any], bool]] = [
    # a car at orange or worse needs a pre-authorisation, and then a person
    ("watch_unauthorised", {"car__watch_level": "yellow"}, False),
    ("watch_unauthorised", {"car__watch_level": "orange"}, True),
    ("watch_unauthorised", {"car__watch_level": "entitled", "pre_authorisation": "  "}, True),
    ("watch_unauthorised", {"car__watch_level": "red", "pre_authorisation": "PA-1"}, True),
    ("watch_unauthorised", {"car__watch_level": "red", **NAMED}, False),
    ("watch_unauthorised", {"car__watch_level": "red", **named(state="submitted", granted=None)}, True),
    ("watch_unauthorised", {"car__watch_level": "red", **named(used=Decimal(1000))}, False),  # passed, but used up
    ("watch_unauthorised", {"car__watch_level": "red", "type": "goodwill"}, False),
    ("watch_authorised", {"car__watch_level": "red", **NAMED}, True),
    ("watch_authorised", {"car__watch_level": "red", "pre_authorisation": "PA-1"}, False),
    ("watch_authorised", {"car__watch_level": "red"}, False),
    ("watch_authorised", {"car__watch_level": "green", **NAMED}, False),
    # a pre-authorisation that a claim names is the station's, of the car, passed, not expired, and not used up
    ("authorisation_unknown", {"pre_authorisation": "PA-1"}, True),
    ("authorisation_unknown", {"pre_authorisation": "  "}, False),
    ("authorisation_unknown", named(dealer_id=9), True),
    ("authorisation_unknown", NAMED, False),
    ("authorisation_other_car", named(vehicle_id=9), True),
    ("authorisation_other_car", NAMED, False),
    ("authorisation_not_passed", named(state="returned", granted=None), True),
    ("authorisation_not_passed", named(state="refused", granted=None), True),
    ("authorisation_not_passed", NAMED, False),
    ("authorisation_withdrawn", named(state="withdrawn"), True),
    ("authorisation_withdrawn", {**named(state="withdrawn"), "with_headquarters": True}, False),
    ("authorisation_expired", named(valid_until=ago(1)), True),
    ("authorisation_expired", NAMED, False),  # received on the last day
    ("authorisation_exceeded", NAMED, False),  # 711.00 of 711.00 that are left
    ("authorisation_exceeded", named(used=Decimal("289.01")), True),
    # above 20,000 yuan one is needed
    ("authorisation_needed", {"lines": (replace(PUMP, applied=Decimal("20000.00")),)}, False),
    ("authorisation_needed", {"lines": (replace(PUMP, applied=Decimal("20000.01")),)}, True),
    ("authorisation_needed", {"lines": (replace(PUMP, applied=Decimal("20000.01")),), **NAMED}, False),
    # the three C must each say something
    ("three_c_missing", {"concern": ""}, True),
    ("three_c_missing", {"cause": "  "}, True),
    ("three_c_missing", {"correction": "\n"}, True),
    ("three_c_missing", {"correction": "。"}, False),
    # VIN or model unknown
    ("vehicle_unknown", {"car__known": False}, True),
    ("vehicle_unknown", {"car__model": None}, True),
    # odometer lower than before
    ("odometer_lower", {"readings": (Reading(ago(30), 9_001),)}, True),
    ("odometer_lower", {"readings": (Reading(ago(30), 9_000),)}, False),
    ("odometer_lower", {"readings": (Reading(ago(30), 9_001),), "visit__meter_replaced": True}, False),
    ("odometer_lower", {"readings": (Reading(ago(60), 90_000), Reading(ago(30), 10, replaced=True))}, False),
    ("odometer_lower", {"readings": (Reading(ago(60), 10, replaced=True), Reading(ago(30), 9_500))}, True),
    ("odometer_lower", {"readings": (Reading(ago(90), 9_500), Reading(ago(60), 8_000))}, True),
    ("odometer_lower", {"readings": (Reading(ago(-1), 9_500),)}, False),  # a later reading is not "before"
    # more than 1,500 km a day, both days counted
    ("odometer_implausible", {"readings": (Reading(ago(1), 6_000),)}, False),
    ("odometer_implausible", {"readings": (Reading(ago(1), 5_999),)}, True),
    ("odometer_implausible", {"readings": (Reading(ago(0), 7_500),)}, False),
    ("odometer_implausible", {"readings": (Reading(ago(0), 7_499),)}, True),
    ("odometer_implausible", {"readings": (Reading(ago(0), 0),), "visit__meter_replaced": True}, False),
    # same vehicle, same part, same day, another claim
    ("duplicate", {"others": (OtherClaim(ago(0), "W-PUMP", "engine"),)}, True),
    ("duplicate", {"others": (OtherClaim(ago(0), "W-PUMP", "engine", same_visit=True),)}, True),
    ("duplicate", {"others": (OtherClaim(ago(0), "W-SEAL", "engine"),)}, False),
    ("duplicate", {"others": (OtherClaim(ago(1), "W-PUMP", "engine"),)}, False),
    ("duplicate", {"others": (OtherClaim(ago(0), None, "engine"),), "causal_part": None}, False),
    # the type of claim goes with the type of order
    ("wrong_type", {"type": "pdi"}, True),
    ("wrong_type", {"type": "goodwill"}, False),
    ("wrong_type", {"type": "first_service", "visit__type": "maintenance"}, False),
    ("wrong_type", {"type": "repair", "visit__type": "pdi"}, True),
    ("wrong_type", {"type": "campaign", "visit__type": "campaign"}, False),
    ("wrong_type", {"type": "repair", "visit__type": "unheard-of"}, True),
    # quantity above what the vehicle has, over all lines
    ("quantity_above_car", {"lines": (PUMP, replace(SEAL, quantity=Decimal(4)))}, False),
    ("quantity_above_car", {"lines": (PUMP, replace(SEAL, quantity=Decimal("4.01")))}, True),
    ("quantity_above_car", {"lines": (PUMP, SEAL, replace(SEAL, position=4, quantity=Decimal(3)))}, True),
    ("quantity_above_car", {"lines": (PUMP, replace(SEAL, quantity=Decimal(99), per_vehicle=None))}, False),
    # exactly one causal part among parts; none needed without parts
    ("causal_part", {"lines": (LABOUR, SEAL)}, True),
    ("causal_part", {"lines": (PUMP, replace(SEAL, causal=True))}, True),
    ("causal_part", {"lines": (LABOUR,)}, False),
    # a labour operation of the catalogue and of the model
    ("part_not_for_model", {"lines": (LABOUR, replace(PUMP, fits=False))}, True),
    ("part_not_for_model", {"lines": (LABOUR, PUMP)}, False),
    ("part_not_for_model", {"lines": (LABOUR, replace(PUMP, fits=False, known=False))}, False),  # another fault
    ("part_not_for_model", {"lines": (replace(LABOUR, fits=False), PUMP)}, False),
    ("labour_not_for_model", {"lines": (replace(LABOUR, known=False, fits=False),)}, True),
    ("labour_not_for_model", {"lines": (replace(LABOUR, fits=False),)}, True),
    ("part_not_priced", {"lines": (replace(PUMP, known=False),)}, True),
    ("part_not_priced", {"lines": (replace(PUMP, priced=False),)}, True),
    # coverage ends by date or kilometres, whichever comes first: 2025-03-03 + 36 months = 2028-03-03
    ("coverage_ended", {"visit__received_on": date(2028, 3, 3), "today": date(2028, 3, 4)}, False),
    ("coverage_ended", LATE, True),
    ("coverage_ended", {"visit__odometer_km": 60_000}, False),
    ("coverage_ended", {"visit__odometer_km": 60_001}, True),
    ("coverage_ended", {**LATE, "covered": None}, False),  # an unknown model is another fault
    ("coverage_ended", {**LATE, "type": "out_call"}, True),
    ("coverage_ended", {**LATE, "type": "goodwill"}, False),
    ("coverage_ended", {**LATE, "type": "campaign"}, False),
    ("coverage_ended", {"visit__received_on": date(2025, 3, 2)}, True),  # not begun
    ("coverage_ended", {"visit__received_on": date(2025, 3, 2), "visit__type": "pre_sale"}, False),
    ("coverage_ended", {**LATE, "covered": replace(COVERED, contracts=(CONTRACT,))}, False),
    ("coverage_ended", {**LATE, "covered": replace(COVERED, grants=(GRANT,))}, True),  # has its own type
    ("coverage_ended", {**LATE, "covered": replace(COVERED, replaced=(PUT_IN,), part_terms=(YEAR,))}, False),
    ("coverage_ended", {**LATE, "type": "part_warranty"}, True),
    ("coverage_ended", {"type": "part_warranty", "covered": TAXI}, True),
    ("coverage_ended", {"type": "repair", "covered": TAXI}, False),  # nothing ended: nothing is defined
    ("coverage_ended", {"car__begins": None, "covered": UNSOLD}, False),
    # neither law nor policy nor contract
    ("no_coverage", {"covered": TAXI}, True),
    ("no_coverage", {"covered": TAXI, "type": "part_warranty"}, False),
    ("no_coverage", {"covered": TAXI, "type": "goodwill"}, False),
    ("no_coverage", {"covered": TAXI, "visit__type": "pre_sale"}, False),
    ("no_coverage", {"covered": replace(TAXI, contracts=(CONTRACT,))}, False),
    ("no_coverage", {"covered": UNSOLD, "car__begins": None}, False),
    ("no_coverage", LATE, False),
    ("no_coverage", {"covered": None}, False),
    # goodwill rests on a grant
    ("goodwill_not_granted", {"type": "goodwill"}, True),
    ("goodwill_not_granted", {"type": "goodwill", "covered": replace(COVERED, grants=(GRANT,))}, False),
    (
        "goodwill_not_granted",
        {"type": "goodwill", "covered": replace(COVERED, grants=(GRANT,)), "component": "body"},
        True,
    ),
    ("goodwill_not_granted", {"type": "goodwill", "covered": None}, False),
    ("goodwill_not_granted", {"type": "repair"}, False),
    # a campaign is paid at whatever age of the car, sold or not
    ("coverage_ended", {"type": "campaign", "visit__odometer_km": 200_000}, False),
    ("sale_unknown", {"car__begins": None, "visit__type": "campaign"}, False),
    ("campaign_not_open", {}, False),
    ("campaign_not_open", {"type": "campaign"}, True),
    ("campaign_not_open", {"type": "campaign", "campaign": CampaignFacts("RC-1")}, True),
    ("campaign_not_open", {"type": "campaign", "campaign": CampaignFacts("RC-1", open=True)}, True),
    ("campaign_not_open", {"type": "campaign", "campaign": CampaignFacts("RC-1", open=False, state="due")}, True),
    ("campaign_not_open", {"type": "campaign", "campaign": CampaignFacts("RC-1", open=True, state="exempt")}, True),
    ("campaign_not_open", {"type": "campaign", "campaign": CampaignFacts("RC-1", open=True, state="due")}, False),
    ("campaign_not_open", {"type": "campaign", "campaign": CampaignFacts("RC-1", state="done")}, False),
    ("campaign_done_before", {"type": "campaign", "campaign": CampaignFacts("RC-1", open=True, state="due")}, False),
    ("campaign_done_before", {"type": "campaign", "campaign": DONE_HERE}, False),
    ("campaign_done_before", {"type": "campaign", "campaign": replace(DONE_HERE, by_this_visit=False)}, True),
    ("campaign_done_before", {"type": "repair", "campaign": replace(DONE_HERE, by_this_visit=False)}, False),
    ("sale_unknown", {"car__begins": None}, True),
    ("sale_unknown", {"car__begins": None, "visit__type": "pdi"}, False),
    # submitted more than 30 days after completion
    ("submitted_too_late", {"today": DAY + timedelta(days=60), "first_submitted": DAY}, False),  # in time at first
    ("submitted_too_late", {"today": DAY + timedelta(days=60), "first_submitted": DAY + timedelta(days=30)}, True),
    ("submitted_too_late", {"visit__completed_on": DAY - timedelta(days=30)}, False),
    ("submitted_too_late", {"visit__completed_on": DAY - timedelta(days=31)}, True),
    (
        "submitted_too_late",
        {"visit__completed_on": DAY - timedelta(days=31), "limits": Limits(submit_within_days=31)},
        False,
    ),
    ("submitted_too_late", {"visit__completed_on": None}, False),
    ("station_not_open", {"station__state": "suspended"}, True),
    ("station_not_open", {"station__state": "closed"}, True),
    ("order_not_completed", {"visit__state": "open"}, True),
    ("order_not_completed", {"visit__state": "cancelled"}, True),
    # a repeat inside 30 days, of the part or the component, in another visit
    ("repeat_repair", {"others": (OtherClaim(ago(30), "W-PUMP", "other"),)}, True),
    ("repeat_repair", {"others": (OtherClaim(ago(31), "W-PUMP", "other"),)}, False),
    ("repeat_repair", {"others": (OtherClaim(ago(5), None, "engine"),)}, True),
    ("repeat_repair", {"others": (OtherClaim(ago(5), None, "body"),)}, False),
    ("repeat_repair", {"others": (OtherClaim(ago(5), None, "other"),), "component": "other"}, False),
    ("repeat_repair", {"others": (OtherClaim(ago(5), "W-PUMP", "engine", same_visit=True),)}, False),
    # above the limit of the grade: three stars 5,000.00; ungraded 2,000.00
    ("amount_above_limit", {"lines": (replace(LABOUR, applied=Decimal("5000.00")),)}, False),
    ("amount_above_limit", {"lines": (replace(LABOUR, applied=Decimal("5000.01")),)}, True),
    ("amount_above_limit", {"lines": (replace(LABOUR, applied=Decimal("2000.01")),), "station__grade": None}, True),
    ("amount_above_limit", {"lines": (replace(LABOUR, applied=Decimal("12000.00")),), "station__grade": 5}, False),
    ("nothing_claimed", {"lines": (replace(LABOUR, applied=Decimal(0)),)}, True),
    ("photo_used_before", {"photos_used_before": ("RO-1",)}, True),
]


@pytest.mark.parametrize(("check", "changes", "hit"), CASES)
def test_the_table(check: str, changes: dict[str, Any], hit: bool) -> None:  # noqa: FBT001
    assert (found(check, facts(**changes)) is not None) is hit


def test_the_registry_holds_each_check_once_with_all_it_needs() -> None:
    assert len(CHECK_BY_ID) == len(CHECKS)
    assert len({check.reason_code for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.title
        assert check.message
        assert check.mend
        assert check.test.__doc__


@pytest.mark.parametrize(("check", "changes", "hit"), [case for case in CASES if case[2]])
def test_the_message_can_be_worded_from_the_figures(check: str, changes: dict[str, Any], hit: bool) -> None:  # noqa: FBT001
    finding = found(check, facts(**changes))
    assert finding is not None
    assert "%(" not in CHECK_BY_ID[check].message % finding.figures
    assert Finding.from_json(finding.as_json()) == finding


def test_outcomes_and_severities_of_the_trade() -> None:
    outcome = {check.id: (check.severity, check.outcome) for check in CHECKS}
    for check in ("submitted_too_late", "station_not_open"):
        assert outcome[check] == (Severity.ERROR, Outcome.REFUSE)
    for check in (
        "three_c_missing",
        "vehicle_unknown",
        "odometer_lower",
        "duplicate",
        "wrong_type",
        "quantity_above_car",
        "labour_not_for_model",
        "campaign_not_open",
        "campaign_done_before",
    ):
        assert outcome[check] == (Severity.ERROR, Outcome.RETURN)
    assert outcome["no_coverage"] == (Severity.ERROR, Outcome.RETURN)
    for check in ("coverage_ended", "goodwill_not_granted", "amount_above_limit", "repeat_repair", "photo_used_before"):
        assert outcome[check] == (Severity.WARNING, Outcome.PERSON)


def test_the_end_of_coverage_names_its_source_in_both_languages() -> None:
    late = found("coverage_ended", facts(**LATE))
    assert late is not None
    assert late.figures == {
        "source": "Three-guarantees order of 2021, repair period",
        "source_zh": "家用汽车产品修理更换退货责任规定（2021）的包修期", "why": "Ended on 2028-03-03.",
        "why_zh": "已于2028-03-03到期。", "until": "2028-03-03", "received": "2028-03-04", "odometer": 9_000,
    }  # fmt: skip


def test_figures_say_what_was_read() -> None:
    late = found("submitted_too_late", facts(visit__completed_on=date(2026, 10, 1)))
    assert late is not None
    assert late.figures == {"completed": "2026-10-01", "last": "2026-10-31", "days": 30}
    low = found("odometer_lower", facts(readings=(Reading(date(2026, 9, 1), 12_000),)))
    assert low is not None
    assert low.figures == {"km": 9_000, "before": 12_000, "day": "2026-09-01"}


def test_the_field_is_where_it_is_mended() -> None:
    both = found("three_c_missing", facts(cause="", correction=""))
    assert both is not None
    assert (both.field, both.figures["missing"]) == ("cause", 2)
    too_many = found("quantity_above_car", facts(lines=(PUMP, replace(SEAL, quantity=Decimal(5)))))
    assert too_many is not None
    assert too_many.field == "order:line-3"


def test_errors_come_before_warnings_and_the_verdict_follows() -> None:
    findings = run(facts(photos_used_before=("RO-1",), concern=""))
    assert [finding.blocks for finding in findings] == [True, False]
    assert verdict(findings, Decimal("711.00")).forecast == "blocked"
    assert verdict(findings[1:], Decimal("711.00")).forecast == "person"
    assert verdict(findings, Decimal("711.00")).at_risk == Decimal("711.00")
    clean = verdict((), Decimal("711.00"))
    assert (clean.forecast, clean.at_risk) == ("clean", Decimal("0.00"))


def test_every_order_type_of_the_counter_leads_to_a_claim_type() -> None:
    assert set(CLAIM_TYPES) == {"general", "maintenance", "out_call", "pre_sale", "pdi", "campaign", "part_warranty"}


@given(st.integers(0, 200_000), st.lists(st.tuples(st.integers(0, 900), st.integers(0, 200_000)), max_size=5))
def test_the_same_facts_always_give_the_same_findings(km: int, readings: list[tuple[int, int]]) -> None:
    some = facts(visit__odometer_km=km, readings=tuple(Reading(ago(days), value) for days, value in readings))
    assert run(some) == run(some)
    if any(value > km for _days, value in readings):
        assert found("odometer_lower", some) is not None


def test_days_and_times_of_the_watch_are_no_money() -> None:
    """A hit's figures go through `words.written`, which writes amounts with two places."""
    facts = replace(FACTS, car=replace(CAR, watch_level="orange", watch_value=26, watch_limit=30))
    (found,) = [one for one in run(facts) if one.check == "watch_unauthorised"]
    assert CHECK_BY_ID[found.check].message % written(found.figures) == (
        "The car is close to or beyond a line of the three-guarantees law (26 of 30)."
    )
