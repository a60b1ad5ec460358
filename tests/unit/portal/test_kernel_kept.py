"""Records survive JSON word for word."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from portal.kernel.kept import plain, read


class Words(NamedTuple):
    zh: str
    en: str | None


@dataclass(frozen=True)
class Line:
    day: date | None
    amount: Decimal
    pair: tuple[str, int]


@dataclass(frozen=True)
class Record:
    at: datetime
    words: Words
    lines: tuple[Line, ...]
    last: Line | None
    flag: bool
    later: str = "unknown then"


RECORD = Record(
    datetime(2026, 11, 20, 2, tzinfo=UTC), Words("字", None),
    (Line(date(2026, 1, 31), Decimal("0.10"), ("a", 1)), Line(None, Decimal("-5.00"), ("b", 2))), None, flag=True,
)  # fmt: skip


def test_what_was_kept_is_read_back_the_same() -> None:
    assert read(Record, json.loads(json.dumps(plain(RECORD)))) == RECORD


def test_a_field_that_came_later_has_its_default() -> None:
    kept = plain(RECORD)
    del kept["later"]
    assert read(Record, kept).later == "unknown then"
