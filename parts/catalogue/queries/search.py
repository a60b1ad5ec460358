"""Find parts among hundreds of thousands: one search for the list and for the counter.

A number is found by its beginning, a range of an index. A name is found by its rarest term: the index
gives that term's numbers in order, and each part is compared with the whole text, so a page ends as
soon as it is full. Only letters can mean a number, initials and a name at once; then the three are
united, which costs the reading of all their hits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from parts.catalogue.models import Part, PartTerm
from parts.catalogue.rules.words import Wanted, model_term, plain, wanted
from portal.kernel.prepared import PreparedRead

#: The term of a model, beside the one that leads a search.
MODEL_TERM = aliased(PartTerm)
#: Hits of a term that are counted to tell a rare one from a frequent one.
COUNTED = 500
#: Hits that are named one by one; where there are more, the statement unites the ways itself.
FEW = 200
#: After every character that a part number holds, in the order of bytes.
LAST = "\uffff"
#: The fewest characters of a number without its hyphens that mean one.
LEAST_PLAIN = 3


@dataclass(frozen=True)
class Way:
    """One way to parts: ``term`` leads (empty: `Part` itself is walked), ``condition`` must hold beside it."""

    condition: ColumnElement[bool]
    term: str = ""


@dataclass(frozen=True)
class Plan:
    """How to find what somebody typed: the ways, or the numbers themselves where they are few."""

    ways: tuple[Way, ...] = ()
    numbers: tuple[str, ...] | None = None


def plan(session: Session, text: str) -> Plan:
    """Look what a text can mean in this catalogue."""
    ways = tuple(_ways(session, wanted(text)))
    if len(ways) < 2:  # noqa: PLR2004  (one way is walked in order, none finds nothing)
        return Plan(ways)
    numbers: dict[str, None] = {}
    for way in ways:
        found = list(session.scalars(numbers_by(way, FEW + 1)))
        if len(found) > FEW:
            return Plan(ways)
        numbers.update(dict.fromkeys(found))
    return Plan(numbers=tuple(numbers))


def narrowed(statement: Select[Any], found: Plan) -> Select[Any]:
    """Confine a statement on parts to what a plan finds."""
    if found.numbers is not None:
        return statement.where(Part.number.in_(found.numbers) if found.numbers else false())
    if not found.ways:
        return statement.where(false())
    if len(found.ways) > 1:
        return statement.where(Part.number.in_(union(*(numbers_by(way) for way in found.ways))))
    way = found.ways[0]
    if way.term:
        statement = statement.join(PartTerm, PartTerm.number == Part.number).where(PartTerm.term == way.term)
    return statement.where(way.condition)


def sorted_by(found: Plan) -> Mapping[str, Any]:
    """Return what the rows come ordered by, where a term leads."""
    return {"number": PartTerm.number} if len(found.ways) == 1 and found.ways[0].term else {}


def narrowed_ways(statement: Select[Any], ways: tuple[Way, ...]) -> tuple[Select[Any], Any]:
    """Confine a statement on parts to some ways; return it with the order that its rows come in."""
    found = Plan(ways)
    return narrowed(statement, found), sorted_by(found).get("number", Part.number)


def numbers_by(way: Way, limit: int | None = None) -> Select[Any]:
    """Return the numbers of one way, in order."""
    if not way.term:
        statement = select(Part.number).where(way.condition).order_by(Part.number)
    else:
        statement = (
            select(PartTerm.number)
            .join(Part, Part.number == PartTerm.number)
            .where(PartTerm.term == way.term, way.condition)
            .order_by(PartTerm.number)
        )
    return statement.limit(limit) if limit is not None else statement.order_by(None)


def of_model(statement: Select[Any], code: str) -> Select[Any]:
    """Confine a statement on parts to those that fit some cars of a model."""
    joined = statement.join(MODEL_TERM, MODEL_TERM.number == Part.number)
    return joined.where(MODEL_TERM.term == model_term(code.upper()))


def best_first(session: Session, text: str) -> Iterator[Way]:
    """Yield the ways to what a text means, the likeliest first; for the counter, which shows a handful."""
    key = wanted(text)
    if key.number:
        yield Way(Part.number == key.number)
    ways = list(_ways(session, key))
    begins = [
        Way(and_(way.condition, Part.initials.startswith(key.initials, autoescape=True)), way.term)
        for way in ways
        if way.term.startswith("~")
    ]
    numbers = [way for way in ways if not way.term]
    yield from [*numbers, *begins, *(way for way in ways if way.term)]


def _ways(session: Session, key: Wanted) -> Iterator[Way]:
    if key.number:
        yield from _by_number(session, key.number)
    if key.initials and key.initial_keys:
        yield from _led(session, key.initial_keys, _holds(Part.initials, key.initials))
    if key.keys:
        yield from _led(session, key.keys, and_(*(_in_name(piece) for piece in key.pieces)))
    elif key.pieces and not key.number:  # a single character: no term has it, so names are walked
        yield Way(and_(*(_in_name(piece) for piece in key.pieces)))


def _by_number(session: Session, number: str) -> Iterator[Way]:
    """Yield the way by a number's beginning as it was typed, else without hyphens and blanks."""
    for column, key, begins in ((Part.number, number, _NUMBER_BEGINS), (Part.plain, plain(number), _PLAIN_BEGINS)):
        short = column is Part.plain and len(key) < LEAST_PLAIN
        if key and not short and begins(session, {"first": key, "last": key + LAST}).first() is not None:
            yield Way(and_(column >= key, column < key + LAST))
            return


def _led(session: Session, keys: Iterable[str], condition: ColumnElement[bool]) -> Iterator[Way]:
    """Yield the way by the rarest of some terms that all have to be there; none where one has no part."""
    keys = list(keys)
    most = COUNTED if len(keys) > 1 else 1
    counts = {key: _count(session, key, most) for key in keys}
    rarest = min(counts, key=lambda key: counts[key])
    if counts[rarest]:
        yield Way(condition, rarest)


def _count(session: Session, term: str, most: int) -> int:
    counting = _COUNTING if most == COUNTED else _LOOKING
    found = counting(session, {"term": term}).first()
    return found.held if found else 0


def _counting(most: int) -> Select[Any]:
    few = select(PartTerm.number).where(PartTerm.term == bindparam("term")).limit(most).subquery()
    return select(func.count().label("held")).select_from(few)


def _beginning(column: Any) -> Select[Any]:
    return select(Part.id).where(column >= bindparam("first"), column < bindparam("last")).limit(1)


#: What every search asks first is built once: it is most of what a search costs beside its page.
_COUNTING, _LOOKING = PreparedRead(lambda: _counting(COUNTED)), PreparedRead(lambda: _counting(1))
_NUMBER_BEGINS = PreparedRead(lambda: _beginning(Part.number))
_PLAIN_BEGINS = PreparedRead(lambda: _beginning(Part.plain))


def _in_name(piece: str) -> ColumnElement[bool]:
    if piece.isascii():
        return or_(_holds(func.lower(Part.name_en), piece), _holds(func.lower(Part.name_zh), piece))
    return or_(_holds(Part.name_zh, piece), _holds(Part.name_en, piece))


def _holds(text: ColumnElement[str] | InstrumentedAttribute[str], piece: str) -> ColumnElement[bool]:
    """Return the condition that a text holds a piece, in words from which a planner does not guess.

    PostgreSQL takes LIKE for rare and reads every part instead of following the term, which has sifted already.
    """
    return func.replace(text, piece, "") != text
