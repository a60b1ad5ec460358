"""Shares by supplier, the lists behind them, and the ledger by month: every figure is the sum of its lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from portal.kernel.listing import all_rows
from portal.kernel.money import ZERO
from tests.factories.network import make_dealer
from tests.factories.recovery import (
    CLAIMED,
    ENGINEER,
    make_contract,
    make_cost,
    make_part,
    make_recovery,
    make_supplier,
    period_of,
)
from warranty.claims.models import Claim
from warranty.recovery.lists import COSTS, LEDGER, LINES, RECOVERIES
from warranty.recovery.queries.costs import Period, waiting
from warranty.recovery.queries.figures import ledger_by_month, read_shares
from warranty.recovery.rules.shares import Figures
from warranty.recovery.services.rounds import withdraw

OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
COST = Decimal("752.10")


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


def maker(session: Session, now: datetime, *, contract: bool = True) -> Supplier:
    """A supplier with a part of its own, P-S0001, and a contract unless told otherwise."""
    found = make_supplier(session)
    make_part(session, found, f"P-{found.code}")
    if contract:
        make_contract(session, now, found)
    return found


def cost(session: Session, dealer: Dealer, supplier: Supplier, decided: datetime = OCTOBER) -> Claim:
    return make_cost(session, dealer, decided, part=f"P-{supplier.code}")


def test_each_supplier_has_its_costs_and_how_far_they_have_come(
    session: Session, dealer: Dealer, now: datetime
) -> None:
    paid, sent, none = maker(session, now), maker(session, now), maker(session, now, contract=False)
    cost(session, dealer, paid)
    make_recovery(session, now, paid, "paid")  # labour rejected, material 411.00 accepted
    cost(session, dealer, paid)
    make_recovery(session, now, paid, "agreed", reject=False)
    cost(session, dealer, sent)
    make_recovery(session, now, sent, "sent")
    cost(session, dealer, none)
    found = {one.code: one.figures for one in read_shares(session, period_of(now))}
    assert found == {
        paid.code: Figures(2, 2 * COST, 2 * CLAIMED, Decimal("972.00"), Decimal("411.00"), Decimal("411.00")),
        sent.code: Figures(1, COST, CLAIMED, ZERO, ZERO, ZERO),
        none.code: Figures(1, COST, ZERO, ZERO, ZERO, ZERO),
    }
    assert found[paid.code].share == Decimal("27.3")  # 411.00 of 1504.20
    assert [one.code for one in read_shares(session, period_of(now), sent.code)] == [sent.code]


def test_every_figure_is_the_sum_of_the_lines_that_it_leads_to(session: Session, dealer: Dealer, now: datetime) -> None:
    suppliers = [maker(session, now) for _ in range(3)]
    for place, state in enumerate(("draft", "answered", "disputed", "agreed", "booked", "paid")):
        supplier = suppliers[place % 3]
        cost(session, dealer, supplier, OCTOBER + timedelta(days=place))
        make_recovery(session, now, supplier, state)
    cost(session, dealer, suppliers[0], OCTOBER - timedelta(days=90))  # before the period
    period = period_of(now)
    days = {"since": period.first.isoformat(), "until": period.last.isoformat()}
    for one in read_shares(session, period):
        own = {**days, "supplier": one.code}
        costs = list(all_rows(session, COSTS, own))
        assert (len(costs), sum(row.cost for row in costs)) == (one.figures.claims, one.figures.cost)
        for name, figure in (("", "claimed"), ("accepted", "accepted"), ("booked", "booked"), ("paid", "paid")):
            lines = list(all_rows(session, LINES, {**own, "reached": name} if name else own))
            column = {"claimed": "amount", "accepted": "accepted"}.get(figure, "net")
            assert sum((getattr(row, column) for row in lines), ZERO) == getattr(one.figures, figure), figure
        assert sum((row.claimed for row in costs), ZERO) == one.figures.claimed


def test_a_withdrawn_demand_counts_for_nothing(session: Session, dealer: Dealer, now: datetime) -> None:
    supplier = maker(session, now)
    cost(session, dealer, supplier)
    withdraw(session, make_recovery(session, now, supplier).id, "合同有误", ENGINEER, now)
    (found,) = read_shares(session, period_of(now))
    assert found.figures == Figures(1, COST)
    assert list(all_rows(session, LINES, {})) == []


def test_a_part_that_changed_its_maker_stays_with_whom_it_was_asked_of(
    session: Session, dealer: Dealer, now: datetime
) -> None:
    first, second = maker(session, now), maker(session, now)
    cost(session, dealer, first)
    make_recovery(session, now, first)
    part = make_part(session, second, "P-NEW")
    claim = make_cost(session, dealer, OCTOBER, part="P-NEW")
    make_recovery(session, now, second)
    part.supplier_id = first.id
    session.flush()
    found = {one.code: one.figures.claims for one in read_shares(session, period_of(now))}
    assert found == {first.code: 1, second.code: 1}
    row = next(row for row in all_rows(session, COSTS, {}) if row.number == claim.number)
    assert row.supplier == second.code


def test_the_list_of_costs_says_what_waits_and_what_no_contract_covers(
    session: Session, dealer: Dealer, now: datetime
) -> None:
    covered, bare = maker(session, now), maker(session, now, contract=False)
    asked = cost(session, dealer, covered)
    make_recovery(session, now, covered)
    waits = cost(session, dealer, covered, datetime(2026, 10, 31, 16, 30, tzinfo=UTC))
    old = make_cost(session, dealer, OCTOBER, part=f"P-{covered.code}", completed=datetime(2025, 12, 31, tzinfo=UTC))
    lone = cost(session, dealer, bare)
    found = {row.number: (row.standing, row.claimed) for row in all_rows(session, COSTS, {})}
    assert found == {
        asked.number: ("recovered", CLAIMED), waits.number: ("waiting", ZERO),
        old.number: ("uncovered", ZERO), lone.number: ("uncovered", ZERO),
    }  # fmt: skip
    (row,) = all_rows(session, COSTS, {"standing": "waiting"})
    assert (row.number, str(row.decided_on)) == (waits.number, "2026-11-01")
    assert [one.claims for one in waiting(session, period_of(now))] == [2]  # the old one waits for a contract


def test_the_ledger_by_month_is_the_sum_of_its_entries(session: Session, dealer: Dealer, now: datetime) -> None:
    first, second = maker(session, now), maker(session, now)
    for supplier, state in ((first, "paid"), (second, "booked")):
        cost(session, dealer, supplier)
        make_recovery(session, now, supplier, state, reject=False)
    found = {(one.month, one.code): (one.booked, one.paid) for one in ledger_by_month(session, period_of(now))}
    assert found == {("2026-11", first.code): (CLAIMED, CLAIMED), ("2026-11", second.code): (CLAIMED, ZERO)}
    for (month, code), (booked, paid) in found.items():
        rows = list(all_rows(session, LEDGER, {"month": month, "supplier": code}))
        assert sum(row.amount for row in rows) == booked - paid
    october = Period(period_of(now).first, OCTOBER.date())
    assert ledger_by_month(session, october) == []


def test_the_list_of_demands_is_narrowed_to_what_is_overdue(session: Session, dealer: Dealer, now: datetime) -> None:
    supplier = maker(session, now)
    cost(session, dealer, supplier)
    found = make_recovery(session, now, supplier, "sent")
    assert found.due_on is not None
    for days, numbers in ((0, []), (1, [found.number])):
        day = (found.due_on + timedelta(days=days)).isoformat()
        assert [row.number for row in all_rows(session, RECOVERIES, {"overdue_on": day})] == numbers
