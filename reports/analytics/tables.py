"""The tables of failure tracking as pages, workbooks and papers show them: rows with names, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.kernel.i18n import _, locale_key
from reports.analytics.failure_forms import Choice
from reports.analytics.queries.exposure import Aged, cars_at_risk, read_aged
from reports.analytics.queries.failures import DIMENSIONS, NONE, Cell, Pivot, names_of, read_pivot
from reports.analytics.rules import AGES, Thousand, basis, per_car, per_thousand, share
from reports.analytics.words import NOT_RECORDED

#: Dimensions that have an order of their own; others are sorted by their figures.
ORDERED = ("week", "built", "band", "mis", "month")
#: Columns that a table across has on a page; what is beyond them stands under "others".
MOST_COLUMNS = 12
#: Ages of the curve.
CURVE = (1, 2, 3, 6, 9, 12, 18, 24, 30, 36)
NOTHING = Cell()


@dataclass(frozen=True)
class Line:
    """A value with its figures. ``name`` stands beside it; ``cars`` are those that it could befall."""

    key: str
    label: str
    name: str
    cell: Cell
    share: Decimal | None
    cars: int | None
    rate: Decimal | None
    per_car: Decimal | None
    basis: str | None = None


@dataclass(frozen=True)
class Table:
    """Failures by one dimension, or by two: then ``cells`` are by the keys of row and column."""

    lines: list[Line]
    whole: Line
    columns: list[tuple[str, str]]  # key, label
    others: bool
    cells: Mapping[tuple[str, str], Cell]
    sums: Mapping[str, Cell]
    basis: str | None  # which cars claims are held against (`rules.basis`)


@dataclass(frozen=True)
class AgedLine:
    """A value with R1000 at the ages that the trade compares."""

    key: str
    label: str
    name: str
    at3: Thousand
    at12: Thousand
    at36: Thousand


def label_of(key: str, value: str) -> str:
    """Return how a value of a dimension is written in the language in force."""
    words = DIMENSIONS[key].words
    if value == NONE:
        return str(_(NOT_RECORDED))
    return str(_(words[value])) if value in words else value


def _names(session: Session, key: str, values: Iterable[str]) -> dict[str, str]:
    place = 0 if locale_key() == "zh_CN" else 1
    return {code: pair[place] for code, pair in names_of(session, key, values).items()}


def failure_table(session: Session, chosen: Choice) -> Table:
    """Count failures as they are asked for, with the rates that can be told."""
    by, across = chosen.by, chosen.across
    pivot = read_pivot(session, chosen.asked, by, across, cars=not across or chosen.measure == "cars")
    risk = None if across else cars_at_risk(session, chosen.asked, by)
    which = basis({by, *chosen.values})
    names = _names(session, by, pivot.rows)
    keys = _ordered(by, pivot.rows, chosen.measure)
    columns = _ordered(across, pivot.columns, chosen.measure) if across else []
    shown = columns[-MOST_COLUMNS:] if across in ORDERED else columns[:MOST_COLUMNS]
    return Table(
        [
            replace(_line(by, key, names.get(key, ""), pivot.rows[key], pivot.whole, _cars(risk, key)), basis=which)
            for key in keys
        ],
        _line(by, "", "", pivot.whole, pivot.whole, risk if isinstance(risk, int) else _all_cars(by, risk)),
        [(key, label_of(across, key)) for key in shown], len(shown) < len(columns), pivot.cells,
        _sums(pivot, columns), which,
    )  # fmt: skip


def _sums(pivot: Pivot, columns: list[str]) -> dict[str, Cell]:
    return {key: pivot.columns[key] for key in columns}


def _ordered(key: str, cells: Mapping[str, Cell], measure: str) -> list[str]:
    if key == "mis":
        return sorted(cells, key=lambda value: (value == NONE, int(value) if value != NONE else 0))
    if key == "band":
        return sorted(cells, key=lambda value: (value == NONE, int(value.rstrip("+").split("-")[0] or 0)))
    if key in ORDERED:
        return sorted(cells)
    return sorted(cells, key=lambda value: (-getattr(cells[value], measure), value))


def _cars(risk: Mapping[str, int] | int | None, key: str) -> int | None:
    return risk.get(key, 0) if isinstance(risk, Mapping) else risk


def _all_cars(by: str, risk: Mapping[str, int] | None) -> int | None:
    """Return all cars, where each is counted under one value."""
    return sum(risk.values()) if risk is not None and DIMENSIONS[by].of_car else None


def _line(by: str, key: str, name: str, cell: Cell, whole: Cell, cars: int | None) -> Line:
    return Line(
        key, label_of(by, key), name, cell, share(cell.claims, whole.claims), cars, per_thousand(cell.claims, cars),
        per_car(cell.cost, cars or 0),
    )  # fmt: skip


def aged_table(session: Session, chosen: Choice) -> tuple[list[AgedLine], Aged]:
    """Return R1000 by a value, the worst at twelve months first, and everything together."""
    found = read_aged(session, chosen.asked, chosen.by)
    names = _names(session, chosen.by, found)
    lines = [
        AgedLine(key, label_of(chosen.by, key), names.get(key, ""), *(aged.at(months) for months in AGES))
        for key, aged in found.items()
    ]
    if chosen.by in ORDERED:
        lines.sort(key=lambda line: line.key)
    else:
        lines.sort(key=lambda line: (-(line.at12.rate or 0), -(line.at3.rate or 0), line.key))
    return lines, read_aged(session, chosen.asked).get("", Aged({}, ()))
