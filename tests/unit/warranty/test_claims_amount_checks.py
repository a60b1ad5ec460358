"""How much is claimed and of what kind: a table of cases, written from the rules' texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.warranty.test_claims_checks import CASES as OTHER_CASES
from tests.unit.warranty.test_claims_checks import LABOUR, PUMP, SEAL, facts, found
from warranty.claims.rules.checks import CHECK_BY_ID, CHECKS, Outcome, Severity
from warranty.claims.rules.facts import CampaignFacts, GoodwillFacts, LineFacts, OtherClaim

FIRST = {"type": "first_service", "visit__type": "maintenance", "visit__received_on": date(2025, 6, 1),
         "visit__odometer_km": 5_000}  # fmt: skip
SERVICED = OtherClaim(date(2025, 5, 1), None, "other", type="first_service")
GIVEN_OUT = LineFacts(5, "sublet", "12345678", Decimal(1), Decimal("860.50"))
PDI = {"type": "pdi", "visit__type": "pdi", "visit__received_on": date(2025, 3, 2)}
INSPECTED = OtherClaim(date(2025, 2, 20), None, "other", type="pdi")
RECALL = {"type": "campaign", "visit__type": "campaign", "lines": (LABOUR, PUMP)}
CALLED = CampaignFacts("RC-1", open=True, state="due", operation="L1001", part="W-PUMP")
GRANTED = GoodwillFacts("GW-1", 50)
GIVEN = {"type": "goodwill", "goodwill": GRANTED}
HALVED = tuple(replace(line, full=line.applied, applied=line.applied / 2) for line in (LABOUR, PUMP, SEAL))
CASES: list[tuple[str, dict[str, Any], bool]] = [
    # work has to do with what failed
    ("labour_not_for_failure", {"lines": (replace(LABOUR, component="body"), PUMP)}, True),
    ("labour_not_for_failure", {"lines": (replace(LABOUR, component="engine"), PUMP)}, False),
    ("labour_not_for_failure", {"lines": (replace(LABOUR, component="other"), PUMP)}, False),
    (
        "labour_not_for_failure",
        {"lines": (replace(LABOUR, component="body"), replace(LABOUR, position=9, component="engine"))},
        False,
    ),
    ("labour_not_for_failure", {"lines": (replace(LABOUR, component="body"),), "component": "other"}, False),
    ("labour_not_for_failure", {"lines": (replace(LABOUR, component="body"),), "type": "campaign"}, False),
    ("labour_not_for_failure", {"lines": (replace(LABOUR, component="body", known=False),)}, False),  # another fault
    ("labour_not_for_failure", {"lines": (PUMP,)}, False),
    # the free first service: six months (to 2025-09-03) or 7,500 km, once
    ("first_service_over", {**FIRST, "visit__received_on": date(2025, 9, 3)}, False),
    ("first_service_over", {**FIRST, "visit__received_on": date(2025, 9, 4)}, True),
    ("first_service_over", {**FIRST, "visit__odometer_km": 7_500}, False),
    ("first_service_over", {**FIRST, "visit__odometer_km": 7_501}, True),
    ("first_service_over", {**FIRST, "type": "repair", "visit__odometer_km": 7_501}, False),
    ("first_service_over", {**FIRST, "car__begins": None, "visit__odometer_km": 7_501}, False),
    ("first_service_used", {**FIRST, "others": (SERVICED,)}, True),
    ("first_service_used", {**FIRST, "others": (replace(SERVICED, type="repair"),)}, False),
    ("first_service_used", {**FIRST, "others": (replace(SERVICED, same_visit=True),)}, False),
    ("first_service_used", {"others": (SERVICED,)}, False),
    # more hours or parts than a person need not see; the limit itself is within
    ("hours_above_limit", {"lines": (replace(LABOUR, quantity=Decimal(20)),)}, False),
    ("hours_above_limit", {"lines": (replace(LABOUR, quantity=Decimal("20.01")),)}, True),
    (
        "hours_above_limit",
        {"lines": (replace(LABOUR, quantity=Decimal(12)), replace(LABOUR, position=2, quantity=Decimal(9)))},
        True,
    ),
    ("parts_above_limit", {"lines": tuple(replace(SEAL, position=n) for n in range(12))}, False),
    ("parts_above_limit", {"lines": tuple(replace(SEAL, position=n) for n in range(13))}, True),
    # a car is inspected once, before it is delivered (2025-03-03); a claim that was refused paid nothing
    ("pdi_used", {**PDI, "others": (INSPECTED,)}, True),
    ("pdi_used", {**PDI, "others": (replace(INSPECTED, refused=True),)}, False),
    ("pdi_used", {**PDI, "others": (replace(INSPECTED, same_visit=True),)}, False),
    ("pdi_used", {**PDI, "others": (SERVICED,)}, False),
    ("pdi_used", {"others": (INSPECTED,)}, False),
    ("pdi_after_sale", {**PDI, "visit__received_on": date(2025, 3, 3)}, False),
    ("pdi_after_sale", {**PDI, "visit__received_on": date(2025, 3, 4)}, True),
    ("pdi_after_sale", {**PDI, "car__begins": None, "visit__received_on": date(2025, 3, 4)}, False),
    ("pdi_after_sale", {"visit__received_on": date(2025, 3, 4)}, False),
    ("first_service_used", {**FIRST, "others": (replace(SERVICED, refused=True),)}, False),
    # a service pays itself up to the amount of the book; the limit itself is within
    ("service_above_limit", {**FIRST, "lines": (replace(LABOUR, applied=Decimal("600.00")),)}, False),
    ("service_above_limit", {**FIRST, "lines": (replace(LABOUR, applied=Decimal("600.01")),)}, True),
    ("service_above_limit", {**PDI, "lines": (replace(LABOUR, applied=Decimal("400.00")),)}, False),
    ("service_above_limit", {**PDI, "lines": (replace(LABOUR, applied=Decimal("400.01")),)}, True),
    ("service_above_limit", {"lines": (replace(LABOUR, applied=Decimal("600.01")),)}, False),
    # nothing fails within a service
    ("failure_in_service", {**FIRST, "lines": (LABOUR, PUMP)}, True),
    ("failure_in_service", {**PDI, "lines": (LABOUR, PUMP)}, True),
    ("failure_in_service", {**FIRST, "lines": (LABOUR, replace(PUMP, causal=False))}, False),
    ("failure_in_service", {"lines": (LABOUR, PUMP)}, False),
    # a campaign pays its own work and part
    ("campaign_other_work", {**RECALL, "campaign": CALLED}, False),
    ("campaign_other_work", {**RECALL, "campaign": replace(CALLED, operation="L2000")}, True),
    ("campaign_other_work", {**RECALL, "campaign": replace(CALLED, part="W-SEAL")}, True),
    ("campaign_other_work", {**RECALL, "campaign": replace(CALLED, operation=None, part=None)}, False),
    ("campaign_other_work", {**RECALL, "campaign": None}, False),
    ("campaign_other_work", {"campaign": replace(CALLED, part="W-SEAL")}, False),
    # of goodwill headquarters bears its share, line by line: 711.00 at 50 % is 150.00 + 190.00 + 15.50
    ("goodwill_above_share", {**GIVEN, "lines": HALVED}, False),
    ("goodwill_above_share", {**GIVEN, "lines": (*HALVED[:2], replace(HALVED[2], applied=Decimal("15.51")))}, True),
    ("goodwill_above_share", {**GIVEN, "goodwill": None}, False),
    ("goodwill_above_share", {"goodwill": GRANTED}, False),
    ("goodwill_elsewhere", {**GIVEN, "goodwill": replace(GRANTED, station_id=7), "dealer_id": 7}, False),
    ("goodwill_elsewhere", {**GIVEN, "goodwill": replace(GRANTED, station_id=7), "dealer_id": 8}, True),
    ("goodwill_elsewhere", {**GIVEN, "dealer_id": 8}, False),
    # sublet work is paid by an invoice, and an invoice once
    ("sublet_unproved", {"lines": (LABOUR, GIVEN_OUT)}, False),
    ("sublet_unproved", {"lines": (LABOUR, replace(GIVEN_OUT, code=" "))}, True),
    ("sublet_unproved", {"lines": (replace(LABOUR, code=""),)}, False),
    ("sublet_twice", {"lines": (GIVEN_OUT,)}, False),
    ("sublet_twice", {"lines": (replace(GIVEN_OUT, invoice_used=True),)}, True),
    ("sublet_twice", {"lines": (GIVEN_OUT, replace(GIVEN_OUT, position=6))}, True),
    ("sublet_twice", {"lines": (GIVEN_OUT, replace(GIVEN_OUT, position=6, code="87654321"))}, False),
    ("sublet_twice", {"lines": (replace(GIVEN_OUT, code=""), replace(GIVEN_OUT, position=6, code=""))}, False),
]


@pytest.mark.parametrize(("check", "changes", "hit"), CASES)
def test_each_check_finds_what_its_text_says(*, check: str, changes: dict[str, Any], hit: bool) -> None:
    assert (found(check, facts(**changes)) is not None) is hit


def test_the_free_service_is_refused_and_much_goes_to_a_person() -> None:
    made = {check: (one.severity, one.outcome) for check, one in CHECK_BY_ID.items()}
    assert made["first_service_over"] == made["first_service_used"] == (Severity.ERROR, Outcome.REFUSE)
    assert made["labour_not_for_failure"] == (Severity.ERROR, Outcome.RETURN)
    assert made["hours_above_limit"] == made["parts_above_limit"] == (Severity.WARNING, Outcome.PERSON)


def test_every_check_is_hit_somewhere_in_the_tables() -> None:
    assert {check for check, _changes, hit in (*CASES, *OTHER_CASES) if hit} == {check.id for check in CHECKS}
    assert len(CASES) + len(OTHER_CASES) >= 120
