"""What becomes of a claim when its repair order is opened again: nothing is paid twice, or for nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.lists import ORDERS
from dealers.service.models import RepairJob, RepairOrder
from dealers.service.queries import count_open, open_numbers
from dealers.service.rules import Extras
from dealers.service.services import (
    Head,
    JobText,
    Work,
    add_part,
    cancel_order,
    change_labour,
    change_part,
    complete_order,
    remove_job,
    remove_line,
    reopen_order,
    save_job,
    save_work,
    set_service,
)
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from portal.kernel.lifecycle import advance
from portal.kernel.listing import fetch_page
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from tests.factories.claims import make_catalogue, make_claim, make_completed_order
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.vehicles import make_vehicle
from warranty.claims.models import Claim, ClaimLine
from warranty.claims.services import (
    Decision,
    Edit,
    decide_claim,
    edit_claim,
    make_claims_from_order,
    submit_claim,
    withdraw_claim,
)
from warranty.claims.states import GRANTED, WITH_HEADQUARTERS


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
    claim, order = reopened(session, manager, now, "draft")
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


def text_of(job: RepairJob, **values: str) -> JobText:
    """Return what a job says, with something said otherwise."""
    names = ("concern", "cause", "correction", "component", "failure_mode", "payer", "technician")
    return JobText(**{**{name: getattr(job, name) for name in names}, **values})


CHANGES: dict[str, Callable[[Session, RepairOrder, RepairJob, Actor, datetime], object]] = {
    "concern": lambda s, o, j, who, now: save_job(s, o.id, j.id, text_of(j, concern="别的"), who, now),
    "payer": lambda s, o, j, who, now: save_job(s, o.id, j.id, text_of(j, payer="customer"), who, now),
    "component": lambda s, o, j, who, now: save_job(s, o.id, j.id, text_of(j, component="body"), who, now),
    "hours": lambda s, o, j, who, now: change_labour(s, o.id, j.labour[0].id, Decimal(1), who, now),
    "labour": lambda s, o, j, who, now: remove_line(s, o.id, "labour", j.labour[0].id, who, now),
    "quantity": lambda s, o, j, who, now: change_part(s, o.id, j.parts[1].id, Decimal(1), who, now),
    "part": lambda s, o, j, who, now: add_part(s, o.id, j.id, "W-SEAL", who, now),
    "causal": lambda s, o, j, who, now: change_part(s, o.id, j.parts[1].id, Decimal(2), who, now, causal=True),
}


def job_of(session: Session, order: RepairOrder, claim: Claim) -> RepairJob:
    return next(job for job in session.get_one(RepairOrder, order.id).jobs if job.id == claim.job_id)


@pytest.mark.parametrize("change", CHANGES)
def test_a_job_at_headquarters_stays_as_it_was_claimed(
    session: Session, manager: Actor, now: datetime, change: str
) -> None:
    claim, order = reopened(session, manager, now, "approved")
    job = job_of(session, order, claim)
    with pytest.raises(DomainError, match="rests on this job") as refused:
        CHANGES[change](session, order, job, manager, now)
    fault = refused.value.faults[0]
    assert (fault.field, fault.facts["claim"]) == (f"job-{job.id}-claimed", claim.number)


@pytest.mark.parametrize("state", [*WITH_HEADQUARTERS, *GRANTED])
def test_every_state_at_headquarters_binds(session: Session, manager: Actor, now: datetime, state: str) -> None:
    claim, order = reopened(session, manager, now, "approved" if "settle" in state else state)
    leave(session)
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    stored = session.get_one(Claim, claim.id)
    for action in {"in_settlement": ("settle",), "settled": ("settle", "pay")}.get(state, ()):
        advance(session, stored, action, Actor.system("test"), now)
    act_as(session, manager)
    with pytest.raises(DomainError, match="rests on this job"):
        CHANGES["hours"](session, order, job_of(session, order, claim), manager, now)


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_a_claim_that_came_to_nothing_binds_nothing(
    session: Session, manager: Actor, now: datetime, state: str
) -> None:
    claim, order = reopened(session, manager, now, state)
    changed = save_job(session, order.id, claim.job_id, JobText("漏水", payer="customer"), manager, now)
    assert changed.payer == "customer"
    assert session.get_one(Claim, claim.id).concern == "发动机漏水"


def head_of(order: RepairOrder, **values: Any) -> Head:
    names = ("type", "received_at", "promised_at", "odometer_km", "presenter_name", "presenter_phone", "owner_name",
             "owner_phone")  # fmt: skip
    return Head(**{**{name: getattr(order, name) for name in names}, **values})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("odometer_km", 9_999),
        ("received_at", datetime(2026, 11, 18, tzinfo=UTC)),
        ("type", "part_warranty"),
        ("meter_replaced", True),
    ],
)
def test_the_facts_of_a_claimed_visit_stay(
    session: Session, manager: Actor, now: datetime, field: str, value: object
) -> None:
    claim, order = reopened(session, manager, now, "submitted")
    with pytest.raises(DomainError) as refused:
        save_work(session, order.id, Work(head=head_of(order, **{field: value})), manager, now)
    assert [(fault.field, fault.facts["claim"]) for fault in refused.value.faults] == [(field, claim.number)]


def test_what_a_claimed_visit_cost_beside_stays(session: Session, manager: Actor, now: datetime) -> None:
    _claim, order = reopened(session, manager, now, "approved")
    with pytest.raises(DomainError) as refused:
        set_service(session, order.id, Extras(out_call_km=40, towing_fee=Decimal(300)), manager, now)
    assert [fault.field for fault in refused.value.faults] == ["out_call_km", "towing_fee"]


def test_a_claimed_order_is_completed_at_the_moment_its_claim_says(
    session: Session, manager: Actor, now: datetime
) -> None:
    claim, order = reopened(session, manager, now, "approved")
    with pytest.raises(DomainError) as refused:
        complete_order(session, order.id, manager, now, completed_at=now)
    assert [fault.field for fault in refused.value.faults] == ["completed_at"]
    assert complete_order(session, order.id, manager, now).completed_at == claim.completed_at


@pytest.mark.parametrize("state", ["approved", "draft"])
def test_a_car_that_went_back_is_not_in_the_shop_again(
    session: Session, manager: Actor, now: datetime, state: str
) -> None:
    _claim, order = reopened(session, manager, now, state)
    assert order.state == "open"
    assert order.completed_at is not None
    assert count_open(session, promised_before=now) == 0
    assert open_numbers(session, order.vehicle_id) == []
    assert fetch_page(session, ORDERS, {"promise": "passed"}).rows == []


def test_what_no_claim_rests_on_can_be_changed(session: Session, manager: Actor, now: datetime) -> None:
    claim, order = reopened(session, manager, now, "approved")
    other = next(job for job in order.jobs if job.id != claim.job_id)
    work = Work(head=head_of(order, presenter_name="王太太"), new_concern="雨刮异响")
    save_work(session, order.id, work, manager, now)
    save_job(session, order.id, claim.job_id, text_of(job_of(session, order, claim), technician="孙师傅"), manager, now)
    change_labour(session, order.id, other.labour[0].id, Decimal(1), manager, now)
    assert (order.presenter_name, len(order.jobs), other.labour[0].hours) == ("王太太", 3, Decimal(1))
    assert job_of(session, order, claim).technician == "孙师傅"


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_a_claim_still_here_takes_changes_over_and_keeps_what_was_typed(
    session: Session, manager: Actor, now: datetime, state: str
) -> None:
    claim, order = reopened(session, manager, now, state)
    edit_claim(session, claim.number, Edit({"correction": "详细的措施"}, {2: Decimal("300.00")}), manager)
    job = job_of(session, order, claim)
    save_job(session, order.id, job.id, text_of(job, cause="水封老化"), manager, now)
    change_part(session, order.id, job.parts[1].id, Decimal(1), manager, now)
    complete_order(session, order.id, manager, now, completed_at=now)
    claim = session.get_one(Claim, claim.id)
    assert (claim.cause, claim.correction, claim.completed_at) == ("水封老化", "详细的措施", now)
    amounts = [(line.code, line.applied) for line in claim.lines]
    assert amounts == [
        ("L1001", Decimal("300.00")), ("W-PUMP", Decimal("300.00")), ("W-SEAL", Decimal("15.50")),
        ("HANDLING", Decimal("31.55")),
    ]  # fmt: skip
    submit_claim(session, claim.number, manager, now)
    assert session.scalar(select(Claim.applied).where(Claim.id == claim.id)) == Decimal("647.05")


def test_what_a_visit_cost_beside_is_asked_once(session: Session, manager: Actor, now: datetime) -> None:
    make_catalogue(session)
    dealer = session.get_one(Dealer, manager.dealer_id)
    order = make_completed_order(session, dealer, make_vehicle(session), now, jobs=2, towing_fee=Decimal(300))
    order.jobs[0].payer = "customer"
    act_as(session, manager)
    (second,) = make_claims_from_order(session, order.number, manager, now)
    submit_claim(session, second, manager, now)
    reopen_order(session, order.id, "the maker pays the first job too", manager, now)
    job = session.get_one(RepairOrder, order.id).jobs[0]
    save_job(session, order.id, job.id, text_of(job, payer="warranty"), manager, now)
    complete_order(session, order.id, manager, now)
    numbers = make_claims_from_order(session, order.number, manager, now)
    asked = session.scalars(
        select(Claim.number).join(ClaimLine, ClaimLine.claim_id == Claim.id).where(ClaimLine.kind == "towing")
    ).all()
    assert (len(numbers), asked) == (2, [second])


def make_auditor(session: Session) -> Actor:
    """Store an auditor of headquarters."""
    return make_actor(session, "auditor")
