"""Rules about the lists of all rooms, read from what they offer."""

from __future__ import annotations

import re

from flask import Flask

from portal.kernel.listing import Column, ListSpec

#: Labels of columns that hold what people compare character by character: they end so, or are so.
CODES = re.compile(
    r".*\b(no\.|number|code|VIN)$|.*\bno\. of .+|Plate|Box|Claim|Part order|Delivery note|Waybill|Causal part|Station"
    r"|Old part|Repair order|Transfer|Sheet|Document|Bin|Month|Phone"
)
#: A list that has one of these calls a station's name "Station".
STATION_CODES = {"Station code", "Dealer code"}


def columns(app: Flask) -> list[tuple[ListSpec, Column]]:
    return [(spec, column) for spec in app.extensions["house"].lists.values() for column in spec.columns]


def test_a_code_is_written_as_a_code(app: Flask) -> None:
    """Broken at its hyphen or set as an amount, a number is read wrongly."""
    found = [
        f"{spec.key}.{column.key} ({column.label}): {column.kind}"
        for spec, column in columns(app)
        if CODES.fullmatch(column.label) and column.kind != "code"
        if column.label != "Station" or STATION_CODES.isdisjoint(other.label for other in spec.columns)
    ]
    assert found == []


def test_the_way_to_a_row_is_its_code(app: Flask) -> None:
    """But in the audit trail, whose entries have no number of their own."""
    found = [f"{spec.key}.{column.key}" for spec, column in columns(app) if column.link and column.kind != "code"]
    assert found == ["audit.at"]
