"""Parts go out to the jobs of a repair order, and come back from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.models import RepairOrder
from dealers.service.ports import Claimed, claims
from parts.stock.models import StockDocument
from parts.stock.queries.instead import CHANGE_THE_LINE, replaced_needs
from parts.stock.queries.issues import Need, OrderNeeds, order_needs
from parts.stock.queries.items import held
from parts.stock.queries.parts import clean_number
from parts.stock.rules import NOTHING, worth
from parts.stock.services.post import Entry, Head, clean_bin, plain, post, station
from parts.stock.words import FAULTS
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import locked

CANCELLED = N_("This order is cancelled: it needs no parts any more.")
NOT_NEEDED = N_("No job of this order needs that part any more.")
TOO_MUCH = N_("Only %(open)s more are needed.")
NOT_ISSUED = N_("Only %(issued)s were issued.")
FITTED = N_(
    "By the lines of the completed order it is fitted: only %(surplus)s may be taken back. "
    "If it was not, reopen the order and change the line first."
)
FITTED_CLAIMED = N_(
    "By the lines of the completed order it is fitted, and claim %(claim)s rests on them: "
    "only %(surplus)s may be taken back."
)
NONE_THERE = N_("There is none in stock. Order it urgently on the repair order's page.")


@dataclass(frozen=True)
class Portion:
    """How much of a need goes out or comes back, and which bin. ``field`` is where its fault belongs."""

    key: str
    quantity: Decimal
    bin: str = ""
    field: str = "quantity"


def issue_parts(
    session: Session, order_number: str, portions: Iterable[Portion], actor: Actor, now: datetime
) -> StockDocument:
    """Issue parts to the jobs that need them; more than needed or than lies there is told, nothing half done.

    Also to an order that is completed: what was fitted before anybody wrote it down must leave the books.
    """
    require(actor, Permission.STOCK_MOVE)
    found = _held(session, order_number)
    if found.order.state == "cancelled":
        raise ConflictError(Fault(CANCELLED))
    entries, faults = [], []
    for portion, need in _matched(found, portions):
        if need is None or need.part_id is None:
            faults.append(Fault(NOT_NEEDED, portion.field))
        elif portion.quantity > need.open:
            faults.append(Fault(TOO_MUCH, portion.field, {"open": plain(need.open)}))
        elif portion.quantity <= NOTHING:
            faults.append(Fault(FAULTS["quantity_nothing"], portion.field))
        else:
            bin_ = clean_bin(portion.bin) or (need.bins[0].bin if need.bins else "")
            if not bin_:
                faults.append(Fault(NONE_THERE, portion.field))
            entries.append(Entry(need.part_id, bin_, -portion.quantity, job_id=need.job_id, field=portion.field))
    return _post(session, found, "issue", (entries, faults), actor, now)


def return_parts(
    session: Session, order_number: str, portions: Iterable[Portion], actor: Actor, now: datetime
) -> StockDocument:
    """Take issued parts back into stock at what they were issued for; also from orders that are not open any more.

    Of a completed order only what none of its lines names: by these, claims say what is fitted.
    """
    require(actor, Permission.STOCK_MOVE)
    found = _held(session, order_number)
    homes = held(session, found.order.dealer_id, [need.part_id for need in found.needs if need.part_id])
    made = claims().of_order(session, found.order.id) if found.order.state != "open" else []
    entries, faults = [], []
    for portion, need in _matched(found, portions):
        if need is None or need.part_id is None or portion.quantity > need.issued:
            faults.append(Fault(NOT_ISSUED, portion.field, {"issued": plain(need.issued if need else NOTHING)}))
        elif portion.quantity <= NOTHING:
            faults.append(Fault(FAULTS["quantity_nothing"], portion.field))
        elif found.order.state != "open" and portion.quantity > need.surplus:
            faults.append(_fitted(need, made, portion.field))
        else:
            value = worth(need.given, portion.quantity)
            bin_ = clean_bin(portion.bin) or homes[need.part_id].home_bin
            entries.append(Entry(need.part_id, bin_, portion.quantity, value, job_id=need.job_id, field=portion.field))
    return _post(session, found, "return", (entries, faults), actor, now)


def _fitted(need: Need, made: list[Claimed], field: str) -> Fault:
    """Return why what a completed order names is not taken back; with the claim of its job, or of the order."""
    live = sorted((claim for claim in made if claim.live), key=lambda claim: claim.job_id != need.job_id)
    said = {"surplus": plain(need.surplus)}
    return Fault(FITTED_CLAIMED, field, {**said, "claim": live[0].number}) if live else Fault(FITTED, field, said)


def issue_scanned(session: Session, order_number: str, scanned: str, actor: Actor, now: datetime) -> StockDocument:
    """Issue what an order still needs of the part whose number was scanned, from the bin that has most of it."""
    number = clean_number(scanned)
    found = order_needs(session, order_number)
    needs = [need for need in found.needs if need.number == number]
    if not needs:
        raise DomainError(_not_named(session, found, number, now))
    portions = [Portion(need.key, need.open, field="scan") for need in needs if need.open]
    if not portions:
        raise DomainError.at("scan", N_("Part %(number)s is issued already."), number=number)
    return issue_parts(session, order_number, portions, actor, now)


def _not_named(session: Session, found: OrderNeeds, number: str, now: datetime) -> Fault:
    """Return why a part that no line names is not issued; where it may be put in for one, what to do."""
    replaced = replaced_needs(session, found, local_date(now))
    for need in found.needs:
        if need.open and number in {replaced.parts[key].number for key in replaced.instead.get(need.part_id or 0, ())}:
            return Fault(CHANGE_THE_LINE, "scan", {"new": number, "old": need.number})
    return Fault(N_("This order has no line with part %(number)s."), "scan", {"number": number[:40]})


def _held(session: Session, order_number: str) -> OrderNeeds:
    """Lock a repair order, then read what it needs: of two clerks at once the second sees what the first issued."""
    key = session.scalar(select(RepairOrder.id).where(RepairOrder.number == order_number))
    if key is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    locked(session, RepairOrder, key)
    return order_needs(session, order_number)


def _matched(found: OrderNeeds, portions: Iterable[Portion]) -> list[tuple[Portion, Need | None]]:
    needs = {need.key: need for need in found.needs}
    return [(portion, needs.get(portion.key)) for portion in portions]


def _post(
    session: Session, found: OrderNeeds, kind: str, judged: tuple[list[Entry], list[Fault]], actor: Actor,
    now: datetime,
) -> StockDocument:  # fmt: skip
    entries, faults = judged
    if faults:
        raise DomainError(*faults)
    dealer = station(session, actor)
    head = Head(kind, reference=found.order.number, order_id=found.order.id)
    return post(session, dealer, head, entries, actor, now)
