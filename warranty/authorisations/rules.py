"""What a pre-authorisation (预授权) is worth: what of it is left, what a claim may use, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from portal.kernel.money import ZERO
from warranty.claims.states import GRANTED, WITH_HEADQUARTERS

#: Days for which a repair may be begun on an authorisation, unless headquarters says otherwise.
VALID_DAYS, MOST_DAYS = 60, 365
#: States in which a claim has been asked for on what it names, and has not been refused: it uses it up.
USING = (*WITH_HEADQUARTERS, "returned", *GRANTED)
#: Of those, the states in which headquarters has the claim: what it used, it keeps.
BOUND = tuple(state for state in USING if state != "returned")
PASS, RETURN, REFUSE = "pass", "return", "refuse"


class Standing(StrEnum):
    """What an authorisation is to a claim that names it."""

    OK = "ok"
    UNKNOWN = "unknown"
    OTHER_STATION = "other_station"
    OTHER_CAR = "other_car"
    NOT_PASSED = "not_passed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    EXCEEDED = "exceeded"


@dataclass(frozen=True)
class Authorisation:
    """An authorisation as a claim meets it: ``used`` is what other claims have of it, in yuan.

    ``valid_until`` is the last day on which a car that is received may be repaired on it.
    """

    number: str
    state: str
    dealer_id: int
    vehicle_id: int
    granted: Decimal | None = None
    used: Decimal = ZERO
    valid_until: date | None = None

    @property
    def left(self) -> Decimal:
        """What other claims have left of it."""
        return left(self.granted, self.used)


@dataclass(frozen=True)
class Wanted:
    """What a claim wants of an authorisation: yuan before tax, for a car received on a day.

    ``bound``: headquarters has the claim, so that a later withdrawal takes nothing from it.
    """

    dealer_id: int
    vehicle_id: int
    amount: Decimal
    received_on: date
    bound: bool = False


def left(granted: Decimal | None, used: Decimal) -> Decimal:
    """Return what is left of an amount, never below nought; what was not granted is nothing."""
    return max((granted or ZERO) - used, ZERO)


def usable(authorisation: Authorisation | None, wanted: Wanted) -> Standing:
    """Tell whether a claim may use an authorisation, or the first reason why not."""
    if authorisation is None:
        return Standing.UNKNOWN
    withdrawn = authorisation.state == "withdrawn"
    until = authorisation.valid_until
    hindrances = (
        (Standing.OTHER_STATION, authorisation.dealer_id != wanted.dealer_id),
        (Standing.OTHER_CAR, authorisation.vehicle_id != wanted.vehicle_id),
        (Standing.WITHDRAWN, withdrawn and not (wanted.bound and authorisation.granted is not None)),
        (Standing.NOT_PASSED, authorisation.granted is None or not (withdrawn or authorisation.state == "passed")),
        (Standing.EXPIRED, until is not None and wanted.received_on > until),
        (Standing.EXCEEDED, wanted.amount > authorisation.left),
    )
    return next((standing for standing, hinders in hindrances if hinders), Standing.OK)


def last_day(passed_on: date, days: int = VALID_DAYS) -> date:
    """Return the last day on which a car may be received on an authorisation; the day of passing is not counted."""
    return passed_on + timedelta(days=days)


@dataclass(frozen=True)
class Grant:
    """What headquarters grants: yuan (None: as asked), the days it holds, and why, where it is less."""

    amount: Decimal | None = None
    days: int = VALID_DAYS
    reason: str = ""


def grant_faults(asked: Decimal, grant: Grant) -> tuple[tuple[str, str], ...]:
    """Return what keeps a grant from standing, as (code, field): never above what was asked, less with a reason."""
    faults, amount = [], asked if grant.amount is None else grant.amount
    if amount <= ZERO:
        faults.append(("not_positive", "amount"))
    elif amount > asked:
        faults.append(("above_asked", "amount"))
    elif amount < asked and not grant.reason.strip():
        faults.append(("reason_lower", "reason"))
    if not 1 <= grant.days <= MOST_DAYS:
        faults.append(("days", "days"))
    return tuple(faults)
