"""The assessment's interface: JSON in, checked field by field; JSON out. See `docs/guarantee.md`.

Every fault is named with the JSON pointer of its field, and all of them at once. Nothing is
guessed: a missing key is a fault, and so is one that nobody knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from dealers.vehicles.rules import CATEGORIES, USES, clean_vin, vin_fault
from warranty.guarantee import reading as r
from warranty.guarantee.reading import FaultyError
from warranty.guarantee.rules.assess import Assessment
from warranty.guarantee.rules.counting import Counted, Span
from warranty.guarantee.rules.facts import (
    ACTIONS,
    ASSEMBLIES,
    CHOICES,
    COMPONENTS,
    EFFECTS,
    EXCLUDED_KINDS,
    EXEMPTIONS,
    SYSTEMS,
    ZONE,
    Case,
    Certificate,
    Demand,
    Job,
    Sale,
    Term,
    Text,
    Visit,
)
from warranty.guarantee.rules.regimes import Regime, regime_on, ruling_date

KM_LIMIT, MONTHS_LIMIT, HOURS_LIMIT = 9_999_999, 1_200, 1_000_000
PRICE_LIMIT = Decimal("99999999.99")
_PARTED = (*ASSEMBLIES, *SYSTEMS)
_VIN_FAULTS = {
    "length": "has to have 17 characters",
    "character": "has a character that no VIN has",
    "check_digit": "has a wrong check digit (its ninth character)",
}


class CaseError(ValueError):
    """The input is no case; ``faults`` are lines ``/pointer: what is wrong``."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def case_from_json(text: str | bytes, orders: Iterable[Regime]) -> Case:
    """Read a case; raise `CaseError` with every fault."""
    try:
        words = text if isinstance(text, str) else text.decode()
        data = _decoded(words.removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        raise CaseError([f"/: is not UTF-8 at byte {error.start}"]) from None
    except json.JSONDecodeError as error:
        raise CaseError([f"/: is not JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}"]) from None
    except RecursionError:
        raise CaseError(["/: is nested too deeply"]) from None
    return case_from(data, orders)


def _decoded(words: str) -> Any:
    """Decode JSON. What is no exact number (NaN, ...) becomes a float: no field takes one, so the field is named."""
    try:
        return _DECODER.decode(words)
    except json.JSONDecodeError:
        raise
    except ValueError:  # a whole number of thousands of digits: its beginning is beyond every limit already
        return json.loads(words, parse_float=_fraction, parse_int=lambda digits: int(digits[:_LONG]))


def _fraction(word: str) -> Decimal | float:
    try:
        return Decimal(word)
    except InvalidOperation:  # an exponent of twenty digits: no number that anybody means
        return float(word)


_LONG = 40
_DECODER = json.JSONDecoder(parse_float=_fraction, parse_constant=float)


def case_from(data: Any, orders: Iterable[Regime]) -> Case:
    """Check a decoded case (fractions as `Decimal`) and return it typed; raise `CaseError` with every fault."""
    parts: dict[str, Any] = {}
    faults: list[r.Fault] = []
    if type(data) is not dict:
        raise CaseError(["/: has to be an object"])
    if data.keys() != _PARTS.keys():
        faults = r.key_faults(data, _PARTS)
    for key, reader in _PARTS.items():
        try:
            if key in data:
                parts[key] = reader(data[key])
        except FaultyError as error:
            faults += r.below(key, error)
    faults += _contradictions(parts, orders)
    if faults:
        raise CaseError([f"{pointer or '/'}: {what}" for pointer, what in faults])
    vin, category, use = parts["vehicle"]
    return Case(
        parts["as_of"], vin, category, use, parts["sale"], parts["certificate"], parts["repairs"], parts["demand"]
    )


def _contradictions(parts: dict[str, Any], orders: Iterable[Regime]) -> Iterator[r.Fault]:
    """Say what the parts that could be read say against each other."""
    as_of: datetime | None = parts.get("as_of")
    if "repairs" in parts:
        yield from _visit_faults(as_of, parts["repairs"])
    demand: Demand | None = parts.get("demand")
    if as_of is not None and demand is not None and demand.received_on > as_of.astimezone(ZONE).date():
        yield "/demand/received_on", "is after as_of"
    if "vehicle" in parts and "sale" in parts and "certificate" in parts:
        _, category, use = parts["vehicle"]
        regime = regime_on(orders, ruling_date(parts["sale"]))
        # Where no order protects the car, no statutory minimum binds its certificate.
        if regime is not None and regime.covers(category, use):
            given: Certificate = parts["certificate"]
            for field, what in regime.minimum_fault(given.guarantee, given.repair, given.usage_coefficient):
                yield f"/certificate/{field}", what


def _visit_faults(as_of: datetime | None, visits: Sequence[Visit]) -> Iterator[r.Fault]:
    seen: dict[str, int] = {}
    for place, visit in enumerate(visits):
        if as_of is not None and visit.agreed_at > as_of:
            yield f"/repairs/{place}/agreed_at", "is after as_of"
        if visit.completed_at is not None and visit.completed_at < visit.agreed_at:
            yield f"/repairs/{place}/completed_at", "is before agreed_at"
        if visit.id in seen:
            yield f"/repairs/{place}/id", f"is the id of /repairs/{seen[visit.id]} too"
        seen.setdefault(visit.id, place)


def _vin(value: Any) -> str:
    vin = r.text(value)
    wrong = vin_fault(vin) if vin == clean_vin(vin) else "character"
    if wrong is not None:
        raise r.fault(_VIN_FAULTS[wrong])
    return vin


def _main_parts(value: Any) -> dict[str, frozenset[str]]:
    if type(value) is not dict:
        raise r.fault("has to be an object")
    faults: list[r.Fault] = []
    read = {}
    for component, parts in value.items():
        try:
            if component not in _PARTED:
                raise r.fault(f"is no assembly or system; known are {', '.join(_PARTED)}")
            read[component] = _declared(tuple(parts)) if type(parts) is list else frozenset(_part_names(parts))
        except FaultyError as error:
            faults += r.below(component, error)
    if faults:
        raise FaultyError(*faults)
    return read


def _declared(parts: tuple[Any, ...]) -> frozenset[str]:
    """Read an assembly's main parts: a maker has few lists, and a stream of cases repeats them."""
    try:
        return _known_list(parts)
    except TypeError:  # what cannot be hashed is no text
        return frozenset(_part_names(list(parts)))


@lru_cache(maxsize=1_000)
def _known_list(parts: tuple[Any, ...]) -> frozenset[str]:
    return frozenset(_part_names(list(parts)))


_KM = r.whole(KM_LIMIT)
_part_names = r.listing(r.text)
_term = r.record(Term, {"months": r.whole(MONTHS_LIMIT), "km": _KM})
_job = r.record(
    Job,
    {
        "problem": r.text, "component": r.one_of(*COMPONENTS), "part": r.optional(r.text),
        "action": r.one_of(*ACTIONS), "quality_problem": r.flag, "serious_safety": r.flag,
        "effect": r.optional(r.one_of(*EFFECTS)), "exemption": r.optional(r.one_of(*EXEMPTIONS)),
        "resolved": r.optional(r.flag),
    },
)  # fmt: skip
_excluded = r.record(
    lambda kind, hours: (kind, hours), {"kind": r.one_of(*EXCLUDED_KINDS), "hours": r.number(HOURS_LIMIT)}
)
_visit = r.record(
    Visit,
    {
        "id": r.text, "agreed_at": r.moment, "completed_at": r.optional(r.moment), "odometer_km": _KM,
        "jobs": r.listing(_job), "excluded_hours": r.listing(_excluded),
    },
)  # fmt: skip
_PARTS: dict[str, r.Reader] = {
    "as_of": r.moment,
    "vehicle": r.record(
        lambda *parts: parts, {"vin": _vin, "category": r.one_of(*CATEGORIES), "use": r.one_of(*USES)}
    ),
    "sale": r.record(
        Sale,
        {
            "invoice_date": r.day, "delivery_date": r.optional(r.day),
            "price": r.decimal_text(2, PRICE_LIMIT, "129800.00"), "replaced_on": r.optional(r.day),
        },
    ),
    "certificate": r.record(
        Certificate,
        {
            "guarantee": _term, "repair": _term, "usage_coefficient": r.decimal_text(12, Decimal(1), "0.005"),
            "main_parts": _main_parts,
        },
    ),
    "repairs": r.listing(_visit),
    "demand": r.optional(
        r.record(Demand, {"received_on": r.day, "odometer_km": _KM, "choice": r.one_of(*CHOICES)})
    ),
}  # fmt: skip


# --- the way out -----------------------------------------------------------------------------------


def plain(found: Assessment) -> dict[str, Any]:
    """Return the assessment as the contract's JSON has it."""
    code = None if found.regime is None else found.regime.code
    if found.periods is None or found.tally is None:
        return {"covered": False, "regime": code, "reason": _both(found.reason)}
    when = found.periods
    return {
        "covered": True,
        "regime": code,
        "reason": None,
        "periods": {
            "starts_on": when.starts_on.isoformat(),
            "guarantee": _period(when.guarantee, in_force=found.guarantee_in_force),
            "repair": _period(when.repair, in_force=found.repair_in_force),
        },
        "counters": found.tally.counters(),
        "visits": [_visit_row(visit) for visit in found.visits],
        "entitlements": [
            {
                "code": row.code, "article": row.article.zh, "remedy": row.remedy, "usage_fee_due": row.usage_fee_due,
                "evidence": list(row.evidence), "reason": _both(row.reason),
            }
            for row in found.entitlements
        ],
        "watch": [
            {
                "counter": row.counter, "key": row.key, "value": row.value, "limit": row.limit, "level": row.level,
                "next": _both(row.next),
            }
            for row in found.watch
        ],
        "demand": _demand(found),
    }  # fmt: skip


def _both(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"zh": text.zh, "en": text.en}


def _period(span: Span, *, in_force: bool) -> dict[str, Any]:
    return {"ends_on": span.end.isoformat(), "km": span.km, "in_force": in_force}


def _visit_row(row: Counted) -> dict[str, Any]:
    return {
        "id": row.visit.id, "in_guarantee": row.in_guarantee, "in_repair": row.in_repair, "counts": row.counts,
        "days": row.days, "free_repair": row.counts and row.in_repair,
        "substitute_car_from": None if row.substitute_from is None else row.substitute_from.isoformat(),
    }  # fmt: skip


def _demand(found: Assessment) -> dict[str, Any] | None:
    finding = found.finding
    if finding is None:
        return None
    return {
        "accepted": finding.accepted,
        "reply_by": finding.reply_by.isoformat(),
        "complete_by": None if finding.complete_by is None else finding.complete_by.isoformat(),
        "calendar": "provisional" if finding.provisional else "official",
        "usage_fee": None if finding.usage_fee is None else f"{finding.usage_fee:.2f}",
        "basis": list(finding.basis),
    }
