"""Enter recovery contracts, and end them. What is in force is never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.words import COMPONENTS
from parts.catalogue.models import Part, Supplier
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import known_day
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.numbers import next_number
from warranty.recovery.models import ANSWER_DAYS, RecoveryContract
from warranty.recovery.queries.contracts import contract_named, contracts_of, last_use
from warranty.recovery.rules.contracts import ALL, COMPONENT, PART, SCOPES, Terms, overlapping, term_faults

SERIES, NOTE_LENGTH, PAPER_LENGTH, MOST_ANSWER_DAYS = "RA", 500, 40, 365
NEEDED = N_("Please fill this in.")
FAULTS = {
    "percent": N_("A percentage from 0 to 100."),
    "no_share": N_("The supplier has to bear a share of something."),
    "cap": N_("Please write an amount above 0, or leave it empty."),
    "cap_order": N_("One claim cannot bring more than the whole year."),
}
TWICE = N_(
    "Contract %(number)s about the same is in force from %(begins)s until %(until)s. "
    "End it first, or choose other days."
)


@dataclass(frozen=True)
class ContractFacts:
    """A contract as it was signed. ``value`` is a part number or a component; both days are included."""

    supplier: str
    scope: str
    value: str
    begins_on: date
    until_on: date
    terms: Terms
    paper_no: str = ""
    answer_days: int = ANSWER_DAYS
    note: str = ""


def lock_supplier(session: Session, supplier_id: int) -> Supplier:
    """Let nobody else change a supplier's contracts, or recover from it, until the transaction ends."""
    return session.scalars(
        select(Supplier).where(Supplier.id == supplier_id).with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()  # fmt: skip


def add_contract(session: Session, facts: ContractFacts, actor: Actor, now: datetime) -> RecoveryContract:
    """Enter a contract; faults stand at their fields, an overlap at the first day."""
    require(actor, Permission.RECOVERY_EDIT)
    supplier = session.scalars(select(Supplier).where(Supplier.code == facts.supplier.strip().upper())).first()
    value, faults = _about(session, facts)
    if supplier is None:
        faults.insert(0, Fault(N_("This supplier is not known."), "supplier"))
    faults += [*_day_faults(facts), *(Fault(FAULTS[code], name) for code, name in term_faults(facts.terms))]
    faults += _text_faults(facts)
    if supplier is not None and not faults:
        lock_supplier(session, supplier.id)
        known = contracts_of(session, supplier.id)
        other = overlapping(facts.scope, value, facts.begins_on, facts.until_on, known)
        if other is not None:
            number = session.scalar(select(RecoveryContract.number).where(RecoveryContract.id == other.id))
            told = {"number": number, "begins": other.begins_on.isoformat(), "until": other.until_on.isoformat()}
            faults.append(Fault(TWICE, "begins_on", told))
    if faults or supplier is None:
        raise DomainError(*faults)
    row = RecoveryContract(
        number=next_number(session, SERIES, supplier.code, now), paper_no=facts.paper_no.strip() or None,
        supplier_id=supplier.id, scope=facts.scope, value=value, begins_on=facts.begins_on, until_on=facts.until_on,
        labour_share=facts.terms.labour, part_share=facts.terms.part, handling_share=facts.terms.handling,
        claim_cap=facts.terms.claim_cap, year_cap=facts.terms.year_cap, answer_days=facts.answer_days,
        note=facts.note.strip(), made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def end_contract(session: Session, number: str, last_day: date, why: str, actor: Actor) -> RecoveryContract:
    """Let a contract end earlier; repairs that were recovered under it stay within it."""
    require(actor, Permission.RECOVERY_EDIT)
    row = contract_named(session, number)
    lock_supplier(session, row.supplier_id)
    session.refresh(row)
    if row.ended_by is not None:
        raise ConflictError(Fault(N_("This contract was ended already.")))
    faults, used = [], last_use(session, row.id)
    if not row.begins_on <= last_day <= row.until_on:
        faults.append(Fault(N_("The day has to be within the contract."), "last_day"))
    elif used is not None and last_day < used:
        message = N_("A repair of %(day)s was recovered under this contract; it cannot end before.")
        faults.append(Fault(message, "last_day", {"day": used.isoformat()}))
    if not why.strip():
        faults.append(Fault(NEEDED, "why"))
    elif len(why) > NOTE_LENGTH:
        faults.append(Fault(N_("At most %(limit)s characters."), "why", {"limit": NOTE_LENGTH}))
    if faults:
        raise DomainError(*faults)
    row.until_on, row.ended_by, row.ended_why = last_day, actor.name, why.strip()
    session.flush()
    return row


def _about(session: Session, facts: ContractFacts) -> tuple[str, list[Fault]]:
    """Return what the contract is about as it is kept, and what is wrong with it."""
    typed = facts.value.strip()
    if facts.scope not in SCOPES:
        return typed, [Fault(N_("Please choose from the list."), "scope")]
    if facts.scope == ALL:
        return "", [Fault(N_("Leave this empty for all parts of the supplier."), "part")] if typed else []
    if facts.scope == COMPONENT:
        return typed, [] if typed in COMPONENTS else [Fault(N_("Please choose from the list."), COMPONENT)]
    number = typed.upper()
    known = session.scalar(select(Part.id).where(Part.number == number))
    return number, [] if known is not None else [Fault(N_("This part is not in the catalogue."), PART)]


def _day_faults(facts: ContractFacts) -> list[Fault]:
    days = (("begins_on", facts.begins_on), ("until_on", facts.until_on))
    faults = [Fault(N_("This day is too far away."), name) for name, day in days if not known_day(day)]
    if facts.until_on < facts.begins_on:
        faults.append(Fault(N_("The last day is before the first one."), "until_on"))
    return faults


def _text_faults(facts: ContractFacts) -> list[Fault]:
    lengths = (("note", facts.note, NOTE_LENGTH), ("paper_no", facts.paper_no, PAPER_LENGTH))
    message = N_("At most %(limit)s characters.")
    faults = [Fault(message, name, {"limit": most}) for name, text, most in lengths if len(text.strip()) > most]
    if not 1 <= facts.answer_days <= MOST_ANSWER_DAYS:
        bounds = {"least": 1, "most": MOST_ANSWER_DAYS}
        faults.append(Fault(N_("A whole number from %(least)s to %(most)s."), "answer_days", bounds))
    return faults
