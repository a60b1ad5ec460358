"""From the dealer's yes or no to the payment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.lifecycle import StateChange, history
from portal.kernel.scoping import leave
from portal.kernel.states import StateError
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.settlement import make_approved
from warranty.claims.models import Claim, ClaimLine
from warranty.settlement import services
from warranty.settlement.closing import close_month
from warranty.settlement.models import LedgerEntry, Settlement, SettlementLine
from warranty.settlement.queries import disputed_lines, find, lines_page, unbalanced
from warranty.settlement.services import REMOVED, UPHELD, Answer
from warranty.settlement.states import SETTLEMENT

D = Decimal
OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Closed:
    """A closed month of one dealer, and who has to do with it."""

    id: int
    number: str
    dealer: Dealer
    manager: Actor
    desk: Actor


@pytest.fixture
def closed(session: Session, now: datetime) -> Closed:
    """Two claims of 1410.55 each: 2821.10 before tax, 366.74 tax, 3187.84 together."""
    dealer = make_dealer(session)
    manager, desk = make_actor(session, "service_manager", dealer), make_actor(session, "settlement")
    make_approved(session, dealer, OCTOBER, count=2)
    session.commit()
    close_month(session, "2026-10", desk, now)
    statement = session.scalars(select(Settlement)).one()
    return Closed(statement.id, statement.number, dealer, manager, desk)


def line_ids(session: Session, closed: Closed) -> list[int]:
    return [line.id for line in lines_page(session, closed.id).rows]


def dispute_first_line(session: Session, closed: Closed, now: datetime) -> int:
    act_as(session, closed.manager)
    line_id = line_ids(session, closed)[0]
    services.mark_line(session, line_id, "少算了一个工时", closed.manager)
    services.dispute(session, closed.id, closed.manager, now)
    act_as(session, closed.desk)
    return line_id


def test_the_whole_way_to_the_payment(session: Session, closed: Closed, now: datetime) -> None:
    act_as(session, closed.manager)
    services.confirm(session, closed.id, closed.manager, now)
    act_as(session, closed.desk)
    services.review(session, closed.id, closed.desk, now)
    services.receive_invoice(session, closed.id, "25312000000123456789", D("3187.80"), closed.desk, now)
    services.pay(session, closed.id, closed.desk, now)
    session.commit()
    statement = find(session, closed.number)
    assert statement.state == "paid"
    assert (statement.confirmed_by, statement.invoice_amount) == (closed.manager.name, D("3187.80"))
    assert statement.confirmed_at == statement.paid_at == statement.invoiced_at == now
    assert [step.action for step in history(session, statement)] == ["confirm", "review", "invoice", "pay"]
    assert session.execute(select(Claim.state, Claim.settled)).all() == [("settled", D("1410.55"))] * 2
    assert session.scalar(select(func.count()).where(ClaimLine.settled == ClaimLine.audited)) == 6
    ledger = {row.account: row.amount for row in session.scalars(select(LedgerEntry))}
    assert ledger == {"claims": D("2821.10"), "tax": D("366.74"), "payment": D("-3187.84")}
    assert sum(ledger.values()) == D("0.00")
    assert session.scalar(select(func.count()).where(StateChange.entity == "claim", StateChange.action == "pay")) == 2


def test_an_upheld_line_stays_with_its_answer(session: Session, closed: Closed, now: datetime) -> None:
    line_id = dispute_first_line(session, closed, now)
    services.answer(session, closed.id, {line_id: Answer(UPHELD, "按定额工时核算")}, closed.desk, now)
    act_as(session, closed.manager)
    statement = find(session, closed.number)
    assert (statement.state, statement.gross) == ("generated", D("3187.84"))
    (line,) = disputed_lines(session, closed.id)
    assert (line.dispute_reason, line.answer) == ("少算了一个工时", "按定额工时核算")
    with pytest.raises(ConflictError):
        services.mark_line(session, line_id, "还是不对", closed.manager)
    services.confirm(session, closed.id, closed.manager, now)
    reasons = [step.reason for step in history(session, statement)]
    assert reasons == [f"{line.claim_number}: 少算了一个工时", f"{line.claim_number}: 按定额工时核算", None]


def test_a_line_taken_out_takes_its_claim_along(session: Session, closed: Closed, now: datetime) -> None:
    line_id = dispute_first_line(session, closed, now)
    claim_id = session.get_one(SettlementLine, line_id).claim_id
    services.answer(session, closed.id, {line_id: Answer(REMOVED, "重新核定")}, closed.desk, now)
    session.commit()
    statement = find(session, closed.number)
    # One claim of 1410.55 is left; 13 % of it is 183.3715.
    assert (statement.state, statement.claims) == ("generated", 1)
    assert (statement.net, statement.tax, statement.gross) == (D("1410.55"), D("183.37"), D("1593.92"))
    assert sum(session.scalars(select(LedgerEntry.amount))) == D("1593.92")
    claim = session.get_one(Claim, claim_id)
    assert claim.state == "approved"
    assert (history(session, claim)[-1].action, history(session, claim)[-1].reason) == ("release", "重新核定")
    assert unbalanced(session) == []
    following = close_month(session, "2026-11", closed.desk, now)
    assert (following.statements, following.claims) == (1, 1)


def test_every_claim_taken_out_leaves_a_nought_that_can_be_ended(
    session: Session, closed: Closed, now: datetime
) -> None:
    act_as(session, closed.manager)
    lines = line_ids(session, closed)
    for line_id in lines:
        services.mark_line(session, line_id, "重复", closed.manager)
    services.dispute(session, closed.id, closed.manager, now)
    act_as(session, closed.desk)
    services.answer(session, closed.id, dict.fromkeys(lines, Answer(REMOVED, "是")), closed.desk, now)
    statement = find(session, closed.number)
    assert (statement.claims, statement.gross) == (0, D("0.00"))
    act_as(session, closed.manager)
    services.confirm(session, closed.id, closed.manager, now)
    act_as(session, closed.desk)
    services.review(session, closed.id, closed.desk, now)
    services.receive_invoice(session, closed.id, "", D("0.00"), closed.desk, now)
    services.pay(session, closed.id, closed.desk, now)
    assert find(session, closed.number).state == "paid"


def test_every_disputed_line_wants_an_answer(session: Session, closed: Closed, now: datetime) -> None:
    line_id = dispute_first_line(session, closed, now)
    for answers, field in (
        ({}, f"outcome-{line_id}"),
        ({line_id: Answer("perhaps", "x")}, f"outcome-{line_id}"),
        ({line_id: Answer(UPHELD, "  ")}, f"text-{line_id}"),
        ({line_id: Answer(UPHELD, "长" * 501)}, f"text-{line_id}"),
    ):
        with pytest.raises(DomainError) as told:
            services.answer(session, closed.id, answers, closed.desk, now)
        assert [fault.field for fault in told.value.faults] == [field]
    assert find(session, closed.number).state == "disputed"


def test_marks_are_sent_or_taken_off_before_the_yes(session: Session, closed: Closed, now: datetime) -> None:
    act_as(session, closed.manager)
    with pytest.raises(DomainError):
        services.dispute(session, closed.id, closed.manager, now)  # nothing is marked
    line_id = line_ids(session, closed)[0]
    with pytest.raises(DomainError) as told:
        services.mark_line(session, line_id, "   ", closed.manager)
    assert told.value.faults[0].field == "reason"
    services.mark_line(session, line_id, "不对", closed.manager)
    with pytest.raises(DomainError):
        services.confirm(session, closed.id, closed.manager, now)
    services.mark_line(session, line_id, None, closed.manager)
    services.confirm(session, closed.id, closed.manager, now)
    with pytest.raises(ConflictError):
        services.mark_line(session, line_id, "晚了", closed.manager)


@pytest.mark.parametrize(
    ("number", "amount", "field"),
    [
        ("123", "3187.84", "number"), ("", "3187.84", "number"), ("12345678", "3187.95", "amount"),
        ("12345678", "3187.73", "amount"), ("12345678", "2821.10", "amount"),
    ],
)  # fmt: skip
def test_an_invoice_that_does_not_fit_is_told_at_its_field(
    session: Session, closed: Closed, now: datetime, number: str, amount: str, field: str
) -> None:
    act_as(session, closed.manager)
    services.confirm(session, closed.id, closed.manager, now)
    act_as(session, closed.desk)
    services.review(session, closed.id, closed.desk, now)
    with pytest.raises(DomainError) as told:
        services.receive_invoice(session, closed.id, number, D(amount), closed.desk, now)
    assert [fault.field for fault in told.value.faults] == [field]
    assert find(session, closed.number).state == "reviewed"


def test_one_invoice_stands_for_one_statement(session: Session, closed: Closed, now: datetime) -> None:
    make_approved(session, closed.dealer, now.replace(day=2), count=2)
    session.commit()
    close_month(session, "2026-11", closed.desk, now)
    other = session.scalars(select(Settlement.id).where(Settlement.month == "2026-11")).one()
    for key in (closed.id, other):
        act_as(session, closed.manager)
        services.confirm(session, key, closed.manager, now)
        act_as(session, closed.desk)
        services.review(session, key, closed.desk, now)
    services.receive_invoice(session, closed.id, "12345678", D("3187.84"), closed.desk, now)
    with pytest.raises(DomainError) as told:
        services.receive_invoice(session, other, "12345678", D("3187.84"), closed.desk, now)
    assert told.value.faults[0].field == "number"


def test_money_that_does_not_balance_is_not_paid(session: Session, closed: Closed, now: datetime) -> None:
    act_as(session, closed.manager)
    services.confirm(session, closed.id, closed.manager, now)
    act_as(session, closed.desk)
    session.scalars(select(SettlementLine)).first().amount += D("0.01")  # type: ignore[union-attr]
    session.flush()
    with pytest.raises(DomainError):
        services.review(session, closed.id, closed.desk, now)
    (found,) = unbalanced(session)
    assert (found.number, found.net, found.lines) == (closed.number, D("2821.10"), D("2821.11"))


def test_another_dealer_finds_nothing(session: Session, closed: Closed, now: datetime) -> None:
    stranger = make_actor(session, "service_manager")
    line_id = line_ids(session, closed)[0]
    act_as(session, stranger)
    with pytest.raises(NotFoundError):
        find(session, closed.number)
    with pytest.raises(NotFoundError):
        services.confirm(session, closed.id, stranger, now)
    with pytest.raises(NotFoundError):
        services.mark_line(session, line_id, "x", stranger)
    assert lines_page(session, closed.id).rows == []
    leave(session)


def test_who_may_not_is_refused(session: Session, closed: Closed, now: datetime) -> None:
    clerk = make_actor(session, "warranty_clerk", session.get_one(Dealer, closed.dealer.id))
    act_as(session, clerk)
    with pytest.raises(AccessDeniedError):
        services.confirm(session, closed.id, clerk, now)
    with pytest.raises(AccessDeniedError):
        services.mark_line(session, 1, "x", clerk)
    act_as(session, closed.desk)
    with pytest.raises(AccessDeniedError):
        services.confirm(session, closed.id, closed.desk, now)


def test_what_somebody_saw_before_a_change_is_out_of_date(session: Session, closed: Closed, now: datetime) -> None:
    act_as(session, closed.manager)
    seen = find(session, closed.number).row_version
    services.confirm(session, closed.id, closed.manager, now, seen)
    session.flush()
    with pytest.raises((ConflictError, StateError)):
        services.confirm(session, closed.id, closed.manager, now, seen)


STEPS: dict[str, Callable[..., None]] = {
    "confirm": services.confirm,
    "review": services.review,
    "pay": services.pay,
    "invoice": lambda session, key, actor, now: services.receive_invoice(
        session, key, "12345678", D("3187.84"), actor, now
    ),
}


@pytest.mark.parametrize("action", STEPS)
@pytest.mark.parametrize("state", SETTLEMENT.states)
@pytest.mark.databases("sqlite")
def test_no_step_from_a_state_that_has_none(
    session: Session, closed: Closed, now: datetime, state: str, action: str
) -> None:
    way = ["confirm", "review", "invoice", "pay"]
    reached = {"generated": 0, "confirmed": 1, "reviewed": 2, "invoiced": 3, "paid": 4}
    everybody = Actor.system("test")
    if state == "disputed":
        dispute_first_line(session, closed, now)
        act_as(session, everybody)
    for before in way[: reached.get(state, 0)]:
        STEPS[before](session, closed.id, everybody, now)
    assert find(session, closed.number).state == state
    if SETTLEMENT.can(state, action):
        STEPS[action](session, closed.id, everybody, now)
    else:
        with pytest.raises((StateError, DomainError)):
            STEPS[action](session, closed.id, everybody, now)
        assert session.scalars(select(Settlement.state)).one() == state
