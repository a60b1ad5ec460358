"""Suppliers, their contracts, what their parts cost, and demands in any state; given a session at headquarters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle
from parts.catalogue.models import Part, Supplier
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from tests.factories.settlement import make_approved
from tests.factories.vehicles import make_vehicle
from warranty.claims.models import Claim
from warranty.recovery.models import Recovery, RecoveryContract
from warranty.recovery.queries.costs import Period
from warranty.recovery.queries.recoveries import find, lines_of
from warranty.recovery.rules.answers import ACCEPTED, PARTLY, REJECTED, Answer
from warranty.recovery.rules.contracts import ALL, Terms
from warranty.recovery.services import booking, rounds
from warranty.recovery.services.booking import Payment
from warranty.recovery.services.contracts import ContractFacts, add_contract
from warranty.recovery.services.generate import recover_supplier

ENGINEER, DESK = Actor.system("质量工程师"), Actor.system("结算员")
#: Labour, material and handling fee of a repair, as they were approved: 300.00 + 411.00 + 41.10.
AMOUNTS: Mapping[str, str] = {"labour": "300.00", "part": "411.00", "handling": "41.10"}
#: Half of the labour, all of the material, nothing of the handling fee: 150.00 + 411.00.
TERMS = Terms(Decimal(50), Decimal(100), Decimal(0))
CLAIMED = Decimal("561.00")
PART = "W-PUMP"


def make_supplier(session: Session, **values: Any) -> Supplier:
    """Store a supplier: S0001, S0002, …"""
    number = (session.scalar(select(func.max(Supplier.id))) or 0) + 1
    given: dict[str, Any] = {
        "code": f"S{number:04d}",
        "name_zh": f"第{number}零部件厂",
        "name_en": f"Works no. {number}",
    }
    supplier = Supplier(**{**given, **values})
    session.add(supplier)
    session.flush()
    return supplier


def make_part(session: Session, supplier: Supplier | None, number: str = PART, **values: Any) -> Part:
    """Store a part of the catalogue that a supplier makes."""
    given: dict[str, Any] = {
        "name_zh": f"{number}件", "name_en": number, "initials": "J", "component": "engine",
        "supplier_id": None if supplier is None else supplier.id,
    }  # fmt: skip
    part = Part(number=number, **{**given, **values})
    session.add(part)
    session.flush()
    return part


def make_contract(session: Session, now: datetime, supplier: Supplier, **changes: Any) -> RecoveryContract:
    """Store a contract of 2026 over all of a supplier's parts, with some changes."""
    given: dict[str, Any] = {
        "scope": ALL, "value": "", "begins_on": date(2026, 1, 1), "until_on": date(2026, 12, 31), "terms": TERMS,
    }  # fmt: skip
    return add_contract(session, ContractFacts(supplier.code, **{**given, **changes}), ENGINEER, now)


def make_cost(
    session: Session, dealer: Dealer, decided: datetime, *, part: str = PART, supplier: str | None = None,
    completed: datetime | None = None, amounts: Mapping[str, str] | None = None, vehicle: Vehicle | None = None,
) -> Claim:  # fmt: skip
    """Store an approved claim whose causal part is given; completed five days before it was decided."""
    vehicle = vehicle or make_vehicle(session, dealer=dealer)
    (claim,) = make_approved(session, dealer, decided, AMOUNTS if amounts is None else amounts, vehicle=vehicle)
    claim.causal_part, claim.causal_supplier = part, supplier
    claim.completed_at = completed or decided - timedelta(days=5)
    session.flush()
    return claim


def period_of(now: datetime, days: int = 60) -> Period:
    """Return the last days, today included."""
    return Period(local_date(now) - timedelta(days=days), local_date(now))


def make_recovery(
    session: Session, now: datetime, supplier: Supplier, state: str = "draft", *, reject: bool = True
) -> Recovery:  # fmt: skip
    """Make a demand of what waits for a supplier and take it into a state; the supplier rejects the first line.

    Without ``reject`` the supplier accepts everything.
    """
    made = recover_supplier(session, supplier.id, period_of(now), ENGINEER, now)
    assert made is not None
    found = find(session, made.number)
    if state == "draft":
        return found
    if state == "withdrawn":
        return rounds.withdraw(session, found.id, "重复", ENGINEER, now)
    rounds.send(session, found.id, ENGINEER, now)
    if state == "sent":
        return found
    answers = {line.position: Answer(ACCEPTED) for line in lines_of(session, found.id) if line.asked}
    if reject:
        answers[1] = Answer(REJECTED, None, "非本厂责任")
    rounds.answer_lines(session, found.id, answers, ENGINEER, now)
    if state == "disputed":
        return rounds.dispute(session, found.id, "检测报告表明属制造缺陷", ENGINEER, now)
    if state in ("agreed", "booked", "paid"):
        rounds.agree(session, found.id, ENGINEER, now)
    if state in ("booked", "paid"):
        booking.book(session, found.id, DESK, now)
    if state == "paid":
        booking.pay(session, found.id, Payment(local_date(now), "BANK-1"), DESK, now)
    return found


def partly(amount: str, reason: str = "工时超过协议定额") -> Answer:
    """Return the answer that accepts some yuan."""
    return Answer(PARTLY, Decimal(amount), reason)
