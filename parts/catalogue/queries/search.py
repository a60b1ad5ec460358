"""Find parts among hundreds of thousands: one search for the list and for the counter.

A number is found by its beginning, a range of an index. A name is found by its rarest term: the index
gives that term's numbers in order, and each part is compared with the whole text, so a page ends as
soon as it is full. Only letters can mean a number, initials and a name at once; then the three are
united, which costs the reading of all their hits.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Label,
    Select,
    String,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from parts.catalogue.models import Part, PartTerm
from parts.catalogue.rules.words import Wanted, initial_term, model_term, plain, wanted
from portal.kernel.prepared import MappedRead

#: The term of a model, beside the one that leads a search.
MODEL_TERM = aliased(PartTerm)
#: The next rarest term, which has sifted before any part is read.
ALSO = aliased(PartTerm)
#: Hits of a term that are counted to tell a rare one from a frequent one.
COUNTED = 1_000
#: Hits that are named one by one; where there are more, the statement unites the ways itself.
FEW = 200
#: After every character that a part number holds, in the order of bytes.
LAST = "\uffff"
#: The fewest characters of a number without its hyphens that mean one.
LEAST_PLAIN = 3


@dataclass(frozen=True)
class Way:
    """One way to parts: ``term`` leads (empty: `Part` itself is walked), a condition must hold beside it.

    ``also`` is a second term that must be there.

    Ways of a ``kind`` and a ``shape`` differ in nothing but the ``values`` of the parameters in the condition; so
    it is only made where no statement of that shape is kept.
    """

    make: Callable[[], ColumnElement[bool]]
    term: str = ""
    also: str = ""
    kind: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    shape: tuple[bool, ...] = ()

    @property
    def condition(self) -> ColumnElement[bool]:
        """What must hold of a part."""
        return self.make()

    @property
    def led(self) -> ColumnElement[bool]:
        """The condition on the terms."""
        first = PartTerm.term == _place(f"{self.kind}_term", self.term)
        if not self.also:
            return first
        other = ALSO.term == _place(f"{self.kind}_also", self.also)
        return and_(first, exists().where(ALSO.number == PartTerm.number, other))


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
        statement = statement.join(PartTerm, PartTerm.number == Part.number).where(way.led)
    return statement.where(way.condition)


def sorted_by(found: Plan) -> Mapping[str, Any]:
    """Return what the rows come ordered by, where a term leads."""
    return {"number": PartTerm.number} if len(found.ways) == 1 and found.ways[0].term else {}


def shape_of(found: Plan) -> tuple[Hashable, dict[str, str]] | None:
    """Return what plans have in common whose statements differ in values only, and the values of this one."""
    if found.numbers is not None or not found.ways:
        return None
    values = {name: value for way in found.ways for name, value in way.values.items()}
    values |= {f"{way.kind}_term": way.term for way in found.ways if way.term}
    values |= {f"{way.kind}_also": way.also for way in found.ways if way.also}
    return tuple((way.kind, bool(way.term), bool(way.also), way.shape) for way in found.ways), values


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
            .where(way.led, way.condition)
            .order_by(PartTerm.number)
        )
    return statement.limit(limit) if limit is not None else statement.order_by(None)


def of_model(statement: Select[Any], code: str) -> Select[Any]:
    """Confine a statement on parts to those that fit some cars of a model."""
    joined = statement.join(MODEL_TERM, MODEL_TERM.number == Part.number)
    return joined.where(MODEL_TERM.term == _place("model_term", model_term(code.upper())))


def shape_of_model(code: str) -> tuple[Hashable, dict[str, str]]:
    """Return the same of `of_model`, which is always one statement."""
    return "", {"model_term": model_term(code.upper())}


def best_first(session: Session, text: str) -> Iterator[Way]:
    """Yield the ways to what a text means, the likeliest first; for the counter, which shows a handful."""
    key = wanted(text)
    if key.number:
        yield Way(lambda: Part.number == key.number, kind="exact")
    ways = list(_ways(session, key))
    begins = [_begun(way, key.initials) for way in ways if way.term.startswith("~")]
    numbers = [way for way in ways if not way.term]
    yield from [*numbers, *begins, *(way for way in ways if way.term)]


def _begun(way: Way, initials: str) -> Way:
    """Confine a way to the parts whose initials begin so."""
    return replace(way, make=lambda: and_(way.make(), Part.initials.startswith(initials, autoescape=True)))


def _ways(session: Session, key: Wanted) -> Iterator[Way]:
    """Yield the ways that lead to a part at all, but for a lone term, whose page says so itself."""
    numbers = _numbers(key)
    letters = key.initial_keys if key.initials else ()
    if len(key.keys) == 1 and not numbers:  # nor letters: whatever can be initials can begin a number, too
        yield replace(_by_name(key.pieces, key.keys), term=key.keys[0])
        return
    held = _held(session, numbers, letters, key.keys)
    name = next((name for name in numbers if held[name]), None)
    if name is not None:
        yield Way(partial(_between, name, numbers[name]), kind=name, values=numbers[name])
    if letters:
        yield from _led(partial(_by_initials, key.initials), letters, held)
    if key.keys:
        yield from _led(partial(_by_name, key.pieces), key.keys, held)
    elif key.pieces and not key.number:  # a single character: no term has it, so names are walked
        yield _by_name(key.pieces)


def _numbers(key: Wanted) -> dict[str, dict[str, str]]:
    """Return between what a number lies that begins as it was typed, and the same without hyphens and blanks."""
    found = {"number": key.number, "plain": plain(key.number)}
    if len(found["plain"]) < LEAST_PLAIN:
        del found["plain"]
    return {name: {f"{name}_first": text, f"{name}_last": text + LAST} for name, text in found.items() if text}


def _between(name: str, values: Mapping[str, str]) -> ColumnElement[bool]:
    column = getattr(Part, name)
    first, last = (_place(key, value) for key, value in values.items())
    return and_(column >= first, column < last)


def _by_initials(initials: str, told: Sequence[str] = ()) -> Way:
    """Return the way by initials; nothing is compared where the terms that lead have told it all."""
    if initial_term(initials) in told:
        return Way(true, kind="initials")
    return Way(
        lambda: _holds(Part.initials, _place("initials", initials)), kind="initials", values={"initials": initials},
        shape=(True,),
    )  # fmt: skip


def _by_name(pieces: tuple[str, ...], told: Sequence[str] = ()) -> Way:
    """Return the way by what all must be in a name, but for what the terms that lead have told."""
    pieces = tuple(piece for piece in pieces if piece not in told)
    values = {f"piece_{place}": piece for place, piece in enumerate(pieces)}
    return Way(
        partial(_in_names, values), kind="name", values=values, shape=tuple(piece.isascii() for piece in pieces)
    )  # fmt: skip


def _led(make: Callable[[Sequence[str]], Way], keys: Sequence[str], held: Mapping[str, Any]) -> Iterator[Way]:
    """Yield a way led by the two rarest of some terms that all have to be there; none where one has no part."""
    told = sorted(keys, key=lambda key: held[key])[:2]
    if held[told[0]]:
        yield replace(make(told), term=told[0], also="".join(told[1:]))


def _held(
    session: Session, numbers: Mapping[str, Mapping[str, str]], letters: Sequence[str], keys: Sequence[str]
) -> Mapping[str, Any]:
    """Ask in one question which numbers begin so, and how many parts each term has: by ``number``, ``plain``, term."""
    asked = (tuple(numbers), len(letters), len(keys))
    if not any(asked):
        return {}
    values = {name: value for between in numbers.values() for name, value in between.items()}
    places = [*(f"initial_{place}" for place in range(len(letters))), *(f"key_{place}" for place in range(len(keys)))]
    terms = dict(zip(places, (*letters, *keys), strict=True))
    row = _counting(*asked)(session, values | terms)[0]._mapping  # noqa: SLF001  (a row as a mapping)
    return {name: row[name] for name in numbers} | {term: row[place] for place, term in terms.items()}


@cache
def _counting(numbers: tuple[str, ...], letters: int, keys: int) -> MappedRead:
    """Build the question once: it is most of what a search costs beside its page."""
    columns = []
    names: dict[str, str] = {}
    for name in numbers:
        between = {f"{name}_first": "", f"{name}_last": ""}
        columns.append(select(Part.id).where(_between(name, between)).limit(1).scalar_subquery().label(name))
        names |= between
    for kind, count in (("initial", letters), ("key", keys)):
        most = COUNTED if count > 1 else 1
        columns += [_few(f"{kind}_{place}", most) for place in range(count)]
    return MappedRead(select(*columns), names, planned_once=True)


def _few(place: str, most: int) -> Label[int]:
    """Count the parts of a term, so far as it matters."""
    few = select(PartTerm.number).where(PartTerm.term == bindparam(place)).limit(most).subquery()
    return select(func.count()).select_from(few).scalar_subquery().label(place)


def _in_names(pieces: Mapping[str, str]) -> ColumnElement[bool]:
    held = (_in_name(_place(name, piece), ascii_only=piece.isascii()) for name, piece in pieces.items())
    return and_(true(), *held)


def _in_name(piece: BindParameter[str], *, ascii_only: bool) -> ColumnElement[bool]:
    if ascii_only:
        return or_(_holds(func.lower(Part.name_en), piece), _holds(func.lower(Part.name_zh), piece))
    return or_(_holds(Part.name_zh, piece), _holds(Part.name_en, piece))


def _place(name: str, value: str) -> BindParameter[str]:
    """Return a parameter that keeps its name, so that another search of this shape can bring its own value."""
    return bindparam(name, value, String())


def _holds(text: ColumnElement[str] | InstrumentedAttribute[str], piece: BindParameter[str]) -> ColumnElement[bool]:
    """Return the condition that a text holds a piece, in words from which a planner does not guess.

    PostgreSQL takes LIKE for rare and reads every part instead of following the term, which has sifted already.
    """
    return func.replace(text, piece, "") != text
