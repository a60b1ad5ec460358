"""Days, weeks and months as both databases reckon them: what figures over time are grouped by."""

from __future__ import annotations

from sqlalchemy import Integer, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from portal.kernel.china_day import china_day

__all__ = ["china_day", "month_of_day", "months_between", "week_of_day"]

POSTGRESQL = postgresql.dialect.name
ZONE = "at time zone 'Asia/Shanghai'"


class month_of_day(GenericFunction[str]):  # noqa: N801
    """The month of a day, as ``2026-05``."""

    type = String()
    inherit_cache = True


@compiles(month_of_day)
def _month_sqlite(element: month_of_day, compiler: SQLCompiler, **options: object) -> str:
    (day,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"substr({day}, 1, 7)"


@compiles(month_of_day, POSTGRESQL)
def _month_postgresql(element: month_of_day, compiler: SQLCompiler, **options: object) -> str:
    (day,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"to_char({day}, 'YYYY-MM')"


class week_of_day(GenericFunction[str]):  # noqa: N801
    """The ISO week of a day, as ``2026-W18``; null of null."""

    type = String()
    inherit_cache = True


@compiles(week_of_day)
def _week_sqlite(element: week_of_day, compiler: SQLCompiler, **options: object) -> str:
    (day,) = (compiler.process(clause, **options) for clause in element.clauses)
    thursday = f"{day}, '-3 days', 'weekday 4'"  # the week belongs to the year of its Thursday
    week = f"(strftime('%j', {thursday}) - 1) / 7 + 1"
    return f"case when {day} is not null then printf('%s-W%02d', strftime('%Y', {thursday}), {week}) end"


@compiles(week_of_day, POSTGRESQL)
def _week_postgresql(element: week_of_day, compiler: SQLCompiler, **options: object) -> str:
    (day,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"""to_char({day}, 'IYYY-"W"IW')"""


class months_between(GenericFunction[int]):  # noqa: N801
    """Whole months from one day to another, as `reports.analytics.rules.months_in_service` counts them."""

    type = Integer()
    inherit_cache = True


@compiles(months_between)
def _months_sqlite(element: months_between, compiler: SQLCompiler, **options: object) -> str:
    start, day = (compiler.process(clause, **options) for clause in element.clauses)
    years = f"(substr({day}, 1, 4) - substr({start}, 1, 4)) * 12"
    return f"({years} + substr({day}, 6, 2) - substr({start}, 6, 2) - (substr({day}, 9, 2) < substr({start}, 9, 2)))"


@compiles(months_between, POSTGRESQL)
def _months_postgresql(element: months_between, compiler: SQLCompiler, **options: object) -> str:
    start, day = (compiler.process(clause, **options) for clause in element.clauses)
    parts = {
        part: f"extract({part} from {day}) - extract({part} from {start})" for part in ("year", "month", "day")
    }  # fmt: skip
    short = f"case when {parts['day']} < 0 then 1 else 0 end"
    return f"(({parts['year']}) * 12 + {parts['month']} - {short})::integer"
