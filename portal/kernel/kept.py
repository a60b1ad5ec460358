"""Frozen dataclasses as JSON and back: how the facts of a decision, a rule book and a paper are kept.

What a class has and JSON lacks takes its default, so that what was kept before a field came still reads.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
Reader = Callable[[Any], Any]


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: decimals and days as text, dataclasses as objects."""
    if value is None or isinstance(value, bool | int) or type(value) is str:
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return value.value if isinstance(value, Enum) else {name: plain(getattr(value, name)) for name in _names(value)}


def layer(value: Any) -> Any:
    """Return what JSON writes for a value it does not know, as `plain` has it, one layer deep: for an encoder."""
    return _layer_of(cast("Hashable", type(value)))(value)


@cache
def _layer_of(kind: Any) -> Callable[[Any], Any]:
    if issubclass(kind, date):
        return lambda value: value.isoformat()
    if issubclass(kind, Decimal):
        return str
    if issubclass(kind, Enum):
        return lambda value: value.value
    names = _names_of(kind)
    return lambda value: {name: getattr(value, name) for name in names}


def read(kind: type[Value], kept: Any) -> Value:
    """Return the dataclass that `plain` kept."""
    found: Value = _reader(cast("Hashable", kind))(kept)
    return found


def _names(value: Any) -> tuple[str, ...]:
    return _names_of(cast("Hashable", type(value)))


@cache
def _names_of(kind: Hashable) -> tuple[str, ...]:
    return tuple(one.name for one in fields(cast("Any", kind)))


def _same(value: Any) -> Any:
    return value


_SIMPLE: dict[Any, Reader] = {
    str: _same,
    int: _same,
    bool: _same,
    Decimal: Decimal,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}


@cache
def _reader(kind: Hashable) -> Reader:
    """Return how values of a type are read; types are those that facts and rule books are made of."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if is_dataclass(kind):
        return _record(kind)
    if isinstance(kind, type) and issubclass(kind, tuple):
        return _named(kind)
    return _compound(get_origin(kind), get_args(kind))


def _compound(origin: Any, parts: tuple[Any, ...]) -> Reader:
    if origin in {Union, UnionType}:
        inner = _reader(next(one for one in parts if one is not NoneType))
        return lambda value: None if value is None else inner(value)
    if origin is tuple and parts[1:] == (Ellipsis,):
        each = _reader(parts[0])
        return lambda value: tuple([each(one) for one in value])
    if origin is tuple:
        readers = [_reader(one) for one in parts]
        return lambda value: tuple(one(item) for one, item in zip(readers, value, strict=True))
    values = _reader(parts[1])  # a mapping from names
    return lambda value: {key: values(one) for key, one in value.items()}


def _record(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    known = [(one.name, _reader(hints[one.name]), one.default, one.default_factory) for one in fields(kind)]

    def record(value: Any) -> Any:
        found = {}
        for name, reader, default, factory in known:
            if name in value:
                found[name] = reader(value[name])
            elif default is MISSING and factory is MISSING:
                raise KeyError(name)
        return kind(**found)

    return record


def _named(kind: Any) -> Reader:
    """Read a tuple whose places have names."""
    hints = get_type_hints(kind)
    readers = [_reader(hints[name]) for name in kind._fields]
    return lambda value: kind(*(one(item) for one, item in zip(readers, value, strict=True)))
