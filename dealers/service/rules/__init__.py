"""What a repair order must hold to be opened and completed, and its sums. Pure.

Rules answer with `Problem`: a code, the field it belongs to and the facts; `words` says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from dealers.service.rules.base import PRICE_LIMIT, Problem
from dealers.service.rules.extras import EXCLUDED_HOURS, EXCLUDED_LIMIT, SUBSTITUTES, Extras, extras_problems
from dealers.service.rules.sublet import SubletUse, sublet_problems, unproved
from portal.kernel.money import line_amount, total

#: What of the modules beside this one the room knows from here.
__all__ = [
    "EXCLUDED_HOURS", "EXCLUDED_LIMIT", "SUBSTITUTES", "Extras", "Problem", "SubletUse", "extras_problems",
]  # fmt: skip

ORDER_TYPES = ("general", "maintenance", "out_call", "pre_sale", "pdi", "campaign", "part_warranty")
WARRANTY, CUSTOMER = "warranty", "customer"
CAMPAIGN = "campaign"
#: Kinds of order in which something failed: their warranty jobs with parts name the causal part.
FAILURE_TYPES = frozenset({"general", "out_call", "part_warranty"})

ODOMETER_LIMIT = 2_000_000
#: More than this a day since the last reading is worth a second look; the slack forgives short spans.
DAILY_KM, SLACK_KM = 1_200, 2_000
HOURS_LIMIT = Decimal(99)
QUANTITY_LIMIT = Decimal(999)
TEXT_LIMIT = 1_000
#: Clocks differ a little, and a form is typed in the minute it names.
CLOCK_SLACK = timedelta(minutes=5)
#: A repair longer than this many days brings a substitute car or compensation (Art. 21).
SUBSTITUTE_AFTER_DAYS = 5

_PHONE = re.compile(r"\+?[0-9][0-9 \-()（）]{5,22}[0-9]")


@dataclass(frozen=True)
class Reading:
    """An earlier odometer reading and its day in China."""

    km: int
    on: date


@dataclass(frozen=True)
class Odometer:
    """A reading at the counter. ``acknowledged``: read twice, it is what the meter shows."""

    km: int | None
    on: date
    replaced: bool = False
    acknowledged: bool = False


@dataclass(frozen=True)
class Opening:
    """What the counter knows when a car is taken in. Optional are plate, owner and note."""

    vin: str
    type: str
    odometer_km: int | None
    received_at: datetime | None
    promised_at: datetime | None
    presenter_name: str
    presenter_phone: str
    concern: str
    owner_name: str = ""
    owner_phone: str = ""
    plate: str = ""
    note: str = ""
    meter_replaced: bool = False
    odometer_acknowledged: bool = False
    campaign: str = ""  # the first job does it; such an order is of type ``campaign``


#: The fields without which no order is opened: eight, two of them prefilled.
REQUIRED = (
    "vin", "type", "odometer_km", "received_at", "promised_at", "presenter_name", "presenter_phone", "concern",
)  # fmt: skip
LENGTHS = {"presenter_name": 80, "owner_name": 80, "plate": 16, "concern": TEXT_LIMIT, "note": TEXT_LIMIT}


@dataclass(frozen=True)
class Labour:
    """A labour line as the rules see it. ``quota``: the hours the maker pays, None where unknown."""

    key: str
    hours: Decimal
    rate: Decimal
    quota: Decimal | None = None


@dataclass(frozen=True)
class PartUse:
    """A part line as the rules see it."""

    key: str
    quantity: Decimal
    unit_price: Decimal
    causal: bool = False


@dataclass(frozen=True)
class Job:
    """A job as the rules see it; ``key`` names it in the fields of a page."""

    key: str
    concern: str
    cause: str = ""
    correction: str = ""
    payer: str = WARRANTY
    campaign: str | None = None
    labour: tuple[Labour, ...] = ()
    parts: tuple[PartUse, ...] = ()
    sublets: tuple[SubletUse, ...] = ()


@dataclass(frozen=True)
class Totals:
    """Sums of an order in yuan; every line was rounded before it was added."""

    labour: Decimal
    parts: Decimal
    warranty: Decimal
    customer: Decimal
    sublet: Decimal = Decimal("0.00")

    @property
    def all(self) -> Decimal:
        """Labour, parts and sublet work together."""
        return self.labour + self.parts + self.sublet


def scanned_vin(text: str) -> str:
    """Return a VIN as scanners and people enter it, tidied.

    Spaces and hyphens go, full-width letters become plain; a Code 39 label's leading import mark
    ``I`` goes too (a VIN has no I).
    """
    plain = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    code = re.sub(r"[\s\-*]", "", plain).upper()
    return code[1:] if len(code) == 18 and code.startswith("I") else code  # noqa: PLR2004  (17 and the mark)


def default_payer(order_type: str) -> str:
    """Return who pays a job of such an order, until somebody says otherwise."""
    return CUSTOMER if order_type == "maintenance" else WARRANTY


def failed(order_type: str, payer: str) -> bool:
    """Tell whether a job is a quality problem until somebody says otherwise: the maker pays for a failure."""
    return payer == WARRANTY and order_type in FAILURE_TYPES


def opening_problems(opening: Opening, last: Reading | None, today: date, now: datetime) -> list[Problem]:
    """Check what was typed to open an order; ``last`` is the car's latest earlier reading."""
    return [
        *_missing(opening),
        *_too_long(opening, LENGTHS),
        *_type(opening.type),
        *_phones(opening),
        *moment_problems(opening.received_at, opening.promised_at, now),
        *odometer_problems(
            Odometer(opening.odometer_km, today, opening.meter_replaced, opening.odometer_acknowledged), last
        ),
    ]


def moment_problems(received: datetime | None, promised: datetime | None, now: datetime) -> Iterator[Problem]:
    """Check that a car was not received later than now, and is promised after that."""
    if received is not None and received > now + CLOCK_SLACK:
        yield Problem("received_future", "received_at")
    if received is not None and promised is not None and promised < received:
        yield Problem("promised_early", "promised_at")


def odometer_problems(meter: Odometer, last: Reading | None) -> Iterator[Problem]:
    """Check a reading against the earlier one: a doubt that must be acknowledged, not an error."""
    if meter.km is None:
        return
    if not 0 <= meter.km <= ODOMETER_LIMIT:
        yield Problem("odometer_range", "odometer_km")
    elif last is not None and not meter.replaced and not meter.acknowledged:
        doubt = odometer_doubt(meter.km, meter.on, last)
        if doubt:
            yield Problem(doubt, "odometer_km", {"km": f"{last.km:,}", "day": last.on.isoformat()})


def odometer_doubt(km: int, on: date, last: Reading) -> str | None:
    """Return why a reading is implausible: lower than before, or further than anybody drives."""
    if km < last.km:
        return "odometer_low"
    reach = last.km + SLACK_KM + DAILY_KM * max((on - last.on).days, 0)
    return "odometer_jump" if km > reach else None


def job_problems(job: Job) -> Iterator[Problem]:
    """Check what a job needs at any time, also half done."""
    place = f"job-{job.key}"
    if not job.concern.strip():
        yield Problem("concern_missing", f"{place}-concern")
    for name in ("concern", "cause", "correction"):
        if len(getattr(job, name)) > TEXT_LIMIT:
            yield Problem("too_long", f"{place}-{name}", {"limit": TEXT_LIMIT})
    for labour in job.labour:
        yield from labour_problems(labour, job.payer)
    for part in job.parts:
        yield from part_problems(part)
    for sublet in job.sublets:
        yield from sublet_problems(sublet)
    if sum(part.causal for part in job.parts) > 1:
        yield Problem("causal_twice", f"{place}-causal")


def labour_problems(line: Labour, payer: str) -> Iterator[Problem]:
    """Check a labour line: hours plausible, and within the quota where the maker pays."""
    place = f"labour-{line.key}-hours"
    if not 0 < line.hours <= HOURS_LIMIT:
        yield Problem("hours", place, {"limit": HOURS_LIMIT})
    elif payer == WARRANTY and line.quota is not None and line.hours > line.quota:
        yield Problem("hours_quota", place, {"limit": line.quota})


def part_problems(line: PartUse) -> Iterator[Problem]:
    """Check a part line: quantity and price plausible."""
    if not 0 < line.quantity <= QUANTITY_LIMIT:
        yield Problem("quantity", f"part-{line.key}-quantity", {"limit": QUANTITY_LIMIT})
    if not 0 <= line.unit_price <= PRICE_LIMIT:
        yield Problem("price", f"part-{line.key}-unit_price", {"limit": PRICE_LIMIT})


def completion_problems(
    order_type: str, jobs: Sequence[Job], extras: Extras, received: datetime, completed: datetime, now: datetime
) -> list[Problem]:
    """Check what an order must hold when the car goes back: the law's record, whole."""
    found = [] if jobs else [Problem("no_job", None)]
    for job in jobs:
        found += [*job_problems(job), *_unfinished(order_type, job)]
    found += extras_problems(extras)
    if order_type == "out_call" and not extras.out_call_km:
        found.append(Problem("out_call_distance", "out_call_km"))
    long = days_in_shop(received, completed) > SUBSTITUTE_AFTER_DAYS
    if long and extras.substitute == "none" and any(failed(order_type, job.payer) for job in jobs):
        found.append(Problem("substitute_due", "substitute", {"days": SUBSTITUTE_AFTER_DAYS}))
    found += _campaigns_twice(jobs)
    if completed < received:
        found.append(Problem("completed_early", "completed_at"))
    if completed > now + CLOCK_SLACK:
        found.append(Problem("completed_future", "completed_at"))
    return found


def _unfinished(order_type: str, job: Job) -> Iterator[Problem]:
    """What a job still lacks when the car goes back."""
    for name in ("cause", "correction"):
        if not getattr(job, name).strip():
            yield Problem(f"{name}_missing", f"job-{job.key}-{name}")
    if order_type == CAMPAIGN and job.payer == WARRANTY and not job.campaign:
        yield Problem("campaign_missing", f"job-{job.key}-campaign")
    for line in job.sublets:
        yield from unproved(line)
    needs_causal = order_type in FAILURE_TYPES and job.payer == WARRANTY and job.parts
    if needs_causal and not any(part.causal for part in job.parts):
        yield Problem("causal_missing", f"job-{job.key}-causal")


def _campaigns_twice(jobs: Sequence[Job]) -> Iterator[Problem]:
    """A campaign is done once: two jobs of a visit do not both do it."""
    seen: set[str] = set()
    for job in jobs:
        if job.campaign in seen:
            yield Problem("campaign_twice", f"job-{job.key}-campaign")
        seen |= {job.campaign} if job.campaign else set()


def totals(jobs: Iterable[Job]) -> Totals:
    """Add an order's lines, each rounded half up to the fen first; by kind and by payer."""
    labour: list[Decimal] = []
    parts: list[Decimal] = []
    sublet: list[Decimal] = []
    payers: dict[str, list[Decimal]] = {WARRANTY: [], CUSTOMER: []}
    for job in jobs:
        work = [line_amount(line.hours, line.rate) for line in job.labour]
        material = [line_amount(line.quantity, line.unit_price) for line in job.parts]
        given_out = [line.amount for line in job.sublets]
        labour += work
        parts += material
        sublet += given_out
        payers[job.payer] += [*work, *material, *given_out]
    return Totals(total(labour), total(parts), total(payers[WARRANTY]), total(payers[CUSTOMER]), total(sublet))


def days_in_shop(received: datetime, until: datetime) -> int:
    """Count the days of one repair: every full 24 hours, and a remainder is a day (law Art. 40)."""
    return max(-((received - until) // timedelta(days=1)), 0)


def promise_passed(state: str, promised: datetime | None, now: datetime) -> bool:
    """Tell whether an order is still open after the moment promised to the customer."""
    return state == "open" and promised is not None and promised < now


def default_promise(now: datetime) -> datetime:
    """Return the promise that a new order offers: in four hours, back to the full half hour."""
    later = now + timedelta(hours=4)
    return later.replace(minute=30 if later.minute >= 30 else 0, second=0, microsecond=0)  # noqa: PLR2004


def _missing(opening: Opening) -> Iterator[Problem]:
    for name in REQUIRED:
        value = getattr(opening, name)
        if value is None or (isinstance(value, str) and not value.strip()):
            yield Problem("required", name)


def _too_long(opening: Opening, lengths: Mapping[str, int]) -> Iterator[Problem]:
    for name, limit in lengths.items():
        if len(getattr(opening, name)) > limit:
            yield Problem("too_long", name, {"limit": limit})


def _type(order_type: str) -> Iterator[Problem]:
    if order_type and order_type not in ORDER_TYPES:
        yield Problem("type_unknown", "type")


def _phones(opening: Opening) -> Iterator[Problem]:
    for name in ("presenter_phone", "owner_phone"):
        value = getattr(opening, name).strip()
        if value and not _PHONE.fullmatch(value):
            yield Problem("phone", name)
