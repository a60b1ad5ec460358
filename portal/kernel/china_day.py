"""The calendar day in China of a moment that is kept in UTC, as both databases reckon it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class china_day(GenericFunction[date]):  # noqa: N801  (named as SQL functions are)
    """The calendar day of a moment in China."""

    type = Date()
    inherit_cache = True


@compiles(china_day)
def _day_sqlite(element: china_day, compiler: SQLCompiler, **options: object) -> str:
    (moment,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"date({moment}, '+8 hours')"


@compiles(china_day, postgresql.dialect.name)
def _day_postgresql(element: china_day, compiler: SQLCompiler, **options: object) -> str:
    (moment,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({moment} at time zone 'Asia/Shanghai')::date"
