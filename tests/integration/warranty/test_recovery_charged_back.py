"""A supplier bears a share of what headquarters bears: not of what was taken back from the station."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from parts.returns import services as returns
from parts.returns.models import OldPart
from parts.returns.services import PaidPart
from portal.auth.models import User
from portal.kernel.access import AccessDeniedError
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.listing import all_rows
from portal.kernel.money import ZERO
from tests.factories.network import make_actor, make_dealer, make_user
from tests.factories.recovery import (
    CLAIMED,
    DESK,
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
from tests.factories.returns import make_old_part, packer
from warranty.claims.models import Claim
from warranty.recovery.lists import COSTS
from warranty.recovery.models import Recovery
from warranty.recovery.queries.costs import waiting
from warranty.recovery.queries.figures import read_shares
from warranty.recovery.queries.lessened import Lessened, lessened
from warranty.recovery.queries.recoveries import lines_of, unbalanced
from warranty.recovery.services.generate import reckon_anew, recover_supplier
from warranty.recovery.services.rounds import Lowered, agree, ask_less, dispute, send
from warranty.settlement.closing import close_month
from warranty.settlement.deductions import Booking, book, undo
from warranty.settlement.models import Deduction

D = Decimal
OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
CLOSING = datetime(2026, 11, 3, 2, tzinfo=UTC)
PART_COST, COST = D("411.00"), D("752.10")


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def supplier(session: Session, now: datetime) -> Supplier:
    """A supplier that bears half of the labour and all of the material."""
    found = make_supplier(session)
    make_part(session, found)
    make_contract(session, now, found)
    return found


@pytest.fixture
def claim(session: Session, dealer: Dealer, supplier: Supplier) -> Claim:
    """A claim of 300.00 labour, 411.00 material and 41.10 handling fee, paid by October's statement."""
    del supplier
    found = make_cost(session, dealer, OCTOBER)
    session.commit()
    close_month(session, "2026-10", DESK, CLOSING)
    return found


def deducted(session: Session, dealer: Dealer, claim: Claim, now: datetime) -> OldPart:
    """Inspect the claim's old part: damaged on its way, all that was paid for it is deducted."""
    paid = (PaidPart(2, PART, "水泵", D(1), True, PART_COST),)
    return make_old_part(session, "deducted", now, dealer, id=claim.id, number=claim.number, parts=paid)


def waive(session: Session, dealer: Dealer, part: OldPart, now: datetime) -> None:
    returns.dispute(session, part.number, "复测有故障", [], packer(dealer.id), now)
    returns.answer(session, part.number, "waive", "复测属实", ENGINEER, now)


def debit(session: Session, dealer: Dealer, claim: Claim, amount: str) -> Deduction:
    return book(session, Booking(dealer.code, "debit", D(amount), "二次抵扣", claim.number), DESK, CLOSING)


def reckoned(session: Session, found: Recovery) -> list[tuple[Decimal, Decimal, Decimal, Decimal]]:
    return [(one.charged_back, one.basis, one.amount, one.asked) for one in lines_of(session, found.id)]


def test_what_was_deducted_for_the_old_part_is_not_asked_for(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    deducted(session, dealer, claim, now)
    found = make_recovery(session, now, supplier)
    assert reckoned(session, found) == [
        (ZERO, D("300.00"), D("150.00"), D("150.00")), (PART_COST, ZERO, ZERO, ZERO),
    ]  # fmt: skip
    assert (found.claimed, unbalanced(session)) == (D("150.00"), [])


def test_a_debit_comes_off_every_line_in_proportion(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    debit(session, dealer, claim, "376.05")  # half of 752.10
    found = make_recovery(session, now, supplier)
    assert reckoned(session, found) == [
        (D("150.00"), D("150.00"), D("75.00"), D("75.00")), (D("205.50"), D("205.50"), D("205.50"), D("205.50")),
    ]  # fmt: skip


@pytest.mark.parametrize("back", ["struck out", "credited"])
def test_what_was_given_again_is_asked_for(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime, back: str
) -> None:
    part, entry = deducted(session, dealer, claim, now), debit(session, dealer, claim, "100.00")
    if back == "credited":
        session.commit()
        close_month(session, "2026-11", DESK, datetime(2026, 12, 2, 2, tzinfo=UTC))
    waive(session, dealer, part, now)
    undo(session, entry.id, "录错", DESK, now)
    found = make_recovery(session, now, supplier)
    assert (found.claimed, lessened(session, found.id)) == (CLAIMED, {})
    assert [one.charged_back for one in lines_of(session, found.id)] == [ZERO, ZERO]


def test_a_fine_that_names_the_claim_is_borne_by_nobody_else(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    book(session, Booking(dealer.code, "administrative", D("500.00"), "违规罚款", claim.number), DESK, CLOSING)
    assert make_recovery(session, now, supplier).claimed == CLAIMED


def test_of_what_was_taken_back_wholly_nothing_waits_and_nothing_is_demanded(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    other = make_cost(session, dealer, OCTOBER)
    debit(session, dealer, claim, str(COST))
    (found,) = waiting(session, period_of(now))
    assert (found.claims, found.cost) == (1, COST)
    assert {row.number: row.standing for row in all_rows(session, COSTS, {})} == {
        claim.number: "charged_back", other.number: "waiting",
    }  # fmt: skip
    assert make_recovery(session, now, supplier).claims == 1
    assert recover_supplier(session, supplier.id, period_of(now), ENGINEER, now) is None
    assert waiting(session, period_of(now)) == []


def test_what_waits_and_the_shares_are_of_what_headquarters_bears(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    make_cost(session, dealer, OCTOBER)
    part = deducted(session, dealer, claim, now)
    debit(session, dealer, claim, "34.11")  # a tenth of what is left: 30.00 of the labour, 4.11 of the fee
    (found,) = waiting(session, period_of(now))
    assert (found.claims, found.cost) == (2, COST + D("270.00") + D("36.99"))
    (share,) = read_shares(session, period_of(now))
    assert (share.figures.claims, share.figures.cost) == (2, 2 * COST - PART_COST - D("34.11"))
    rows = {row.number: row for row in all_rows(session, COSTS, {"supplier": supplier.code})}
    assert (rows[claim.number].charged_back, rows[claim.number].cost) == (D("445.11"), D("306.99"))
    assert sum((row.cost for row in rows.values()), ZERO) == share.figures.cost
    waive(session, dealer, part, now)
    assert read_shares(session, period_of(now))[0].figures.cost == 2 * COST - D("34.11")


def test_a_demand_that_asks_for_too_much_is_not_sent_but_reckoned_anew(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier)
    ask_less(session, found.id, 1, Lowered(D("140.00"), "工时定额"), ENGINEER)
    debit(session, dealer, claim, "376.05")
    assert lessened(session, found.id) == {
        1: Lessened(1, claim.number, D("300.00"), D("150.00"), D("140.00"), ZERO, D("75.00")),
        2: Lessened(2, claim.number, PART_COST, D("205.50"), PART_COST, ZERO, D("205.50")),
    }
    with pytest.raises(DomainError) as refused:
        send(session, found.id, ENGINEER, now)
    assert refused.value.faults[0].facts["lines"] == "1, 2"
    reckon_anew(session, found.id, ENGINEER, now)
    assert (found.state, found.claimed, found.asked) == ("draft", D("280.50"), D("280.50"))
    assert lines_of(session, found.id)[0].lowered_why == "工时定额"
    assert (lessened(session, found.id), unbalanced(session)) == ({}, [])
    assert send(session, found.id, ENGINEER, now).state == "sent"
    with pytest.raises(ConflictError):
        reckon_anew(session, found.id, ENGINEER, now)


def test_reckoned_anew_a_cap_serves_what_is_left_and_what_brings_nothing_leaves(
    session: Session, dealer: Dealer, now: datetime
) -> None:
    capped = make_supplier(session)
    make_part(session, capped, "P-CAP")
    make_contract(session, now, capped, terms=replace(TERMS, year_cap=D("600.00")))
    first = make_cost(session, dealer, OCTOBER, part="P-CAP")
    make_cost(session, dealer, OCTOBER.replace(day=21), part="P-CAP")
    session.commit()
    close_month(session, "2026-10", DESK, CLOSING)
    found = make_recovery(session, now, capped)
    assert (found.claims, found.claimed) == (2, D("600.00"))
    debit(session, dealer, first, str(COST))
    reckon_anew(session, found.id, ENGINEER, now)
    assert (found.claims, found.claimed) == (1, CLAIMED)
    assert unbalanced(session) == []


def test_what_comes_to_nothing_is_withdrawn_not_reckoned(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier)
    debit(session, dealer, claim, str(COST))
    session.commit()
    with pytest.raises(DomainError):
        reckon_anew(session, found.id, ENGINEER, now)
    session.rollback()
    assert (found.claimed, len(lines_of(session, found.id))) == (CLAIMED, 2)


def test_both_agree_on_no_more_than_headquarters_bears(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "answered", reject=False)
    assert found.accepted == CLAIMED
    deducted(session, dealer, claim, now)
    agree(session, found.id, ENGINEER, now)
    assert [one.agreed for one in lines_of(session, found.id)] == [D("150.00"), ZERO]
    assert (found.agreed, unbalanced(session)) == (D("150.00"), [])


def test_in_a_dispute_less_is_asked_before_it_is_sent_again(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "answered")
    debit(session, dealer, claim, "376.05")
    dispute(session, found.id, "属制造缺陷", ENGINEER, now)
    with pytest.raises(DomainError, match="anew"):
        send(session, found.id, ENGINEER, now)
    for position, amount in ((1, "75.00"), (2, "205.50")):
        ask_less(session, found.id, position, Lowered(D(amount), "已向服务站扣回"), ENGINEER)
    assert send(session, found.id, ENGINEER, now).round == 2


SignIn = Callable[[User], FlaskClient]


def test_the_page_says_what_was_taken_back_and_reckons_anew(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime, sign_in: SignIn
) -> None:
    found = make_recovery(session, now, supplier)
    deducted(session, dealer, claim, now)
    user, number = make_user(session, "quality"), found.number
    session.commit()
    engineer = sign_in(user)
    button = f'action="/recovery/{number}/reckon"'
    assert button in engineer.get(f"/recovery/{number}").get_data(as_text=True)
    line = engineer.get(f"/recovery/{number}/lines/2").get_data(as_text=True)
    assert "最多可追偿 0.00 元" in line
    refused = engineer.post(f"/recovery/{number}/send")
    assert refused.status_code == 422
    assert "第 2 行" in refused.get_data(as_text=True)
    engineer.post(f"/recovery/{number}/reckon")
    session.expire_all()
    assert session.scalars(select(Recovery)).one().claimed == D("150.00")
    assert button not in engineer.get(f"/recovery/{number}").get_data(as_text=True)


def test_who_may_only_look_does_not_reckon(
    session: Session, dealer: Dealer, supplier: Supplier, claim: Claim, now: datetime
) -> None:
    del dealer, claim
    found = make_recovery(session, now, supplier)
    with pytest.raises(AccessDeniedError):
        reckon_anew(session, found.id, make_actor(session, "settlement"), now)
