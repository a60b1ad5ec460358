"""What becomes of a claim when its repair order is opened again: nothing is paid twice, or for nothing."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import RepairOrder
from dealers.service.services import JobText, cancel_order, remove_job, reopen_order, save_job
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from tests.factories.claims import make_claim
from tests.factories.network import act_as, make_actor, make_dealer
from warranty.claims.models import Claim
from warranty.claims.services import Decision, decide_claim, withdraw_claim


@pytest.fixture
def manager(session: Session) -> Actor:
    return make_actor(session, "service_manager", make_dealer(session))


def reopened(session: Session, manager: Actor, now: datetime, state: str) -> tuple[Claim, RepairOrder]:
    """Make a claim, then open its order again, as the dealer."""
    claim = make_claim(session, state, dealer=session.get_one(Dealer, manager.dealer_id), now=now, jobs=2)
    act_as(session, manager)
    return claim, reopen_order(session, claim.order_id, "one line was wrong", manager, now)


@pytest.mark.parametrize("state", ["draft", "submitted", "approved"])
def test_a_claimed_order_is_not_cancelled(session: Session, manager: Actor, now: datetime, state: str) -> None:
    claim, order = reopened(session, manager, now, state)
    with pytest.raises(DomainError, match="Withdraw it first"):
        cancel_order(session, order.id, "never happened", manager, now)
    assert order.state == "open"
    assert claim.order_id == order.id


def test_a_withdrawn_claim_lets_its_order_be_cancelled(session: Session, manager: Actor, now: datetime) -> None:
    claim, order = reopened(session, manager, now, "draft")
    for number in (claim.number, claim.number[:-1] + "2"):  # one claim for each of the two jobs
        withdraw_claim(session, number, "by mistake", manager, now)
    assert cancel_order(session, order.id, "never happened", manager, now).state == "cancelled"


def test_what_the_maker_was_asked_to_pay_the_customer_does_not_pay(
    session: Session, manager: Actor, now: datetime
) -> None:
    claim, order = reopened(session, manager, now, "approved")
    with pytest.raises(DomainError) as refused:
        save_job(session, order.id, claim.job_id, JobText("漏水", payer="customer"), manager, now)
    assert [fault.field for fault in refused.value.faults] == [f"job-{claim.job_id}-payer"]


@pytest.mark.parametrize("state", ["withdrawn", "submitted"])
def test_a_job_that_was_claimed_stays(session: Session, manager: Actor, now: datetime, state: str) -> None:
    claim, order = reopened(session, manager, now, state)
    with pytest.raises(DomainError, match="stays on the order"):
        remove_job(session, order.id, claim.job_id, manager, now)


def test_nothing_is_approved_while_its_order_is_open(session: Session, manager: Actor, now: datetime) -> None:
    claim, _order = reopened(session, manager, now, "submitted")
    auditor = act_as(session, make_auditor(session))
    with pytest.raises(DomainError, match="not completed any more"):
        decide_claim(session, claim.number, Decision("approve"), auditor, now)
    decided = decide_claim(session, claim.number, Decision("return", "the order is open"), auditor, now)
    assert decided.state == "returned"


def make_auditor(session: Session) -> Actor:
    """Store an auditor of headquarters."""
    return make_actor(session, "auditor")
