"""Entering contracts and ending them: faults at their fields, periods of the same part never overlap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from tests.factories.network import make_actor, make_dealer
from tests.factories.recovery import (
    ENGINEER,
    PART,
    TERMS,
    make_contract,
    make_cost,
    make_part,
    make_recovery,
    make_supplier,
)
from tests.support.at_once import both_at_once
from warranty.recovery.models import RecoveryContract
from warranty.recovery.queries.contracts import contract_page
from warranty.recovery.rules.contracts import ALL, COMPONENT
from warranty.recovery.rules.contracts import PART as ONE_PART
from warranty.recovery.services.contracts import ContractFacts, add_contract, end_contract

OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
YEAR = {"begins_on": date(2026, 1, 1), "until_on": date(2026, 12, 31)}


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def supplier(session: Session) -> Supplier:
    found = make_supplier(session)
    make_part(session, found)
    return found


def refused(session: Session, now: datetime, supplier: Supplier, **changes: Any) -> list[tuple[str | None, str]]:
    with pytest.raises(DomainError) as error:
        make_contract(session, now, supplier, **changes)
    return [(fault.field, fault.message % fault.facts) for fault in error.value.faults]


def test_a_contract_is_kept_as_it_was_signed(session: Session, supplier: Supplier, now: datetime) -> None:
    terms = replace(TERMS, labour=Decimal("62.50"), claim_cap=Decimal(800), year_cap=Decimal(50_000))
    row = make_contract(
        session, now, supplier, scope=ONE_PART, value=f" {PART.lower()} ", terms=terms, paper_no="XY-2026-17"
    )
    assert row.number == f"RA-{supplier.code}-202611-0001"
    assert (row.scope, row.value, row.labour_share, row.claim_cap, row.year_cap) == (
        "part", PART, Decimal("62.50"), Decimal(800), Decimal(50_000),
    )  # fmt: skip
    assert (row.paper_no, row.answer_days, row.made_by) == ("XY-2026-17", 30, ENGINEER.name)


def test_days_about_the_same_part_never_overlap_and_the_field_says_with_what(
    session: Session, supplier: Supplier, now: datetime
) -> None:
    first = make_contract(session, now, supplier, scope=ONE_PART, value=PART)
    told = refused(session, now, supplier, scope=ONE_PART, value=PART, begins_on=date(2026, 12, 31),
                   until_on=date(2027, 12, 31))  # fmt: skip
    assert [field for field, _text in told] == ["begins_on"]
    assert first.number in told[0][1]
    assert "2026-01-01" in told[0][1]
    make_contract(session, now, supplier, scope=ONE_PART, value=PART, begins_on=date(2027, 1, 1),
                  until_on=date(2027, 12, 31))  # fmt: skip
    make_contract(session, now, supplier, scope=COMPONENT, value="engine")
    make_contract(session, now, supplier)
    make_contract(session, now, make_supplier(session))
    assert [field for field, _text in refused(session, now, supplier)] == ["begins_on"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"scope": ONE_PART, "value": "NOT-LISTED"}, ["part"]),
        ({"scope": ONE_PART, "value": ""}, ["part"]),
        ({"scope": COMPONENT, "value": "wheels"}, ["component"]),
        ({"scope": ALL, "value": PART}, ["part"]),
        ({"scope": "car", "value": ""}, ["scope"]),
        ({"until_on": date(2025, 12, 31)}, ["until_on"]),
        ({"begins_on": date(1, 1, 1)}, ["begins_on"]),
        ({"terms": replace(TERMS, labour=Decimal(101), part=Decimal(-1))}, ["labour_share", "part_share"]),
        ({"terms": replace(TERMS, claim_cap=Decimal(2), year_cap=Decimal(1))}, ["claim_cap"]),
        ({"answer_days": 0}, ["answer_days"]),
        ({"note": "长" * 501}, ["note"]),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    session: Session, supplier: Supplier, now: datetime, changes: dict[str, Any], fields: list[str]
) -> None:
    assert [field for field, _text in refused(session, now, supplier, **changes)] == fields
    assert session.scalar(select(func.count()).select_from(RecoveryContract)) == 0


def test_an_unknown_supplier_is_told(session: Session, now: datetime) -> None:
    with pytest.raises(DomainError) as error:
        add_contract(session, ContractFacts("S9999", ALL, "", terms=TERMS, **YEAR), ENGINEER, now)
    assert [fault.field for fault in error.value.faults] == ["supplier"]


def test_a_contract_ends_early_but_not_before_what_was_recovered_under_it(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    row = make_contract(session, now, supplier)
    make_cost(session, dealer, OCTOBER)  # completed on 15 October
    make_recovery(session, now, supplier)
    with pytest.raises(DomainError) as error:
        end_contract(session, row.number, date(2026, 10, 14), "涨价", ENGINEER)
    assert [fault.field for fault in error.value.faults] == ["last_day"]
    with pytest.raises(DomainError) as error:
        end_contract(session, row.number, date(2027, 1, 1), " ", ENGINEER)
    assert [fault.field for fault in error.value.faults] == ["last_day", "why"]
    end_contract(session, row.number, date(2026, 10, 15), "涨价", ENGINEER)
    assert (row.until_on, row.ended_why) == (date(2026, 10, 15), "涨价")
    with pytest.raises(ConflictError):
        end_contract(session, row.number, date(2026, 10, 15), "再次", ENGINEER)
    make_contract(session, now, supplier, begins_on=date(2026, 10, 16))


def test_a_contracts_page_says_what_its_years_have_brought(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    terms = replace(TERMS, year_cap=Decimal("700.00"))
    row = make_contract(session, now, supplier, terms=terms, begins_on=date(2025, 10, 16))
    make_cost(session, dealer, OCTOBER)  # the last day of the first year
    make_cost(session, dealer, OCTOBER, completed=datetime(2026, 10, 15, 17, tzinfo=UTC))  # the first of the second
    make_cost(session, dealer, OCTOBER, completed=datetime(2026, 10, 16, 17, tzinfo=UTC))
    make_recovery(session, now, supplier)
    years = [(year.year, year.used, year.cut, year.lines) for year in contract_page(session, row.number).years]
    assert years == [
        (1, Decimal("561.00"), Decimal("0.00"), 2), (2, Decimal("700.00"), Decimal("422.00"), 4),
    ]  # fmt: skip
    with pytest.raises(NotFoundError):
        contract_page(session, "RA-NONE")


def test_who_may_not_edit_may_not(session: Session, supplier: Supplier, now: datetime) -> None:
    row, desk = make_contract(session, now, supplier), make_actor(session, "settlement")
    with pytest.raises(AccessDeniedError):
        add_contract(session, ContractFacts(supplier.code, ALL, "", terms=TERMS, **YEAR), desk, now)
    with pytest.raises(AccessDeniedError):
        end_contract(session, row.number, date(2026, 6, 1), "涨价", desk)


@pytest.mark.databases("postgresql")
def test_of_two_who_enter_the_same_contract_at_once_one_is_told_of_the_other(
    app: Flask, session: Session, supplier: Supplier, now: datetime
) -> None:
    facts = ContractFacts(supplier.code, ALL, "", terms=TERMS, **YEAR)
    session.commit()
    people = (Actor.system("甲"), Actor.system("乙"))
    outcomes = both_at_once(app, people, lambda own, actor: add_contract(own, facts, actor, now).number)
    assert sorted(type(one).__name__ for one in outcomes) == ["DomainError", "str"]
    assert session.scalar(select(func.count()).select_from(RecoveryContract)) == 1
