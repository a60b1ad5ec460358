"""Failure tracking on paper: the table of a page with bars, and R1000 of the same choice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session

from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from reports.analytics.failure_forms import LIFELONG, read_choice, with_recorded
from reports.analytics.queries.exposure import read_aged
from reports.analytics.queries.failures import DIMENSIONS, recorded_since
from reports.analytics.rules import Thousand
from reports.analytics.tables import CURVE, Line, failure_table, label_of

#: Rows on paper; the workbook holds all.
MOST_LINES = 40


@dataclass(frozen=True)
class FailurePaper:
    """A table of failures as it stood: days, filters (label, value), rows, and R1000 up to the last day."""

    by: str
    first: date
    last: date
    filters: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    count: int
    whole: Line
    most: int
    curve: tuple[Thousand, ...]
    highest: int
    sold_from: date | None
    basis: str | None = None


def shown_at(_session: Session, key: str) -> tuple[str, dict[str, str]]:
    """Return the page of the table that an address asks for."""
    return "analytics.failures", read_choice({**dict(parse_qsl(key)), "across": ""}, date(2000, 1, 1)).whole_query


def build(session: Session, key: str) -> FailurePaper:
    """Load the table that an address asks for; its days must be written in it."""
    args = dict(parse_qsl(key))
    chosen = read_choice({**args, "across": ""}, date(2000, 1, 1))
    if chosen.errors or not {"since", "until"} <= args.keys():
        raise NotFoundError(Fault(N_("This does not exist.")))
    table = failure_table(session, chosen)
    lifelong = with_recorded(read_choice(args, chosen.period.last, lifelong=True), recorded_since(session))
    told = chosen.values.keys() <= set(LIFELONG)  # what R1000 does not look at would be left out of it unsaid
    aged = read_aged(session, lifelong.asked).get("") if told else None
    curve = tuple(aged.at(months) for months in CURVE) if aged else ()
    return FailurePaper(
        chosen.by, chosen.period.first, chosen.period.last,
        tuple((_label(name), label_of(name, value) if name in DIMENSIONS else value)
              for name, value in chosen.narrowed.items()),
        tuple(table.lines[:MOST_LINES]), len(table.lines), table.whole,
        max((line.cell.claims for line in table.lines), default=0), curve,
        max((int(one.rate or 0) for one in curve), default=0), lifelong.built.get("sold_from"),
        table.basis,
    )  # fmt: skip


def _label(name: str) -> str:
    others = {"built_from": N_("Built from"), "built_until": N_("Built until"), "sold_from": N_("Handed over from")}
    return DIMENSIONS[name].label if name in DIMENSIONS else others[name]


def file_name(paper: FailurePaper) -> str:
    """Name the file by what it is about and the last day."""
    return f"failures-{paper.by}-{paper.last.isoformat()}"
