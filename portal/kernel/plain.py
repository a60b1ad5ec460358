"""Frozen records as JSON and back: what a paper said is kept word for word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints


def plain(value: Any) -> Any:
    """Return a dataclass, with what it holds, as JSON keeps it."""
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def read(kind: Any, kept: Any) -> Any:
    """Bring what `plain` made back to its type; a field that was not kept has its default."""
    if get_origin(kind) is UnionType:
        kind = next(one for one in get_args(kind) if one is not NoneType)
    if kept is None:
        return None
    if get_origin(kind) is tuple:
        first, *others = get_args(kind)
        return tuple(map(read, [first] * len(kept) if others == [Ellipsis] else [first, *others], kept))
    if is_dataclass(kind):
        named = get_type_hints(kind)
        return kind(**{name: read(named[name], value) for name, value in kept.items()})  # type: ignore[operator]
    if hasattr(kind, "_fields"):  # a named tuple
        return kind(*map(read, get_type_hints(kind).values(), kept))
    return _SCALARS.get(kind, lambda value: value)(kept)


_SCALARS: dict[Any, Callable[[Any], Any]] = {
    Decimal: Decimal,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}
