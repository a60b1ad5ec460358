"""Write stations: their facts, their life, and dated labour rates that are never changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network import rules
from dealers.network.models import Dealer, LabourRate
from dealers.network.words import USCC_FAULT
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import advance, locked
from portal.kernel.money import ZERO


@dataclass(frozen=True)
class DealerFacts:
    """What headquarters may change of a station; empty text means not registered."""

    name: str
    kind: str
    region: str
    province: str
    city: str
    address: str = ""
    postcode: str = ""
    uscc: str = ""
    grade: int | None = None
    phone: str = ""
    bank_name: str = ""
    bank_account: str = ""


def update_dealer(session: Session, dealer_id: int, facts: DealerFacts, version: int | None, actor: Actor) -> Dealer:
    """Change a station's facts; ``version`` is what the person saw."""
    require(actor, Permission.NETWORK_EDIT)
    faults = list(facts_faults(facts))
    if faults:
        raise DomainError(*faults)
    dealer = locked(session, Dealer, dealer_id, version)
    dealer.name, dealer.kind = facts.name.strip(), facts.kind
    dealer.region, dealer.province, dealer.city = facts.region.strip(), facts.province.strip(), facts.city.strip()
    dealer.uscc = rules.clean_uscc(facts.uscc) or None
    dealer.grade = facts.grade or None
    dealer.address, dealer.phone = facts.address.strip() or None, facts.phone.strip() or None
    dealer.postcode = facts.postcode.strip() or None
    dealer.bank_name = facts.bank_name.strip() or None
    dealer.bank_account = facts.bank_account.replace(" ", "") or None
    session.flush()
    return dealer


def facts_faults(facts: DealerFacts) -> list[Fault]:
    """List what is wrong with a station's facts."""
    faults = [
        Fault(N_("Please fill this in."), field)
        for field in ("name", "region", "province", "city")
        if not getattr(facts, field).strip()
    ]
    if facts.kind not in rules.KINDS:
        faults.append(Fault(N_("Please choose from the list."), "kind"))
    if facts.grade and facts.grade not in rules.GRADES:
        faults.append(Fault(N_("Please choose from the list."), "grade"))
    if facts.postcode.strip() and not rules.is_postcode(facts.postcode.strip()):
        faults.append(Fault(N_("A postcode has six figures."), "postcode"))
    code = rules.clean_uscc(facts.uscc)
    wrong = rules.uscc_fault(code) if code else None
    if wrong:
        faults.append(Fault(USCC_FAULT[wrong], "uscc", {"count": len(code)}))
    return faults


def step_dealer(
    session: Session, dealer_id: int, action: str, reason: str, version: int | None, actor: Actor, now: datetime
) -> Dealer:
    """Suspend, resume or close a station, with a reason."""
    dealer = locked(session, Dealer, dealer_id, version)
    advance(session, dealer, action, actor, now, reason=reason)
    session.flush()
    return dealer


def add_labour_rate(
    session: Session, grade: int, valid_from: date, rate: Decimal, actor: Actor, now: datetime
) -> LabourRate:
    """Set what a quota hour of a grade costs from a day on; the past is never changed."""
    require(actor, Permission.NETWORK_EDIT)
    faults = []
    if grade not in (rules.UNGRADED, *rules.GRADES):
        faults.append(Fault(N_("Please choose from the list."), "grade"))
    if rate <= ZERO:
        faults.append(Fault(N_("The rate must be more than nothing."), "rate"))
    if valid_from < local_date(now):
        faults.append(
            Fault(N_("A rate can begin today at the earliest; what was charged stays as it was."), "valid_from")
        )
    same_day = select(LabourRate.id).where(LabourRate.grade == grade, LabourRate.valid_from == valid_from)
    if session.scalar(same_day) is not None:
        message = N_("This grade has a rate from that day already; a rate that was set is never changed.")
        faults.append(Fault(message, "valid_from"))
    if faults:
        raise DomainError(*faults)
    row = LabourRate(grade=grade, valid_from=valid_from, rate=rate)
    session.add(row)
    session.flush()
    return row
