"""The prices of an import of parts, judged by the rule that the form has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from sqlalchemy import Table

from parts.catalogue.models import Part, PartPrice
from parts.catalogue.rules.prices import Price, meeting_problems, own_problems
from parts.catalogue.services.prices import price_fault
from portal.kernel.errors import Fault
from portal.kernel.importing.kinds import Batch
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import CREATED, UNCHANGED
from portal.kernel.money import from_fen

PART, PRICE = cast("Table", Part.__table__), cast("Table", PartPrice.__table__)
_AMOUNTS = ("dealer", "warranty", "retail")
#: What a row is known by: the number and the day from which its price is valid.
Key = tuple[str, str]
#: What is stored of a part: the day → dealer, warranty and retail price in fen, and the last day.
Stored = dict[str, tuple[Any, ...]]


class PriceBook:
    """Adds prices. One that stands is never changed, and only a part's first prices may begin in the past.

    A row that says what is stored is unchanged, whatever the rule says of new prices. Stored prices are
    read once for each chunk of rows, and once more at the end for the parts whose prices may not meet.
    """

    def __init__(self, store: Store, today: date) -> None:
        self._store, self._today = store, today
        self._empty = store.is_empty(PRICE)  # then every part gets its first prices
        self._first: set[str] = set()  # parts that had no price before this run
        self._standing: set[Key] = set()  # rows of this chunk that say what is stored
        self._gained: dict[int, list[Key]] = defaultdict(list)  # keys of parts → their new rows

    def check(self, batch: Batch) -> None:
        """Refuse what is new and breaks the rule of prices, but for how prices of one part meet."""
        stored = self._stored({number for number in batch.values["number"] if number})
        self._standing = set()
        columns = zip(*(batch.column(name) for name in ("number", "valid_from", *_AMOUNTS, "valid_until")), strict=True)
        for index, (number, first, dealer, warranty, retail, last) in enumerate(columns):
            if None in (number, first, dealer, warranty, retail):
                continue  # refused already
            known = stored.get(number, {})
            said = known.get(first)
            if said is not None and said == (dealer, warranty, retail, last or said[3]):  # no last day says nothing
                self._standing.add((number, first))
                continue
            price = Price(date.fromisoformat(first), from_fen(dealer), from_fen(warranty), from_fen(retail), _day(last))
            earliest = None if self._is_first(number) else self._today
            for problem in own_problems(price, {price.valid_from} if said else (), earliest):
                batch.refuse(index, problem.field, price_fault(problem))

    def _stored(self, numbers: set[str]) -> dict[str, Stored]:
        """Return what is stored of these parts, and take note of those that have no price yet."""
        stored: dict[str, Stored] = defaultdict(dict)
        if self._empty:
            return stored
        ids = dict(self._store.existing(PART, "number", numbers, ("number",)))
        names = ("part_id", "valid_from", *_AMOUNTS, "valid_until")
        for _id, part_id, first, *said in self._store.existing(PRICE, "part_id", ids, names):
            stored[ids[part_id]][first] = tuple(said)
        self._first |= numbers - stored.keys()
        return stored

    def _is_first(self, number: str) -> bool:
        return self._empty or number in self._first

    def write(self, values: dict[str, list[Any]], part_ids: list[int]) -> list[int]:
        """Add the prices that are new; return `CREATED` or `UNCHANGED` for each row."""
        keys = list(zip(values["number"], values["valid_from"], strict=True))
        verdicts = [UNCHANGED if key in self._standing else CREATED for key in keys]
        places = [index for index, verdict in enumerate(verdicts) if verdict == CREATED]
        if places:
            columns = {"part_id": part_ids}
            columns |= {name: values[name] for name in ("valid_from", *_AMOUNTS, "valid_until") if name in values}
            self._store.insert(PRICE, {name: [column[i] for i in places] for name, column in columns.items()})
        for place in places:
            if "valid_until" in values or not self._is_first(keys[place][0]):  # open ends of new parts meet
                self._gained[part_ids[place]].append(keys[place])
        return verdicts

    def finish(self) -> dict[Any, Fault]:
        """Return the new rows of parts whose prices leave a gap or overlap; all new ones of such a part go.

        The rows that make it are told at the day that does, the others of the part at its number.
        """
        wrong: dict[Any, Fault] = {}
        for part_id, periods in self._periods().items():
            keys = self._gained[part_id]
            found = {key: meeting_problems(date.fromisoformat(key[1]), periods)[:1] for key in keys}
            faults = {key: price_fault(problem) for key, problems in found.items() for problem in problems}
            if faults:
                told = next(iter(faults.values()))
                wrong |= dict.fromkeys(keys, Fault(told.message, facts=told.facts)) | faults
        return wrong

    def _periods(self) -> dict[int, list[tuple[date, date | None]]]:
        """Return all prices of the parts that gained one and have one with a last day; others always meet."""
        periods: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
        ended = self._ended(self._gained) if self._gained else []
        if ended:
            wanted = ("part_id", "valid_from", "valid_until")
            for _id, part_id, first, last in self._store.existing(PRICE, "part_id", ended, wanted):
                periods[part_id].append((date.fromisoformat(first), _day(last)))
        return periods

    def _ended(self, part_ids: Iterable[int]) -> list[int]:
        mine = f"valid_until is not null and {self._store.among('part_id')}"
        statement = f"select distinct part_id from part_price where {mine}"  # noqa: S608  (own names only)
        return [row[0] for row in self._store.rows(statement, self._store.several(part_ids))]


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
