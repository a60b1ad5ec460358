"""Approved claims become demands: whose, under which contract, how much, and each line once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from portal.kernel.access import AccessDeniedError
from portal.kernel.errors import DomainError
from portal.kernel.listing import fetch_page
from portal.kernel.money import ZERO
from tests.factories.network import make_actor, make_dealer
from tests.factories.recovery import (
    AMOUNTS,
    CLAIMED,
    ENGINEER,
    PART,
    TERMS,
    make_contract,
    make_cost,
    make_part,
    make_recovery,
    make_supplier,
    period_of,
)
from warranty.claims.models import Claim
from warranty.recovery.jobs import generate
from warranty.recovery.lists import COSTS
from warranty.recovery.models import Recovery, RecoveryLine
from warranty.recovery.queries.costs import Period, costs_of, waiting
from warranty.recovery.queries.recoveries import find, lines_of, unbalanced
from warranty.recovery.rules.contracts import COMPONENT
from warranty.recovery.rules.contracts import PART as ONE_PART
from warranty.recovery.services.generate import reckon_anew, recover_supplier
from warranty.recovery.services.rounds import withdraw

OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def supplier(session: Session) -> Supplier:
    found = make_supplier(session)
    make_part(session, found)
    return found


def made(session: Session) -> list[Recovery]:
    return list(session.scalars(select(Recovery).order_by(Recovery.id)))


def test_a_claim_becomes_a_demand_with_each_step_of_the_reckoning(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    contract = make_contract(session, now, supplier)
    claim = make_cost(session, dealer, OCTOBER)
    found = make_recovery(session, now, supplier)
    assert found.number == f"RV-{supplier.code}-202611-0001"
    assert (found.state, found.claims, found.claimed, found.asked, found.accepted) == (
        "draft", 1, CLAIMED, CLAIMED, ZERO,
    )  # fmt: skip
    lines = lines_of(session, found.id)
    assert [(one.kind, one.basis, one.share, one.wanted, one.amount) for one in lines] == [
        ("labour", Decimal("300.00"), Decimal(50), Decimal("150.00"), Decimal("150.00")),
        ("part", Decimal("411.00"), Decimal(100), Decimal("411.00"), Decimal("411.00")),
    ]
    assert {(one.claim_id, one.contract_id, one.year, one.part) for one in lines} == {(claim.id, contract.id, 1, PART)}
    assert (lines[0].decided_on, lines[0].done_on) == (date(2026, 10, 20), date(2026, 10, 15))
    assert unbalanced(session) == []


def test_suppliers_are_asked_for_their_failures_only(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    """What the maker does out of goodwill, for a campaign or before the sale is its own, as the part's label says."""
    make_contract(session, now, supplier)
    theirs = {"repair", "part_warranty", "out_call"}
    numbers = {}
    for kind in sorted(theirs | {"goodwill", "campaign", "pdi", "first_service"}):
        claim = make_cost(session, dealer, OCTOBER)
        claim.type = kind
        numbers[claim.id] = kind
    session.flush()
    (waits,) = waiting(session, period_of(now))
    assert (waits.claims, waits.cost) == (3, 3 * Decimal("752.10"))
    found = make_recovery(session, now, supplier)
    assert {numbers[line.claim_id] for line in lines_of(session, found.id)} == theirs
    rows = fetch_page(session, COSTS, {}).rows
    assert {numbers[row.id] for row in rows} == theirs


def test_a_draft_made_before_drops_what_is_no_suppliers_failure(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    make_contract(session, now, supplier)
    goodwill, _repair = make_cost(session, dealer, OCTOBER), make_cost(session, dealer, OCTOBER)
    found = make_recovery(session, now, supplier)
    goodwill.type = "goodwill"  # as in a draft of a time when it was asked for
    session.flush()
    assert {row.id for row in fetch_page(session, COSTS, {}).rows} >= {
        goodwill.id
    }  # what is in a demand stays in sight
    assert reckon_anew(session, found.id, ENGINEER, now).claims == 1
    assert goodwill.id not in {line.claim_id for line in lines_of(session, found.id)}
    assert unbalanced(session) == []


def test_made_twice_nothing_is_asked_twice(session: Session, dealer: Dealer, supplier: Supplier, now: datetime) -> None:
    make_contract(session, now, supplier)
    make_cost(session, dealer, OCTOBER)
    session.commit()
    first = generate(session, period_of(now), "", ENGINEER, now)
    assert (len(first.numbers), first.claims, first.claimed) == (1, 1, CLAIMED)
    again = generate(session, period_of(now), "", ENGINEER, now)
    assert (again.numbers, again.claims, again.claimed) == ((), 0, ZERO)
    make_cost(session, dealer, OCTOBER + timedelta(days=1))
    session.commit()
    third = generate(session, period_of(now), supplier.code, ENGINEER, now)
    assert (len(third.numbers), third.claims, third.claimed) == (1, 1, CLAIMED)


def test_the_database_itself_refuses_a_line_in_two_demands(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    make_contract(session, now, supplier)
    make_cost(session, dealer, OCTOBER)
    found = make_recovery(session, now, supplier)
    line = lines_of(session, found.id)[0]
    row = {column.key: getattr(line, column.key) for column in RecoveryLine.__table__.columns if column.key != "id"}
    with pytest.raises(IntegrityError):
        session.execute(insert(RecoveryLine), [{**row, "position": 99}])


def test_what_was_withdrawn_can_be_recovered_anew(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    make_contract(session, now, supplier)
    make_cost(session, dealer, OCTOBER)
    first = make_recovery(session, now, supplier)
    assert recover_supplier(session, supplier.id, period_of(now), ENGINEER, now) is None
    withdraw(session, first.id, "合同号有误", ENGINEER, now)
    second = make_recovery(session, now, supplier)
    assert second.id != first.id
    assert second.claimed == CLAIMED
    lives = session.execute(select(RecoveryLine.recovery_id, RecoveryLine.live).distinct()).all()
    assert sorted(map(tuple, lives)) == [(first.id, False), (second.id, True)]
    assert unbalanced(session) == []


@pytest.mark.parametrize("state", ["submitted", "refused"])
def test_only_what_headquarters_bears_is_recovered(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime, state: str
) -> None:
    make_contract(session, now, supplier)
    claim = make_cost(session, dealer, OCTOBER)
    session.execute(
        Claim.__table__.update().where(Claim.__table__.c.id == claim.id).values(state=state)  # type: ignore[attr-defined]
    )
    assert recover_supplier(session, supplier.id, period_of(now), ENGINEER, now) is None


def test_the_days_are_those_of_the_decision_in_china(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    make_contract(session, now, supplier)
    late = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)  # half past midnight on 1 November
    make_cost(session, dealer, late)
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    assert recover_supplier(session, supplier.id, october, ENGINEER, now) is None
    found = recover_supplier(session, supplier.id, Period(date(2026, 11, 1), date(2026, 11, 1)), ENGINEER, now)
    assert found is not None
    assert lines_of(session, find(session, found.number).id)[0].decided_on == date(2026, 11, 1)


def test_the_contract_of_the_day_of_the_repair_holds_and_the_narrowest(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    def all_of_it(part: int) -> object:
        return replace(TERMS, labour=Decimal(0), part=Decimal(part))

    before = {"begins_on": date(2025, 1, 1), "until_on": date(2025, 12, 31)}
    contracts = [
        make_contract(session, now, supplier, terms=all_of_it(10)),
        make_contract(session, now, supplier, scope=COMPONENT, value="engine", terms=all_of_it(20)),
        make_contract(session, now, supplier, scope=ONE_PART, value=PART.lower(), terms=all_of_it(30)),
        make_contract(session, now, supplier, scope=ONE_PART, value=PART, terms=all_of_it(40), **before),
    ]
    make_part(session, supplier, "W-SEAL")
    make_part(session, supplier, "B-PAD", component="brakes")
    old = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)  # the last minute of the year in China
    claims = [
        make_cost(session, dealer, OCTOBER, part=part, completed=completed)
        for part, completed in ((PART, None), ("W-SEAL", None), ("B-PAD", None), (PART, old))
    ]
    found = make_recovery(session, now, supplier)
    by_claim = {line.claim_id: (line.contract_id, line.share) for line in lines_of(session, found.id)}
    assert by_claim == {
        claims[0].id: (contracts[2].id, 30), claims[1].id: (contracts[1].id, 20),
        claims[2].id: (contracts[0].id, 10), claims[3].id: (contracts[3].id, 40),
    }  # fmt: skip


def test_the_supplier_that_the_visit_named_counts_before_the_catalogues(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    other = make_supplier(session)
    for one in (supplier, other):
        make_contract(session, now, one)
    make_cost(session, dealer, OCTOBER, supplier=other.name_zh)
    make_cost(session, dealer, OCTOBER, supplier="目录里没有的厂")
    make_cost(session, dealer, OCTOBER, part="NOT-LISTED")
    found = {one.code: (one.claims, one.cost) for one in waiting(session, period_of(now))}
    assert found == {supplier.code: (1, Decimal("752.10")), other.code: (1, Decimal("752.10"))}


def test_a_supplier_without_a_contract_is_not_waited_for(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    make_cost(session, dealer, OCTOBER)
    assert waiting(session, period_of(now)) == []
    assert len(costs_of(session, supplier.id, period_of(now)).costs) == 3
    assert recover_supplier(session, supplier.id, period_of(now), ENGINEER, now) is None


def test_caps_hold_over_several_demands_to_the_fen(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    capped = replace(TERMS, claim_cap=Decimal("500.00"), year_cap=Decimal("1100.01"))
    contract = make_contract(session, now, supplier, terms=capped)
    for day in range(4):
        make_cost(session, dealer, OCTOBER + timedelta(days=day))
    session.commit()
    done = generate(session, period_of(now), "", ENGINEER, now, most=1)
    assert [find(session, number).claimed for number in done.numbers] == [
        Decimal("500.00"), Decimal("500.00"), Decimal("100.01"),
    ]  # fmt: skip
    assert done.claimed == Decimal("1100.01")
    cut = session.execute(
        select(RecoveryLine.year, func.sum(RecoveryLine.cut_claim), func.sum(RecoveryLine.cut_year))
        .where(RecoveryLine.contract_id == contract.id).group_by(RecoveryLine.year)
    ).one()  # fmt: skip
    assert tuple(cut) == (1, Decimal("183.00"), Decimal("399.99"))
    assert unbalanced(session) == []


def test_what_was_agreed_at_less_frees_the_years_cap(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    make_contract(session, now, supplier, terms=replace(TERMS, year_cap=CLAIMED))
    make_cost(session, dealer, OCTOBER)
    first = make_recovery(session, now, supplier, "agreed")
    assert (first.claimed, first.agreed) == (CLAIMED, Decimal("411.00"))
    make_cost(session, dealer, OCTOBER + timedelta(days=1))
    assert make_recovery(session, now, supplier).claimed == Decimal("150.00")


def test_what_a_used_up_cap_leaves_waits_until_it_is_freed(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    make_contract(session, now, supplier, terms=replace(TERMS, year_cap=CLAIMED))
    make_cost(session, dealer, OCTOBER)
    first = make_recovery(session, now, supplier)
    make_cost(session, dealer, OCTOBER + timedelta(days=1))
    assert recover_supplier(session, supplier.id, period_of(now), ENGINEER, now) is None
    assert [one.claims for one in waiting(session, period_of(now))] == [1]
    withdraw(session, first.id, "测试", ENGINEER, now)
    assert make_recovery(session, now, supplier).claimed == CLAIMED


def test_in_pieces_it_is_the_same_as_at_once_and_nothing_is_forgotten(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    make_contract(session, now, supplier, terms=replace(TERMS, year_cap=Decimal("2000.00")))
    for day in range(7):
        make_cost(session, dealer, OCTOBER + timedelta(days=day % 3), completed=OCTOBER - timedelta(days=day))
    session.commit()
    pieces = generate(session, period_of(now), "", ENGINEER, now, most=2)
    assert [find(session, number).claims for number in pieces.numbers] == [2, 2]
    split = amounts_by_line(session)
    for number in pieces.numbers:
        withdraw(session, find(session, number).id, "测试", ENGINEER, now)
    session.commit()
    whole = generate(session, period_of(now), "", ENGINEER, now)
    assert len(whole.numbers) == 1
    assert amounts_by_line(session) == split
    assert sum(split.values()) == Decimal("2000.00")
    assert [one.claims for one in waiting(session, period_of(now))] == [3]  # the cap has nothing for them


def amounts_by_line(session: Session) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for line, amount in session.execute(
        select(RecoveryLine.claim_line_id, RecoveryLine.amount).where(RecoveryLine.live)
    ):
        found[line] += amount
    return dict(found)


def test_a_line_that_was_audited_to_nothing_is_not_asked_for(
    session: Session, dealer: Dealer, supplier: Supplier, now: datetime
) -> None:
    make_contract(session, now, supplier)
    make_cost(session, dealer, OCTOBER, amounts={**AMOUNTS, "labour": "0.00"})
    assert [line.kind for line in lines_of(session, make_recovery(session, now, supplier).id)] == ["part"]


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2026, 11, 2), date(2026, 11, 1), "last_on"), (date(2026, 11, 1), date(2026, 11, 21), "last_on"),
        (date(1, 1, 1), date(2026, 11, 1), "first_on"),
    ],
)  # fmt: skip
def test_days_that_make_no_sense_are_told_at_their_field(
    session: Session, now: datetime, first: date, last: date, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        generate(session, Period(first, last), "", ENGINEER, now)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_who_may_not_recover_may_not(session: Session, supplier: Supplier, now: datetime) -> None:
    desk = make_actor(session, "settlement")
    with pytest.raises(AccessDeniedError):
        generate(session, period_of(now), "", desk, now)
    with pytest.raises(AccessDeniedError):
        recover_supplier(session, supplier.id, period_of(now), desk, now)
