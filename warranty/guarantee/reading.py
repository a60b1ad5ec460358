"""Reading decoded JSON into dataclasses: fast when all is well, a JSON pointer (RFC 6901) for each fault when not.

A reader takes a value and returns what it means, or raises `FaultyError`. Pointers are put together
only on the way back from a fault, so that clean input pays nothing for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal.kernel.clock import known_day

Reader = Callable[[Any], Any]
Fault = tuple[str, str]  # pointer below the value read, what is wrong there

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_NEGATIVE = re.compile(r"-\d+(\.\d+)?", re.ASCII)


class FaultyError(ValueError):
    """The value cannot be read; ``faults`` say where below it, and why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def fault(what: str) -> FaultyError:
    """Return the error of a value that is wrong itself."""
    return FaultyError(("", what))


def step(key: str | int) -> str:
    """Return one step of a pointer; what a terminal would not show is escaped."""
    word = str(key).replace("~", "~0").replace("/", "~1")
    return f"/{word}" if word.isprintable() else "/" + word.encode("unicode_escape").decode("ascii")


def below(key: str | int, error: FaultyError) -> Iterator[Fault]:
    """Move an error's faults one step down."""
    return ((step(key) + pointer, what) for pointer, what in error.faults)


def record(make: Callable[..., Any], fields: Mapping[str, Reader]) -> Reader:
    """Return a reader of objects with exactly these keys; ``make`` takes the values in their order."""
    items, keys = tuple(fields.items()), fields.keys()

    def read(value: Any) -> Any:
        if type(value) is dict and value.keys() == keys:
            try:
                return make(*[reader(value[key]) for key, reader in items])
            except FaultyError:
                pass  # once more, noting where
        raise FaultyError(*object_faults(value, fields))

    return read


def object_faults(value: Any, fields: Mapping[str, Reader]) -> list[Fault]:
    """Return every fault of an object: unknown keys, missing ones, values that cannot be read."""
    if type(value) is not dict:
        return [("", "has to be an object")]
    found = key_faults(value, fields)
    for key, reader in fields.items():
        try:
            if key in value:
                reader(value[key])
        except FaultyError as error:
            found += below(key, error)
    return found


def key_faults(value: Mapping[str, Any], fields: Mapping[str, Reader]) -> list[Fault]:
    """Return the keys that nobody knows, then those that are missing."""
    unknown = [(step(key), "is not known here") for key in sorted(value.keys() - fields.keys())]
    return unknown + [(step(key), "is missing") for key in fields if key not in value]


def listing(reader: Reader) -> Reader:
    """Return a reader of lists."""

    def read(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise fault("has to be a list")
        try:
            return tuple([reader(item) for item in value])
        except FaultyError:
            pass
        found: list[Fault] = []
        for place, item in enumerate(value):
            try:
                reader(item)
            except FaultyError as error:
                found += below(place, error)
        raise FaultyError(*found)

    return read


def optional(reader: Reader) -> Reader:
    """Return a reader that lets null through."""
    return lambda value: None if value is None else reader(value)


def text(value: Any) -> str:
    """Read a text that says something."""
    if type(value) is str and value and not value.isspace():
        return value
    raise fault("has to be a text")


def one_of(*words: str) -> Reader:
    """Return a reader of one word out of several."""
    known, what = frozenset(words), f"has to be one of {', '.join(words)}"

    def read(value: Any) -> Any:
        if type(value) is str and value in known:
            return value
        raise fault(what)

    return read


def flag(value: Any) -> bool:
    """Read true or false."""
    if value is True or value is False:
        return value is True
    raise fault("has to be true or false")


def whole(limit: int) -> Reader:
    """Return a reader of whole numbers from 0 to a limit."""

    def read(value: Any) -> int:
        if type(value) is int and 0 <= value <= limit:
            return value
        if type(value) is not int:
            raise fault("has to be a whole number")
        raise fault("is negative" if value < 0 else f"is more than {limit}")

    return read


def number(limit: int) -> Reader:
    """Return a reader of exact numbers from 0 to a limit."""

    def read(value: Any) -> Decimal:
        if type(value) is not int and type(value) is not Decimal:
            raise fault("has to be a number")
        if not 0 <= value <= limit:
            raise fault("is negative" if value < 0 else f"is more than {limit}")
        return Decimal(value)

    return read


def decimal_text(places: int, limit: Decimal, example: str) -> Reader:
    """Return a reader of decimals written as a text, with so many places at the most."""
    pattern = re.compile(rf"\d+(\.\d{{1,{places}}})?", re.ASCII)

    def read(value: Any) -> Decimal:
        if type(value) is not str:
            raise fault(f'has to be a decimal as a text, "{example}"')
        if not pattern.fullmatch(value):
            negative = _NEGATIVE.fullmatch(value)
            raise fault("is negative" if negative else f'has to be a decimal as a text, "{example}"')
        if (amount := Decimal(value)) > limit:
            raise fault(f"is more than {limit}")
        return amount

    return read


def day(value: Any) -> date:
    """Read a date, YYYY-MM-DD."""
    if type(value) is not str or not _DATE.fullmatch(value):
        raise fault("has to be a date, YYYY-MM-DD")
    try:
        read = date.fromisoformat(value)
    except ValueError:
        raise fault("is no day of the calendar") from None
    if not known_day(read):
        raise fault("is outside the years 1900 to 2199")
    return read


def moment(value: Any) -> datetime:
    """Read a moment in ISO 8601 with its offset."""
    if type(value) is not str or (found := _MOMENT.fullmatch(value)) is None:
        raise fault("has to be a moment in ISO 8601, YYYY-MM-DDThh:mm:ss+08:00")
    if found[1] is None:
        raise fault("has no offset from UTC, such as +08:00")
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        raise fault("is no moment of the calendar") from None
    if not known_day(read):
        raise fault("is outside the years 1900 to 2199")
    return read
