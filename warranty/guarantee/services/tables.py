"""Write the law's tables: a new version of an order, the maker's own data, a year of the calendar.

Versions are added and never changed; a coming one that was wrong is followed by a right one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dealers.network.rules import is_postcode
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import known_day, local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from warranty.guarantee.models import CalendarDay, CalendarYear, Maker, RegimeVersion
from warranty.guarantee.ports import deadlines
from warranty.guarantee.queries.law import orders_on
from warranty.guarantee.queries.tables import days_of, maker, next_order_version
from warranty.guarantee.rules.plain import OrderError, from_plain, to_plain
from warranty.guarantee.rules.regimes import Regime
from warranty.guarantee.words import ORDER_FAULTS

NOTE_LENGTH, REMARK_LENGTH = 500, 2_000
NEEDED = N_("Please fill this in.")


def add_order_version(
    session: Session, body: Any, valid_from: date, note: str, actor: Actor, now: datetime
) -> RegimeVersion:
    """Let an order hold as ``body`` (`rules.plain`) from a day on; raise every fault at its field."""
    require(actor, Permission.GUARANTEE_EDIT)
    faults = _version_faults(valid_from, note, now)
    order = None
    try:
        order = from_plain(body)
    except OrderError as error:
        faults += order_faults(error)
    if order is not None:
        faults += _place_faults(orders_on(session, valid_from), order)
    if faults or order is None:
        raise DomainError(*faults)
    row = RegimeVersion(
        code=order.code, version=next_order_version(session, order.code), valid_from=valid_from,
        body=to_plain(order), note=note.strip(), made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True)
class Taken:
    """What became of one order of a file: its new version, or None where it says what holds anyway."""

    code: str
    version: int | None


def import_orders(
    session: Session, bodies: Sequence[Any], valid_from: date, note: str, actor: Actor, now: datetime
) -> list[Taken]:
    """Take in orders from a file; all of them or, with every fault told, none."""
    require(actor, Permission.GUARANTEE_EDIT)
    present = {order.code: order for order in orders_on(session, valid_from)}
    taken, faults = [], []
    for place, body in enumerate(bodies):
        try:
            order = from_plain(body)
            if present.get(order.code) == order:
                taken.append(Taken(order.code, None))
            else:
                row = add_order_version(session, body, valid_from, note, actor, now)
                taken.append(Taken(order.code, row.version))
        except OrderError as error:
            faults += [_in_file(fault, place) for fault in order_faults(error, "/")]
        except DomainError as error:
            faults += [_in_file(fault, place) for fault in error.faults]
    if faults:
        once = {(fault.field, fault.message): fault for fault in faults}
        raise DomainError(*once.values())
    return taken


def _in_file(fault: Fault, place: int) -> Fault:
    """Say which order of a file is meant; day and reason are the file's own."""
    if fault.field in {"note", "valid_from"}:
        return fault
    return replace(fault, field=f"orders/{place}/{fault.field or ''}".removesuffix("/"))


def order_faults(error: OrderError, between: str = "-") -> list[Fault]:
    """Word what is wrong with an order; a field is named by the way to it."""
    return [
        Fault(ORDER_FAULTS[fault.code], fault.at.replace("/", between) or None, fault.facts) for fault in error.faults
    ]


def _version_faults(valid_from: date, note: str, now: datetime) -> list[Fault]:
    faults = []
    if not note.strip():
        faults.append(Fault(N_("Please say why: the reason stays with the version."), "note"))
    elif len(note) > NOTE_LENGTH:
        faults.append(Fault(N_("At most %(limit)s characters."), "note", {"limit": NOTE_LENGTH}))
    if valid_from < local_date(now):
        faults.append(
            Fault(N_("A version can begin today at the earliest; what was decided stays as it was."), "valid_from")
        )
    elif not known_day(valid_from):
        faults.append(Fault(N_("This day is too far away."), "valid_from"))
    return faults


def _place_faults(present: Sequence[Regime], order: Regime) -> list[Fault]:
    """Refuse a version that changes nothing, and two orders that begin with the same sale."""
    faults = []
    if order in present:
        faults.append(Fault(N_("Nothing is different from the version that holds on that day."), None))
    for other in present:
        if other.code != order.code and other.first_sale == order.first_sale:
            message = N_("%(code)s begins with sales of the same day: it would not be clear which one rules.")
            faults.append(Fault(message, "first_sale", {"code": other.code}))
    return faults


@dataclass(frozen=True)
class MakerFacts:
    """What headquarters writes of the maker."""

    brand: str
    name: str
    address: str
    postcode: str
    phone: str
    repairers_zh: str
    repairers_en: str
    remarks_zh: str = ""
    remarks_en: str = ""


def save_maker(session: Session, facts: MakerFacts, actor: Actor) -> Maker:
    """Keep what certificates say of the maker; those that were issued stay as they are."""
    require(actor, Permission.GUARANTEE_EDIT)
    cleaned = {name: " ".join(getattr(facts, name).split()) for name in MakerFacts.__dataclass_fields__}
    faults = [Fault(NEEDED, name) for name, value in cleaned.items() if not value and not name.startswith("remarks")]
    table = Maker.__mapper__.columns
    faults += [
        Fault(N_("At most %(limit)s characters."), name, {"limit": limit})
        for name, value in cleaned.items()
        if len(value) > (limit := getattr(table[name].type, "length", None) or REMARK_LENGTH)
    ]
    if cleaned["postcode"] and not is_postcode(cleaned["postcode"]):
        faults.append(Fault(N_("A postcode has six figures."), "postcode"))
    if faults:
        raise DomainError(*faults)
    row = maker(session)
    if row is None:
        row = Maker()
        session.add(row)
    for name, value in cleaned.items():
        setattr(row, name, value)
    session.flush()
    return row


def publish_year(
    session: Session, year: int, days: Mapping[date, tuple[bool, str]], source: str, actor_name: str, now: datetime
) -> list[date] | None:
    """Let a year's calendar be what its notice says (day → is it worked, name); None when it is that already.

    The year is replaced as a whole; what an earlier notice had and this one does not is returned.
    """
    row = session.scalars(select(CalendarYear).where(CalendarYear.year == year)).first()
    before = days_of(session, year) if row is not None else None
    if before == dict(days):
        return None
    if row is None:
        row = CalendarYear(year=year)
        session.add(row)
    row.source, row.made_by, row.made_at = source, actor_name, now
    session.flush()
    kept = {day for day, said in (before or {}).items() if days.get(day) == said}
    gone = [day for day in before or {} if day not in kept]
    if gone:
        session.execute(delete(CalendarDay).where(CalendarDay.day.in_(gone)))
    session.add_all(
        CalendarDay(day=day, year=year, works=works, name=name)
        for day, (works, name) in days.items()
        if day not in kept
    )
    session.flush()
    return [day for day in before or {} if day not in days]


def calendar_changed(session: Session, now: datetime) -> None:
    """Let whoever keeps deadlines count them anew."""
    deadlines().recompute_deadlines(session, now)
