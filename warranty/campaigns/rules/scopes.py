"""How a campaign is defined: each row of its definition means some cars, a car meant by any row is meant.

Serial numbers are put in order only within one head: all of a VIN before the serial but the check
digit, which changes from car to car; all of an engine number before its last figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

VIN_LIST, VIN_RANGE, PRODUCTION, ENGINE_RANGE, PART = "vin_list", "vin_range", "production", "engine_range", "part"
SCOPES = (VIN_LIST, VIN_RANGE, PRODUCTION, ENGINE_RANGE, PART)
#: A VIN has 17 characters; position 9 is the check digit, the last six are the serial (GB 16735).
VIN_LENGTH, CHECK, SERIAL = 17, 8, 11
CODE_LENGTH = 32

_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9.\-]*")
_ENGINE = re.compile(r"(.*?)(\d+)")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row or a campaign: a code, the field it belongs to, the facts its words need."""

    code: str
    field: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class Scope:
    """One row of a definition.

    ``first`` and ``last`` bound a range of VINs or engine numbers; ``first`` alone is a part number.
    ``since`` and ``until`` bound the production, or the days on which the part was put in. ``label``
    names a model in its maker's words where it is none of the range: such a row means no car yet.
    """

    kind: str
    first: str = ""
    last: str = ""
    model_id: int | None = None
    since: date | None = None
    until: date | None = None
    label: str = ""


@dataclass(frozen=True)
class Serial:
    """A number taken apart: what must be the same, and what is put in order."""

    head: str
    serial: str


def vin_serial(vin: str) -> Serial:
    """Take a VIN apart."""
    return Serial(vin[:CHECK] + vin[CHECK + 1 : SERIAL], vin[SERIAL:])


def engine_serial(number: str) -> Serial | None:
    """Take an engine number apart; None where it does not end in figures."""
    found = _ENGINE.fullmatch(number)
    return Serial(found[1], found[2]) if found else None


def is_vin(text: str) -> bool:
    """Tell whether a text has the form of a VIN; a wrong check digit is told where cars are registered."""
    return _VIN.fullmatch(text) is not None


def is_number(text: str) -> bool:
    """Tell whether a campaign's number can stand in an address and on a paper."""
    return _NUMBER.fullmatch(text) is not None


def scope_problems(scope: Scope) -> Iterator[Problem]:
    """Check a row by itself."""
    if scope.kind == VIN_RANGE:
        yield from _vin_range(scope)
    elif scope.kind == ENGINE_RANGE:
        yield from _engine_range(scope)
    elif scope.kind == PRODUCTION:
        if scope.model_id is None and not scope.label:
            yield Problem("required", "model")
    elif scope.kind == PART:
        if not scope.first:
            yield Problem("required", "first")
    elif scope.kind != VIN_LIST:
        yield Problem("choose", "kind")
    if scope.since is not None and scope.until is not None and scope.until < scope.since:
        yield Problem("days_turned", "until")


def _vin_range(scope: Scope) -> Iterator[Problem]:
    wrong = [name for name in ("first", "last") if not is_vin(getattr(scope, name))]
    for name in wrong:
        yield Problem("vin", name)
    if not wrong:
        yield from _order(vin_serial(scope.first), vin_serial(scope.last))


def _engine_range(scope: Scope) -> Iterator[Problem]:
    first, last = engine_serial(scope.first), engine_serial(scope.last)
    if first is None:
        yield Problem("engine", "first")
    if last is None:
        yield Problem("engine", "last")
    if first is not None and last is not None:
        if len(first.serial) != len(last.serial):
            yield Problem("heads_differ", "last", first.head)
        else:
            yield from _order(first, last)


def _order(first: Serial, last: Serial) -> Iterator[Problem]:
    if first.head != last.head:
        yield Problem("heads_differ", "last", first.head)
    elif last.serial < first.serial:
        yield Problem("range_turned", "last")


def read_vins(text: str) -> tuple[list[str], list[str]]:
    """Part pasted text into VINs, each once and in order, and into what is none."""
    words = [word.upper() for word in re.split(r"[\s,;，；、]+", text) if word]
    known = dict.fromkeys(words)
    return [word for word in known if is_vin(word)], [word for word in known if not is_vin(word)]
