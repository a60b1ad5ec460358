"""Where on the repair order a finding is mended."""

from __future__ import annotations

import pytest

from warranty.claims.rules.checks import CHECKS
from warranty.claims.rules.places import ANCHORS, Coded, anchor, needs_lines, on_order
from warranty.claims.words import FIELDS, ORDER_PLACES

CLAIMED = [
    Coded("labour", "L1001", 1), Coded("part", "W-PUMP", 2), Coded("part", "W-SEAL", 3), Coded("part", "W-SEAL", 4),
    Coded("handling", "HANDLING", 5), Coded("sublet", "26312", 6),
]  # fmt: skip
ORDERED = [
    Coded("labour", "L1001", 71), Coded("part", "W-PUMP", 81), Coded("part", "W-SEAL", 82), Coded("part", "W-SEAL", 83),
    Coded("sublet", "26312", 91),
]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("order", ""),
        ("order:odometer", "odometer_km"),
        ("order:photos", "photos"),
        ("order:causal", "job-7-causal"),
        ("order:component", "job-7-component"),
        ("order:work", "job-7-add_labour"),
        ("order:line-1", "labour-71-hours"),
        ("order:line-2", "part-81-quantity"),
        ("order:line-3", "part-82-quantity"),
        ("order:line-4", "part-83-quantity"),  # the second of two alike
        ("order:line-5", "job-7-add_labour"),  # a fee stands on no order
        ("order:line-6", "sublet-91-invoice_no"),
        ("order:line-99", "job-7-add_labour"),
    ],
)
def test_a_field_of_the_order_has_its_anchor(field: str, expected: str) -> None:
    assert on_order(field)
    assert anchor(field, 7, CLAIMED, ORDERED) == expected


def test_a_line_that_left_the_order_leads_to_the_work_of_its_job() -> None:
    assert anchor("order:line-2", 7, CLAIMED, ()) == "job-7-add_labour"


def test_every_check_is_mended_somewhere_that_has_words() -> None:
    for check in CHECKS:
        if on_order(check.field):
            name = check.field.removeprefix("order:")
            assert name == "order" or name in ANCHORS, check.id
            assert name in ORDER_PLACES, check.id
        else:
            assert check.field in FIELDS or check.field == "lines", check.id


def test_lines_are_read_only_where_a_line_is_meant() -> None:
    assert needs_lines(["type", "order:line-2"])
    assert not needs_lines(["order:odometer", "line-2"])
