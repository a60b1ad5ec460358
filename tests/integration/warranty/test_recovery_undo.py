"""Ways back from a slip: answers recorded wrongly, an agreement made in error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Supplier
from portal.auth.models import User
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import DomainError
from portal.kernel.lifecycle import history
from portal.kernel.states import StateError
from tests.factories.network import make_actor, make_dealer, make_user
from tests.factories.recovery import (
    CLAIMED,
    DESK,
    ENGINEER,
    make_contract,
    make_cost,
    make_part,
    make_recovery,
    make_supplier,
    partly,
    period_of,
)
from warranty.recovery.models import Recovery, RecoveryContract
from warranty.recovery.queries.contracts import used_of
from warranty.recovery.queries.recoveries import lines_of, rounds_of, unbalanced
from warranty.recovery.rules.answers import ACCEPTED, REJECTED, Answer
from warranty.recovery.services.booking import book
from warranty.recovery.services.generate import recover_supplier
from warranty.recovery.services.rounds import (
    Lowered,
    accept_the_rest,
    agree,
    answer_lines,
    ask_less,
    dispute,
    send,
    withdraw,
)
from warranty.recovery.services.undo import USED_UP, YOURSELF, correct_answers, reopen

OCTOBER = datetime(2026, 10, 20, 3, tzinfo=UTC)
WHY = "误点"
SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def dealer(session: Session) -> Dealer:
    return make_dealer(session)


@pytest.fixture
def supplier(session: Session, dealer: Dealer, now: datetime) -> Supplier:
    """A supplier with a contract and one claim: 150.00 of labour, 411.00 of material."""
    found = make_supplier(session)
    make_part(session, found)
    make_contract(session, now, found)
    make_cost(session, dealer, OCTOBER)
    return found


def money(session: Session, found: Recovery) -> list[tuple[str, str, str]]:
    return [(str(line.asked), str(line.accepted), str(line.agreed)) for line in lines_of(session, found.id)]


def actions(session: Session, found: Recovery) -> list[str]:
    return [step.action for step in history(session, found)]


def test_an_agreement_goes_back_to_where_it_was_agreed_on_and_is_made_again(
    session: Session, supplier: Supplier, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "agreed")
    reopen(session, found.id, WHY, ENGINEER, now)
    assert (found.state, found.agreed, found.agreed_at) == ("answered", None, None)
    assert money(session, found) == [("150.00", "0.00", "None"), ("411.00", "411.00", "None")]
    assert [(one.round, one.accepted) for one in rounds_of(session, found.id)] == [(1, Decimal("411.00"))]
    assert history(session, found)[-1].reason == WHY
    assert unbalanced(session) == []
    dispute(session, found.id, "检测报告", ENGINEER, now)
    agree(session, found.id, ENGINEER, now)
    later = now + timedelta(days=1)
    reopen(session, found.id, "再议", ENGINEER, later)
    assert found.state == "disputed"
    send(session, found.id, ENGINEER, later)
    accept_the_rest(session, found.id, ENGINEER, later)
    agree(session, found.id, ENGINEER, later)
    book(session, found.id, DESK, later)
    assert (found.agreed, found.agreed_at) == (CLAIMED, later)
    assert actions(session, found) == [
        "send", "answer", "agree", "reopen", "dispute", "agree", "reopen_dispute", "send", "answer", "agree", "book",
    ]  # fmt: skip


def test_what_was_lowered_before_a_disputed_demand_was_agreed_on_stays_as_it_was(
    session: Session, supplier: Supplier, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "sent")
    answer_lines(session, found.id, {1: partly("100.00"), 2: Answer(ACCEPTED)}, ENGINEER, now)
    dispute(session, found.id, "再议", ENGINEER, now)
    ask_less(session, found.id, 1, Lowered(Decimal("80.00"), "按协议"), ENGINEER)
    agree(session, found.id, ENGINEER, now)
    reopen(session, found.id, WHY, ENGINEER, now)
    assert (found.state, found.asked, found.accepted) == ("disputed", Decimal("491.00"), Decimal("491.00"))
    ask_less(session, found.id, 1, Lowered(Decimal("150.00"), ""), ENGINEER)  # 80.00 was the slip
    assert money(session, found)[0] == ("150.00", "100.00", "None")


@pytest.mark.parametrize("state", ["draft", "sent", "answered", "disputed", "booked", "paid", "withdrawn"])
def test_only_an_agreement_that_is_not_booked_is_reopened(
    session: Session, supplier: Supplier, now: datetime, state: str
) -> None:
    found = make_recovery(session, now, supplier, state)
    with pytest.raises(StateError):
        reopen(session, found.id, WHY, ENGINEER, now)


def test_another_person_than_who_agreed_reopens_it_with_a_reason(
    session: Session, supplier: Supplier, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "answered")
    one, other, desk = (make_actor(session, role) for role in ("quality", "quality", "settlement"))
    agree(session, found.id, one, now)
    session.commit()
    for actor, reason, error in ((one, WHY, DomainError), (other, " ", DomainError), (desk, WHY, AccessDeniedError)):
        with pytest.raises(error):
            reopen(session, found.id, reason, actor, now)
        session.rollback()
    reopen(session, found.id, WHY, other, now)
    agree(session, found.id, other, now)
    session.commit()
    with pytest.raises(DomainError) as told:  # who agreed last counts
        reopen(session, found.id, WHY, other, now)
    assert told.value.faults[0].message == YOURSELF
    session.rollback()
    reopen(session, found.id, WHY, one, now)


def test_what_the_agreement_freed_of_a_cap_must_still_be_free(
    session: Session, supplier: Supplier, dealer: Dealer, now: datetime
) -> None:
    contract = session.scalars(select(RecoveryContract)).one()
    contract.year_cap = Decimal("600.00")
    found = make_recovery(session, now, supplier, "agreed")  # 561.00 claimed, 411.00 agreed
    make_cost(session, dealer, OCTOBER)
    made = recover_supplier(session, supplier.id, period_of(now), ENGINEER, now)
    assert made is not None
    assert made.claimed == Decimal("189.00")
    session.commit()
    with pytest.raises(DomainError) as told:
        reopen(session, found.id, WHY, ENGINEER, now)
    assert (told.value.faults[0].message, told.value.faults[0].facts) == (USED_UP, {"number": contract.number})
    session.rollback()
    other = session.scalars(select(Recovery).where(Recovery.number == made.number)).one()
    withdraw(session, other.id, "重做", ENGINEER, now)
    reopen(session, found.id, WHY, ENGINEER, now)
    assert list(used_of(session, supplier.id).values()) == [CLAIMED]


def test_the_rest_accepted_in_error_is_answered_again(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier, "sent")
    due_on = found.due_on
    answer_lines(session, found.id, {1: partly("100.00")}, ENGINEER, now)
    accept_the_rest(session, found.id, ENGINEER, now)
    correct_answers(session, found.id, WHY, ENGINEER, now)
    assert (found.state, found.round, found.answered_at, found.due_on) == ("sent", 2, None, due_on)
    assert found.accepted == Decimal("100.00")
    assert money(session, found) == [("150.00", "100.00", "None"), ("411.00", "None", "None")]
    no = Answer(REJECTED, None, "非本厂零件")
    assert answer_lines(session, found.id, {2: no}, ENGINEER, now) is True
    second, first = rounds_of(session, found.id)
    assert (first.accepted, second.accepted) == (Decimal("511.00"), Decimal("100.00"))
    assert first.lines[1] == [2, "411.00", "accepted", "411.00", None]
    assert second.lines[1] == [2, "411.00", "rejected", "0.00", "非本厂零件"]
    assert (second.sent_at, second.sent_by) == (first.sent_at, first.sent_by)
    assert unbalanced(session) == []


def test_a_rejection_recorded_in_error_is_recorded_anew(session: Session, supplier: Supplier, now: datetime) -> None:
    found = make_recovery(session, now, supplier, "answered")
    correct_answers(session, found.id, WHY, ENGINEER, now)
    assert answer_lines(session, found.id, {1: partly("50.00")}, ENGINEER, now) is False
    assert accept_the_rest(session, found.id, ENGINEER, now) is True
    assert found.accepted == Decimal("461.00")


def test_what_an_earlier_round_settled_stays_when_a_later_one_is_corrected(
    session: Session, supplier: Supplier, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "answered")  # line 2 wholly accepted in the first round
    correct_answers(session, found.id, WHY, ENGINEER, now)
    accept_the_rest(session, found.id, ENGINEER, now)
    dispute(session, found.id, "检测报告", ENGINEER, now)
    send(session, found.id, ENGINEER, now)
    accept_the_rest(session, found.id, ENGINEER, now)
    for _ in range(2):  # corrected twice
        correct_answers(session, found.id, WHY, ENGINEER, now)
        assert money(session, found) == [("150.00", "None", "None"), ("411.00", "411.00", "None")]
        accept_the_rest(session, found.id, ENGINEER, now)
    assert [one.round for one in rounds_of(session, found.id)] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("state", ["draft", "sent", "disputed", "agreed", "booked", "withdrawn"])
def test_answers_are_corrected_before_the_agreement(
    session: Session, supplier: Supplier, now: datetime, state: str
) -> None:
    found = make_recovery(session, now, supplier, state)
    with pytest.raises(StateError):
        correct_answers(session, found.id, WHY, ENGINEER, now)


def test_an_agreement_on_answers_recorded_wrongly_is_undone_step_by_step(
    session: Session, supplier: Supplier, now: datetime
) -> None:
    found = make_recovery(session, now, supplier, "agreed", reject=False)
    reopen(session, found.id, WHY, ENGINEER, now)
    correct_answers(session, found.id, WHY, Actor.system("复核"), now)
    assert money(session, found) == [("150.00", "None", "None"), ("411.00", "None", "None")]


def test_the_pages_lead_back(session: Session, supplier: Supplier, now: datetime, sign_in: SignIn) -> None:
    found = make_recovery(session, now, supplier, "answered")
    one, other, number = make_user(session, "quality"), make_user(session, "quality"), found.number
    session.commit()
    client = sign_in(one)
    assert client.post(f"/recovery/{number}/agree").status_code == 302
    page = client.get(f"/recovery/{number}").text
    assert f'action="/recovery/{number}/reopen"' not in page
    assert "入账之前可由他人重新打开" in page
    assert client.post(f"/recovery/{number}/reopen", data={"reason": WHY}).status_code == 422
    client = sign_in(other)
    assert f'action="/recovery/{number}/reopen"' in client.get(f"/recovery/{number}").text
    assert client.post(f"/recovery/{number}/reopen", data={"reason": ""}).status_code == 422
    assert client.post(f"/recovery/{number}/reopen", data={"reason": WHY}).status_code == 302
    page = client.get(f"/recovery/{number}").text
    assert f'action="/recovery/{number}/correct"' in page
    assert "已重新打开" in page
    assert client.post(f"/recovery/{number}/correct", data={"reason": WHY}).status_code == 302
    assert "重新登记" in client.get(f"/recovery/{number}").text
