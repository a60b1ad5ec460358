"""Lists: one way to filter, sort, choose columns and page, with the whole state in the URL.

A room describes its list once (`ListSpec`); the page, the Excel export and the work list read the
description. Pages go by keyset: page 18,000 costs what page 1 costs, and nothing is counted.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlencode

from sqlalchemy import Row, Select, bindparam, literal, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from portal.kernel.access import Actor, Permission
from portal.kernel.clock import known_day
from portal.kernel.i18n import N_
from portal.kernel.incoming import LARGEST
from portal.kernel.money import exact
from portal.kernel.prepared import MappedRead
from portal.kernel.scoping import actor_of

Number = TypeVar("Number", int, Decimal)

PAGE_SIZE = 50
EXPORT_CHUNK = 2_000


@dataclass(frozen=True)
class Column:
    """A column of a list. ``kind``: text, code, unit, num, money, date, moment, state or flag.

    A code is whatever people type, scan or compare character by character – numbers of papers, parts and boxes,
    VINs, plates, codes of stations: it stays in one line.
    """

    key: str
    label: str
    kind: str = "text"
    default: bool = True
    link: bool = False  # the cell leads to the row's page
    words: Mapping[str, str] = field(default_factory=dict)  # value → message id, for state and choices
    late: bool = False  # of a moment: when it is past, the hours since are marked


@dataclass(frozen=True)
class Filter:
    """A filter above a list. ``kind``: text, choice or date; ``apply`` narrows the statement."""

    key: str
    label: str
    apply: Callable[[Select[Any], Any], Select[Any]]
    kind: str = "text"
    choices: Mapping[str, str] = field(default_factory=dict)
    #: Asks the database what a text means before the statement is made; `apply` gets the answer.
    look: Callable[[Session, str], Any] | None = None
    #: What to sort by instead, where `apply` brings an expression that its rows come ordered by.
    sorts: Callable[[Any], Mapping[str, Any]] | None = None
    #: What `apply` makes of an answer is the same statement for answers of one shape, but for the values of the
    #: parameters it names: returns the shape and the values; None where the statement is one of its own. Statements
    #: of one shape have one best way to their rows, too.
    shape: Callable[[Any], tuple[Hashable, Mapping[str, Any]] | None] | None = None


@dataclass(frozen=True)
class Tick:
    """A box to tick before each row, sent with the form ``ticks`` of the page under ``name``.

    ``value`` says what is sent for a row, None where it cannot be ticked; ``label`` is the column
    that names the row. Both read the columns in ``reads``, whether they are shown or not.
    """

    name: str
    label: str
    value: Callable[[Row[Any]], str | None]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListSpec:
    """A list: a statement whose rows carry ``id`` and the columns' keys as labels.

    ``sorts`` maps a column's key to the expression it is sorted by (never null); the row's id
    breaks ties. ``endpoint`` is the list's page, ``row_endpoint`` a row's page taking ``key``.
    """

    key: str
    title: str
    permission: Permission
    statement: Callable[[], Select[Any]]
    identity: Any
    columns: tuple[Column, ...]
    sorts: Mapping[str, Any]
    default_sort: str
    endpoint: str
    row_endpoint: str | None = None
    filters: tuple[Filter, ...] = ()
    empty: str = N_("Nothing here yet.")
    #: Confines a list of rows that no dealer owns to what this actor may see; exports obey it too.
    narrow: Callable[[Select[Any], Actor], Select[Any]] | None = None
    #: The statement is the same whoever asks, in whatever language, at any time: it is built once,
    #: and a page reads only the columns it shows. A moment in it is a parameter with a callable.
    steady: bool = False
    tick: Tick | None = None


@dataclass(frozen=True)
class ListState:
    """What the URL says: filter values as typed, errors by filter, sort, columns, cursor."""

    values: Mapping[str, str]
    parsed: Mapping[str, Any]
    errors: Mapping[str, str]
    sort: str
    columns: tuple[str, ...]
    cursor: str | None = None
    backward: bool = False

    @property
    def filtered(self) -> bool:
        """Tell whether any filter is set."""
        return bool(self.values)

    def query(self, **changes: str | None) -> str:
        """Return the query string of this state with some parts changed, None to drop one."""
        parts: dict[str, str | None] = {**self.values, "sort": self.sort, "columns": ",".join(self.columns)}
        parts.update(changes)
        return urlencode({key: value for key, value in parts.items() if value})


@dataclass(frozen=True)
class Page:
    """One page of a list, with the cursors of its neighbours (None where there is none)."""

    spec: ListSpec
    state: ListState
    rows: list[Row[Any]]
    following: str | None
    preceding: str | None

    @property
    def columns(self) -> list[Column]:
        """The columns to show, in the order of the description."""
        return [column for column in self.spec.columns if column.key in self.state.columns]


def read_state(spec: ListSpec, args: Mapping[str, str]) -> ListState:
    """Read the state of a list from a URL; what makes no sense becomes an error at its filter."""
    values, parsed, errors = {}, {}, {}
    args = dict(args.items())  # a browser's arguments raise and catch an error for each one that is not there
    for item in spec.filters:
        text = (args.get(item.key) or "").strip()
        if not text:
            continue
        values[item.key] = text
        try:
            parsed[item.key] = _parse(item, text)
        except ValueError as error:
            errors[item.key] = str(error)
    sort = args.get("sort") or spec.default_sort
    if sort.removeprefix("-") not in spec.sorts:
        sort = spec.default_sort
    chosen = [key for key in (args.get("columns") or "").split(",") if key]
    known = [column.key for column in spec.columns]
    columns = tuple(key for key in known if key in chosen) or tuple(c.key for c in spec.columns if c.default)
    backward = bool(args.get("before"))
    cursor = args.get("before") if backward else args.get("after")
    return ListState(values, parsed, errors, sort, columns, cursor or None, backward)


def fetch_page(session: Session, spec: ListSpec, args: Mapping[str, str], size: int = PAGE_SIZE) -> Page:
    """Return the page that the URL asks for; a cursor that makes no sense means the first page."""
    state = _looked(session, spec, read_state(spec, args))
    mark = _mark(spec, state)
    backward = state.backward and mark is not None
    rows = _read(session, spec, state, mark, backward=backward, most=size + 1)
    more, rows = len(rows) > size, list(rows[:size])
    if backward:
        rows.reverse()
    following = preceding = None
    if rows:
        following = cursor_of(rows[-1], state.sort) if (more or backward) else None
        preceding = cursor_of(rows[0], state.sort) if (more if backward else mark is not None) else None
    return Page(spec, state, rows, following, preceding)


def all_rows(session: Session, spec: ListSpec, args: Mapping[str, str]) -> Iterator[Row[Any]]:
    """Yield every row of a filtered list in its order, in keyset chunks: for exports."""
    state, mark = _looked(session, spec, read_state(spec, args)), None
    while True:
        statement = _ordered(spec, state, _reader(session), marked=mark is not None, backward=False)
        rows = list(session.execute(statement.limit(EXPORT_CHUNK), mark or {}))
        yield from rows
        if len(rows) < EXPORT_CHUNK:
            return
        mark = _mark(spec, replace(state, cursor=cursor_of(rows[-1])))


def _looked(session: Session, spec: ListSpec, state: ListState) -> ListState:
    """Let filters that want it ask the database what was typed."""
    asking = [item for item in spec.filters if item.look is not None and item.key in state.parsed]
    if not asking:
        return state
    found = {item.key: item.look(session, state.parsed[item.key]) for item in asking if item.look is not None}
    return replace(state, parsed={**state.parsed, **found})


def _reader(session: Session) -> Actor:
    """Return who reads; a session that nobody entered reads with nobody's rights."""
    return actor_of(session) or Actor(None, "nobody", dealer_id=0)


def _read(
    session: Session, spec: ListSpec, state: ListState, mark: Mark | None, *, backward: bool, most: int
) -> Sequence[Row[Any]]:
    """Read a page's rows: by a statement from the shelf where a steady list is filtered in a way that comes again."""
    shape = _shape(spec, state) if spec.steady and spec.narrow is None else None
    if shape is None:
        statement = _ordered(spec, state, _reader(session), marked=mark is not None, backward=backward)
        return session.execute(statement.limit(most), mark or {}).all()
    key = (id(spec), state.sort, state.columns, mark is not None, backward, most, *shape[0])
    kept = _SHELF.get(key)
    if kept is None or kept[0] is not spec:
        if len(_SHELF) >= MOST_STATEMENTS:
            _SHELF.clear()
        statement = _ordered(spec, state, _reader(session), marked=mark is not None, backward=backward)
        # The number stands in the text: PostgreSQL would plan anew each time for one that it does not know.
        few = literal(most, literal_execute=True)
        kept = _SHELF[key] = (spec, _kept(_shown(spec, state, statement).limit(few), shape[1], mark))
    return kept[1](session, {**shape[1], **(mark or {})})


def _kept(statement: Select[Any], given: Mapping[str, Any], mark: Mark | None) -> MappedRead:
    """Keep a statement whose values are places in the list's order, or those of its shape: one plan is best for all."""
    return MappedRead(statement, given, planned_once=bool(given or mark))


def _shape(spec: ListSpec, state: ListState) -> tuple[list[Hashable], dict[str, Any]] | None:
    """Return what tells the statements of a list's filters apart, and the values in them; None where one has no shape.

    A choice from a list is its own shape: there are few.
    """
    shapes: list[Hashable] = []
    values: dict[str, Any] = {}
    for item in spec.filters:
        if item.key not in state.parsed:
            continue
        said, found = state.parsed[item.key], None
        if item.shape is not None:
            found = item.shape(said)
        elif item.kind == "choice":
            found = (said, {})
        if found is None:
            return None
        shapes.append((item.key, found[0]))
        values.update(found[1])
    return shapes, values


#: Statements of steady lists, each with its list: what is asked again and again is not built again.
_SHELF: dict[tuple[object, ...], tuple[ListSpec, MappedRead]] = {}
MOST_STATEMENTS = 1_000


def _shown(spec: ListSpec, state: ListState, statement: Select[Any]) -> Select[Any]:
    """Leave out the columns that the page does not show; where the rows come from stays as it is."""
    sorts = _sorts(spec, state)
    needed = {"id", "key", *state.columns, *(column.key for column in spec.columns if column.link)}
    needed |= set(spec.tick.reads) if spec.tick else set()
    key = state.sort.removeprefix("-")
    if key not in needed or not _itself(sorts[key], statement.selected_columns[key]):
        needed.add("_sort")
    return statement.with_only_columns(
        *(column for column in statement.selected_columns if column.key in needed), maintain_column_froms=True
    )


def _itself(expression: Any, column: Any) -> bool:
    """Tell whether a list shows the very expression that it is sorted by, which is then not read twice."""
    return bool(expression.label("_sort").element.compare(getattr(column, "element", column)))


def _sorts(spec: ListSpec, state: ListState) -> dict[str, Any]:
    """Return what each column is sorted by, as the filters bring it."""
    sorts = dict(spec.sorts)
    for item in spec.filters:
        if item.sorts is not None and item.key in state.parsed:
            sorts |= item.sorts(state.parsed[item.key])
    return sorts


def _ordered(spec: ListSpec, state: ListState, actor: Actor, *, marked: bool, backward: bool) -> Select[Any]:
    statement = spec.statement()
    if spec.narrow is not None:
        statement = spec.narrow(statement, actor)
    for item in spec.filters:
        if item.key in state.parsed:
            statement = item.apply(statement, state.parsed[item.key])
    expression: ColumnElement[Any] = _sorts(spec, state)[state.sort.removeprefix("-")]
    descending = state.sort.startswith("-") != backward
    statement = statement.add_columns(expression.label("_sort"))
    if marked:
        here = tuple_(expression, spec.identity)
        there = tuple_(bindparam("mark", type_=expression.type), bindparam("mark_id", type_=spec.identity.type))
        statement = statement.where(here < there if descending else here > there)
    order = (expression.desc(), spec.identity.desc()) if descending else (expression, spec.identity)
    return statement.order_by(*order)


def _parse(item: Filter, text: str) -> Any:
    if item.kind == "date":
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = date.min
        if not known_day(day):
            raise ValueError(N_("Please write the date as 2026-01-31."))
        return day
    if item.kind == "choice" and text not in item.choices:
        raise ValueError(N_("Please choose from the list."))
    return text


def cursor_of(row: Row[Any], sort: str = "") -> str:
    """Return what a URL carries to point at a row: its place in the order, and its id.

    The place is the row's ``_sort``, or the column that a list shows and is sorted by.
    """
    fields = row._mapping  # noqa: SLF001  (SQLAlchemy's public name for a row as a mapping)
    value = fields["_sort" if "_sort" in fields else sort.removeprefix("-")]
    plain = value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
    return base64.urlsafe_b64encode(json.dumps([plain, fields["id"]]).encode()).decode().rstrip("=")


#: Where a page starts, as the parameters of its statement.
Mark = dict[str, Any]


def _mark(spec: ListSpec, state: ListState) -> Mark | None:
    """Return the place after which (or before which) a page starts; None for nonsense."""
    if not state.cursor:
        return None
    kind = _kind(spec.sorts[state.sort.removeprefix("-")])
    try:
        value, key = json.loads(base64.urlsafe_b64decode(state.cursor + "=" * (-len(state.cursor) % 4)))
        return {"mark": _typed(kind, value), "mark_id": _small(int(key))}
    except (ValueError, TypeError, binascii.Error, ArithmeticError):
        return None


@lru_cache(maxsize=1_000)
def _kind(expression: ColumnElement[Any]) -> type:
    """Return the type that a list is sorted by: SQLAlchemy looks for it in five places."""
    return expression.type.python_type


def _typed(kind: type, value: Any) -> Any:
    """Bring a cursor's value back to the type its column compares with."""
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return moment.astimezone(UTC)  # one at the end of time overflows here, not in the database
    if kind is date:
        return date.fromisoformat(value)
    if kind is Decimal:
        return _small(exact(value))
    if kind is int:
        return _small(int(value))
    if "\0" in (text := str(value)):
        raise ValueError("no text of a database")
    return kind(text)


def _small(number: Number) -> Number:
    """Refuse a number beyond what a column holds."""
    if abs(number) > LARGEST // 10_000:  # an exact number is kept with up to four more digits
        raise ValueError("beyond every column")
    return number
