"""After the agreement: what was taken back from the station goes back to the supplier, once, and may be asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from portal.kernel.access import AccessDeniedError
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.listing import all_rows
from portal.kernel.money import ZERO
from tests.factories.network import make_actor, make_dealer
from tests.factories.recovery import (
    CLAIMED,
    DESK,
    ENGINEER,
    TERMS,
    make_contract,
    make_cost,
    make_part,
    make_recovery,
    make_supplier,
    period_of,
)
from warranty.claims.models import Claim
from warranty.recovery.lists import LEDGER, LINES, RECOVERIES
from warranty.recovery.models import Recovery, RecoveryAdjustment, RecoveryEntry
from warranty.recovery.queries.adjustments import moving_now
from warranty.recovery.queries.contracts import used_of
from warranty.recovery.queries.figures import ledger_by_month, read_shares
from warranty.recovery.queries.recoveries import lines_of, unbalanced
from warranty.recovery.services.adjust import Adjusting, ask_again, give_back
from warranty.recovery.services.booking import Payment, pay
from warranty.recovery.services.generate import recover_supplier
from warranty.settlement.closing import close_month
from warranty.settlement.deductions import Booking, book, undo
from warranty.settlement.models import Deduction

D = Decimal
OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
CLOSING = datetime(2026, 11, 3, 2, tzinfo=UTC)
TODAY = date(2026, 11, 20)
#: Half of what the claim was approved with, 752.10; of the lines 75.00 and 205.50 are asked then.
HALF, BACK, LEFT = "376.05", D("280.50"), D("280.50")


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def supplier(session: Session, now: datetime) -> Supplier:
    """A supplier that bears half of the labour and all of the material, up to 1 000.00 a year."""
    found = make_supplier(session)
    make_part(session, found)
    make_contract(session, now, found, terms=replace(TERMS, year_cap=D("1000.00")))
    return found


@pytest.fixture
def claim(session: Session, dealer: Dealer, supplier: Supplier) -> Claim:
    """A claim of which 150.00 of labour and 411.00 of material are asked, paid by October's statement."""
    del supplier
    found = make_cost(session, dealer, OCTOBER)
    session.commit()
    close_month(session, "2026-10", DESK, CLOSING)
    return found


def debit(session: Session, dealer: Dealer, claim: Claim, amount: str = HALF) -> Deduction:
    return book(session, Booking(dealer.code, "debit", D(amount), "二次抵扣", claim.number), DESK, CLOSING)


def said(reference: str = "", day: date = TODAY) -> Adjusting:
    return Adjusting(day, "已向服务站二次抵扣", reference)


def ledger(session: Session, found: Recovery) -> list[tuple[str, Decimal]]:
    rows = session.execute(
        select(RecoveryEntry.account, RecoveryEntry.amount)
        .where(RecoveryEntry.recovery_id == found.id).order_by(RecoveryEntry.id)
    )  # fmt: skip
    return [(account, amount) for account, amount in rows]


def faults_of(error: pytest.ExceptionInfo[DomainError]) -> list[str | None]:
    return [fault.field for fault in error.value.faults]


def test_of_a_booked_demand_the_supplier_owes_less_and_pays_less(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "booked", reject=False)
    debit(session, dealer, claim)
    made = give_back(session, found.id, said(), DESK, now)
    assert (made.number, made.kind, made.amount) == (f"RJ-{supplier.code}-202611-0001", "back", BACK)
    assert made.lines == [
        [1, claim.number, "150.00", "75.00", "75.00"], [2, claim.number, "205.50", "205.50", "205.50"],
    ]  # fmt: skip
    assert (found.state, found.agreed, found.given_back) == ("booked", CLAIMED, BACK)
    assert [one.given_back for one in lines_of(session, found.id)] == [D("75.00"), D("205.50")]
    pay(session, found.id, Payment(TODAY, "BANK-1"), DESK, now)
    assert ledger(session, found) == [("booked", CLAIMED), ("back", -BACK), ("paid", -LEFT)]
    assert unbalanced(session) == []


def test_of_a_paid_demand_the_money_is_repaid_and_the_ledger_comes_to_nothing(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "paid", reject=False)
    debit(session, dealer, claim)
    made = give_back(session, found.id, said(" BANK-9 "), DESK, now)
    assert (made.reference, made.happened_on, made.reason) == ("BANK-9", TODAY, "已向服务站二次抵扣")
    assert ledger(session, found) == [("booked", CLAIMED), ("paid", -CLAIMED), ("back", -BACK), ("repaid", BACK)]
    assert session.scalar(select(func.sum(RecoveryEntry.amount))) == ZERO
    assert unbalanced(session) == []


@pytest.mark.parametrize(("state", "reference"), [("booked", ""), ("paid", "BANK-9")])
def test_nothing_goes_back_twice_and_more_only_when_more_was_taken(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime, state: str, reference: str
) -> None:
    found = make_recovery(session, now, supplier, state, reject=False)
    debit(session, dealer, claim)
    give_back(session, found.id, said(reference), DESK, now)
    with pytest.raises(DomainError) as refused:
        give_back(session, found.id, said(reference), DESK, now)
    assert faults_of(refused) == [None]
    debit(session, dealer, claim)  # the other half
    assert give_back(session, found.id, said(reference), DESK, now).amount == LEFT
    assert (found.given_back, found.agreed) == (CLAIMED, CLAIMED)
    assert moving_now(session, found) == {}
    assert unbalanced(session) == []


def test_only_what_was_agreed_can_go_back(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "booked")  # the labour was rejected
    debit(session, dealer, claim)
    assert give_back(session, found.id, said(), DESK, now).amount == D("205.50")
    assert [one.given_back for one in lines_of(session, found.id)] == [ZERO, D("205.50")]


def test_what_the_station_got_again_is_asked_for_again_up_to_what_was_agreed(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "paid", reject=False)
    entry = debit(session, dealer, claim)
    give_back(session, found.id, said("BANK-9"), DESK, now)
    with pytest.raises(DomainError):
        ask_again(session, found.id, said("BANK-10"), DESK, now)
    undo(session, entry.id, "录错", DESK, now)
    made = ask_again(session, found.id, said("BANK-10"), DESK, now)
    assert (made.kind, made.amount, found.given_back) == ("again", BACK, ZERO)
    assert ledger(session, found)[-2:] == [("back", BACK), ("repaid", -BACK)]
    assert moving_now(session, found) == {}
    assert unbalanced(session) == []


def test_what_went_back_frees_the_cap_and_is_asked_again_as_far_as_others_left_it(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "booked", reject=False)
    make_cost(session, dealer, OCTOBER)
    (contract,) = {line.contract_id for line in lines_of(session, found.id)}
    assert used_of(session, supplier.id) == {(contract, 1): CLAIMED}
    entry = debit(session, dealer, claim)
    give_back(session, found.id, said(), DESK, now)
    assert used_of(session, supplier.id) == {(contract, 1): LEFT}
    later = recover_supplier(session, supplier.id, period_of(now), ENGINEER, now)
    assert later is not None
    assert later.claimed == CLAIMED  # 719.50 are left of the cap; without what went back 439.00 were
    undo(session, entry.id, "录错", DESK, now)
    made = ask_again(session, found.id, said(), DESK, now)
    assert made.amount == D("158.50")  # 1 000.00 less 280.50 and 561.00
    assert used_of(session, supplier.id) == {(contract, 1): D("1000.00")}
    with pytest.raises(DomainError):
        ask_again(session, found.id, said(), DESK, now)
    assert unbalanced(session) == []


@pytest.mark.parametrize("state", ["draft", "sent", "answered", "disputed", "agreed"])
def test_before_it_is_booked_nothing_goes_back(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime, state: str
) -> None:
    found = make_recovery(session, now, supplier, state)
    debit(session, dealer, claim)
    for act in (give_back, ask_again):
        with pytest.raises(ConflictError):
            act(session, found.id, said(), DESK, now)


@pytest.mark.parametrize(
    ("state", "typed", "fields"),
    [
        ("booked", Adjusting(TODAY, " "), ["reason"]), ("booked", Adjusting(TODAY, "长" * 501), ["reason"]),
        ("booked", Adjusting(TODAY + timedelta(days=1), "原因"), ["happened_on"]),
        ("booked", Adjusting(TODAY - timedelta(days=1), "原因"), ["happened_on"]),
        ("booked", Adjusting(date(1, 1, 1), "原因"), ["happened_on"]),
        ("paid", Adjusting(TODAY, "原因", " "), ["reference"]),
        ("paid", Adjusting(TODAY - timedelta(days=1), "", "x" * 81), ["happened_on", "reason", "reference"]),
    ],
)  # fmt: skip
def test_an_adjustment_has_its_day_its_reason_and_where_money_moved_its_reference(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime, state: str, typed: Adjusting,
    fields: list[str],
) -> None:  # fmt: skip
    found = make_recovery(session, now, supplier, state)
    debit(session, dealer, claim)
    with pytest.raises(DomainError) as refused:
        give_back(session, found.id, typed, DESK, now)
    assert faults_of(refused) == fields


def test_the_settlement_desk_records_it_and_of_two_pages_the_older_one_is_told(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "booked", reject=False)
    debit(session, dealer, claim)
    for nobody in (make_actor(session, "quality"), make_actor(session, "reader")):
        with pytest.raises(AccessDeniedError):
            give_back(session, found.id, said(), nobody, now)
    seen = found.row_version
    give_back(session, found.id, said(), make_actor(session, "settlement"), now, seen)
    debit(session, dealer, claim)
    with pytest.raises(ConflictError):
        give_back(session, found.id, said(), DESK, now, seen)


def test_shares_lists_and_ledger_show_what_is_left(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "paid", reject=False)
    debit(session, dealer, claim)
    give_back(session, found.id, said("BANK-9"), DESK, now)
    (share,) = read_shares(session, period_of(now))
    figures = share.figures
    assert (figures.cost, figures.accepted, figures.booked, figures.paid) == (D(HALF), CLAIMED, LEFT, LEFT)
    assert figures.share == D("74.6")  # 280.50 of 376.05
    lines = list(all_rows(session, LINES, {"reached": "paid"}))
    assert (sum(row.net for row in lines), sum(row.given_back for row in lines)) == (LEFT, BACK)
    (row,) = all_rows(session, RECOVERIES, {})
    assert (row.agreed, row.given_back, row.net) == (CLAIMED, BACK, LEFT)
    (month,) = ledger_by_month(session, period_of(now))
    assert (month.booked, month.given_back, month.paid, month.repaid) == (CLAIMED, BACK, CLAIMED, BACK)
    entries = list(all_rows(session, LEDGER, {}))
    assert sum(row.amount for row in entries) == month.booked - month.given_back - month.paid + month.repaid == ZERO
    assert {row.adjustment for row in entries if row.account in ("back", "repaid")} == {
        f"RJ-{supplier.code}-202611-0001"
    }


def test_money_that_does_not_agree_is_found_and_moves_no_further(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "booked", reject=False)
    debit(session, dealer, claim, "100.00")
    give_back(session, found.id, said(), DESK, now)
    debit(session, dealer, claim, "100.00")
    back = found.given_back
    session.execute(update(RecoveryAdjustment).values(amount=RecoveryAdjustment.amount - D("0.01")))
    assert [(one.number, one.given_back, one.back) for one in unbalanced(session)] == [(found.number, back, back)]
    session.execute(update(RecoveryAdjustment).values(amount=RecoveryAdjustment.amount + D("0.01")))
    session.execute(update(RecoveryEntry).where(RecoveryEntry.account == "back").values(amount=D("-0.01")))
    assert [(one.number, one.given_back, one.back) for one in unbalanced(session)] == [(found.number, back, D("0.01"))]
    with pytest.raises(DomainError):
        give_back(session, found.id, said(), DESK, now)
