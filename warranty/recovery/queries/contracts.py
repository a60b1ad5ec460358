"""Reads of contracts: as they are reckoned by, and for their pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from parts.catalogue.models import Part, Supplier
from portal.kernel.db import Fen
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.money import ZERO
from warranty.recovery.models import RecoveryContract, RecoveryLine
from warranty.recovery.rules.contracts import ALL, COMPONENT, PART, Contract, Terms

#: What a line uses of a year's cap: what was agreed and did not go back, or what may still come.
USED: ColumnElement[Decimal] = func.coalesce(RecoveryLine.agreed - RecoveryLine.given_back, RecoveryLine.amount)


def as_rule(row: RecoveryContract) -> Contract:
    """Return a contract as the rules know it."""
    terms = Terms(row.labour_share, row.part_share, row.handling_share, row.claim_cap, row.year_cap)
    return Contract(row.id, row.scope, row.value, row.begins_on, row.until_on, terms)


def contracts_of(session: Session, supplier_id: int) -> list[Contract]:
    """Return a supplier's contracts, the earliest first."""
    rows = session.scalars(
        select(RecoveryContract).where(RecoveryContract.supplier_id == supplier_id)
        .order_by(RecoveryContract.begins_on, RecoveryContract.id).execution_options(populate_existing=True)
    )  # fmt: skip
    return [as_rule(row) for row in rows]


def used_of(session: Session, supplier_id: int, without: int | None = None) -> dict[tuple[int, int], Decimal]:
    """Return what a supplier's contracts have brought, by contract and its year; ``without`` one demand."""
    others = () if without is None else (RecoveryLine.recovery_id != without,)
    rows = session.execute(
        select(RecoveryLine.contract_id, RecoveryLine.year, type_coerce(func.sum(USED), Fen()))
        .join(RecoveryContract, RecoveryContract.id == RecoveryLine.contract_id)
        .where(RecoveryContract.supplier_id == supplier_id, RecoveryLine.live, *others)
        .group_by(RecoveryLine.contract_id, RecoveryLine.year)
    )
    return {(contract, year): used or ZERO for contract, year, used in rows}


def last_use(session: Session, contract_id: int) -> date | None:
    """Return the day of the latest repair that was recovered under a contract."""
    return session.scalar(
        select(func.max(RecoveryLine.done_on)).where(RecoveryLine.contract_id == contract_id, RecoveryLine.live)
    )


def contract_named(session: Session, number: str) -> RecoveryContract:
    """Return a contract; raise `NotFoundError` where there is none."""
    found = session.scalars(select(RecoveryContract).where(RecoveryContract.number == number)).first()
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return found


@dataclass(frozen=True)
class Year:
    """A contract's year: its number, and what it has brought and what was cut off by its cap, in yuan."""

    year: int
    used: Decimal
    cut: Decimal
    lines: int


@dataclass(frozen=True)
class ContractPage:
    """A contract for its page."""

    row: RecoveryContract
    supplier: Supplier
    part: Part | None
    years: tuple[Year, ...]


def contract_page(session: Session, number: str) -> ContractPage:
    """Return a contract with what each of its years has brought."""
    row = contract_named(session, number)
    years = session.execute(
        select(
            RecoveryLine.year, type_coerce(func.sum(USED), Fen()), type_coerce(func.sum(RecoveryLine.cut_year), Fen()),
            func.count(),
        )
        .where(RecoveryLine.contract_id == row.id, RecoveryLine.live)
        .group_by(RecoveryLine.year).order_by(RecoveryLine.year)
    )  # fmt: skip
    part = session.scalars(select(Part).where(Part.number == row.value)).first() if row.scope == PART else None
    return ContractPage(row, session.get_one(Supplier, row.supplier_id), part, tuple(Year(*one) for one in years))


def about(part: ColumnElement[str], component: ColumnElement[str], day: ColumnElement[date]) -> ColumnElement[bool]:
    """Tell in SQL whether a contract is about a failed part on a day; `Contract.holds` says the same."""
    value = RecoveryContract.value
    meant = or_(
        and_(RecoveryContract.scope == PART, value == part),
        and_(RecoveryContract.scope == COMPONENT, value == component),
        RecoveryContract.scope == ALL,
    )
    return and_(meant, RecoveryContract.begins_on <= day, day <= RecoveryContract.until_on)


def all_suppliers(session: Session) -> list[Row[Any]]:
    """Return code and names of every supplier, by code."""
    return list(session.execute(select(Supplier.code, Supplier.name_zh, Supplier.name_en).order_by(Supplier.code)))


def suppliers_under_contract(session: Session) -> list[Row[Any]]:
    """Return code and names of the suppliers with a contract, by code."""
    signed = select(RecoveryContract.supplier_id)
    names = select(Supplier.code, Supplier.name_zh, Supplier.name_en).where(Supplier.id.in_(signed))
    return list(session.execute(names.order_by(Supplier.code)))
