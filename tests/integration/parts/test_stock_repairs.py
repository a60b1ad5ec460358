"""What repairs need of stock and what they give back: each for itself, also when they are completed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import PartLine, RepairJob, RepairOrder
from dealers.service.ports import claims as claims_of
from dealers.service.services import cancel_order, reopen_order
from parts.catalogue.models import Part
from parts.orders.queries.supply import WaitingRepairs
from parts.stock.lists import TO_ISSUE, to_issue_count
from parts.stock.queries.check import differences
from parts.stock.queries.issues import order_needs, wanted_by_repairs
from parts.stock.services import Line, Portion, issue_parts, issue_scanned, return_parts, scrap_stock
from portal.kernel.access import Actor
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.lifecycle import advance
from portal.kernel.listing import fetch_page
from tests.factories.claims import make_catalogue, make_claim
from tests.factories.network import act_as, make_actor
from tests.factories.stock import make_clerk, make_needy_order, make_part, make_stock, stock_of
from tests.support.faults import told
from tests.support.figures import d
from warranty.claims.services import withdraw_claim


@pytest.fixture
def clerk(session: Session) -> Actor:
    return act_as(session, make_clerk(session))


@pytest.fixture
def part(session: Session) -> Part:
    return make_part(session, "BP100")


def test_what_one_repair_got_too_much_of_hides_no_need_of_another(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    """The first got 2 of which its lines name none any more; the second needs 2, of which it got none."""
    other, dealer = make_part(session, "BP200"), clerk.dealer_id or 0
    make_stock(session, clerk, part, now, "2")
    first = make_needy_order(session, dealer, now, part)
    issue_scanned(session, first.number, "BP100", clerk, now)
    first.jobs[0].parts.clear()
    second = make_needy_order(session, dealer, now, part, other)
    session.flush()
    assert wanted_by_repairs(session, dealer) == {part.id: d("2"), other.id: d("2")}
    assert wanted_by_repairs(session, dealer, [part.id]) == {part.id: d("2")}
    first.jobs.remove(first.jobs[0])  # what was issued belongs to no job any more
    session.flush()
    assert wanted_by_repairs(session, dealer) == {part.id: d("2"), other.id: d("2")}
    make_stock(session, clerk, part, now, "1")
    key = next(need.key for need in order_needs(session, second.number).needs if need.number == "BP100")
    issue_parts(session, second.number, [Portion(key, d("1"))], clerk, now)
    assert wanted_by_repairs(session, dealer, [part.id]) == {part.id: d("1")}


def test_a_job_that_got_too_much_hides_no_need_of_the_next_job(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    make_stock(session, clerk, part, now, "2")
    order = make_needy_order(session, clerk.dealer_id or 0, now, part)
    issue_scanned(session, order.number, "BP100", clerk, now)
    order.jobs[0].parts[0].quantity = d("1")
    again = PartLine(dealer_id=order.dealer_id, position=1, part_number="BP100", name="前制动片", unit="件",
                     quantity=d("3"), unit_price=d("5.00"), amount=d("15.00"))  # fmt: skip
    order.jobs.append(RepairJob(dealer_id=order.dealer_id, position=2, concern="另一项", parts=[again]))
    session.flush()
    assert [(need.open, need.surplus) for need in order_needs(session, order.number).needs] == [
        (d("0"), d("1")), (d("3"), d("0")),
    ]  # fmt: skip
    assert wanted_by_repairs(session, order.dealer_id) == {part.id: d("3")}


def completed(session: Session, order: RepairOrder, at: datetime) -> str:
    """Complete an order without what the counter asks; return its number."""
    order.completed_at = at
    advance(session, order, "complete", manager_of(session, order), at)
    session.flush()
    return order.number


def manager_of(session: Session, order: RepairOrder) -> Actor:
    return make_actor(session, "service_manager", session.get_one(Dealer, order.dealer_id))


def listed(session: Session, **query: str) -> list[tuple[str, str]]:
    """Return what the list of parts to issue shows: order and how much."""
    return [(row.order, str(row.open)) for row in fetch_page(session, TO_ISSUE, query).rows]


def test_what_a_completed_repair_used_is_still_issued_to_it(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    """5 for 10.00 each, 2 of them fitted: after the issue 3 for 30.00 are left, as on the shelf."""
    make_stock(session, clerk, part, now, "5", "10.00")
    number = completed(session, make_needy_order(session, clerk.dealer_id or 0, now, part), now)
    assert WaitingRepairs().not_issued(session, number) == [("BP100", d("2"))]
    assert listed(session) == listed(session, state="completed") == [(number, "2.00")]
    assert listed(session, state="open") == []
    assert to_issue_count(session, clerk, now) == 1
    (need,) = order_needs(session, number).needs
    with pytest.raises(DomainError) as wrong:
        issue_parts(session, number, [Portion(need.key, d("3"))], clerk, now)
    assert told(wrong) == {"quantity": "Only 2 more are needed."}
    issue_parts(session, number, [Portion(need.key, d("1"))], clerk, now)
    issue_scanned(session, number, "BP100", clerk, now)
    assert stock_of(session, clerk.dealer_id or 0, part) == (d("3"), d("30.00"))
    assert (listed(session), to_issue_count(session, clerk, now)) == ([], 0)
    assert WaitingRepairs().not_issued(session, number) == []
    assert session.scalar(select(RepairOrder.state)) == "completed"
    act_as(session, Actor.system("test"))
    assert differences(session) == []


def test_a_completed_repair_is_asked_for_sixty_days_after_its_reception(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    make_stock(session, clerk, part, now - timedelta(days=90), "5", "10.00")
    order = make_needy_order(session, clerk.dealer_id or 0, now, part)
    number = completed(session, order, now)
    order.received_at = now - timedelta(days=60)
    session.flush()
    assert listed(session) == [(number, "2.00")]
    order.received_at -= timedelta(minutes=1)
    session.flush()
    assert listed(session) == []


def test_what_a_completed_repair_cannot_have_from_stock_is_not_asked_for(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    """Never there, there only after the completion, or not there any more: it came from elsewhere."""
    dealer, gone = clerk.dealer_id or 0, make_part(session, "BP200")
    make_stock(session, clerk, gone, now - timedelta(days=2), "2")
    scrap_stock(session, [Line("BP200", d("2"))], "damaged", "泡水", clerk, now - timedelta(days=1))
    order = make_needy_order(session, dealer, now - timedelta(days=1), part, gone, make_part(session, "BP300"))
    number = completed(session, order, now)
    make_stock(session, clerk, part, now + timedelta(minutes=1), "5")
    assert listed(session) == []
    waiting = make_needy_order(session, dealer, now, part)  # an open repair waits for it all the same
    assert listed(session) == [(waiting.number, "2.00")]
    make_stock(session, clerk, gone, now + timedelta(minutes=1), "1")  # the books have one again, as they did before
    assert sorted(listed(session)) == sorted([(number, "2.00"), (waiting.number, "2.00")])
    assert listed(session, enough="no") == [(number, "2.00")]
    assert to_issue_count(session, clerk, now) == 1
    issue_scanned(session, number, "BP100", clerk, now + timedelta(minutes=2))  # who knows better may still issue it
    assert stock_of(session, dealer, part)[0] == d("3")


def test_a_cancelled_repair_gets_nothing(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    make_stock(session, clerk, part, now, "5")
    order = make_needy_order(session, clerk.dealer_id or 0, now, part)
    (need,) = order_needs(session, order.number).needs
    cancel_order(session, order.id, "客户取消", manager_of(session, order), now)
    assert listed(session) == []
    with pytest.raises(ConflictError, match="This order is cancelled"):
        issue_parts(session, order.number, [Portion(need.key, d("1"))], clerk, now)
    assert stock_of(session, order.dealer_id, part)[0] == d("5")


def test_of_a_completed_repair_only_what_is_on_no_line_comes_back(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    """2 were issued at 10.00; the line names 1 when the order is completed: 1 comes back, the other is in the car."""
    make_stock(session, clerk, part, now, "5", "10.00")
    order = make_needy_order(session, clerk.dealer_id or 0, now, part)
    issue_scanned(session, order.number, "BP100", clerk, now)
    order.jobs[0].parts[0].quantity = d("1")
    number = completed(session, order, now)
    (need,) = order_needs(session, number).needs
    refused = "only 1 may be taken back. If it was not, reopen the order and change the line first."
    with pytest.raises(DomainError) as wrong:
        return_parts(session, number, [Portion(need.key, d("2"), field="return-1")], clerk, now)
    assert told(wrong) == {"return-1": f"By the lines of the completed order it is fitted: {refused}"}
    with pytest.raises(DomainError) as more:
        return_parts(session, number, [Portion(need.key, d("3"))], clerk, now)
    assert told(more) == {"quantity": "Only 2 were issued."}
    return_parts(session, number, [Portion(need.key, d("1"))], clerk, now)
    assert stock_of(session, order.dealer_id, part) == (d("4"), d("40.00"))
    with pytest.raises(DomainError) as last:
        return_parts(session, number, [Portion(need.key, d("1"))], clerk, now)
    assert "only 0 may be taken back" in told(last)["quantity"]
    reopen_order(session, order.id, "未装车", manager_of(session, order), now)
    return_parts(session, number, [Portion(need.key, d("1"))], clerk, now)  # open again, all may come back
    assert stock_of(session, order.dealer_id, part) == (d("5"), d("50.00"))


def test_what_a_claim_says_is_fitted_stays_out_of_stock_and_the_claim_is_named(
    session: Session, clerk: Actor, now: datetime
) -> None:
    dealer = session.get_one(Dealer, clerk.dealer_id)
    act_as(session, Actor.system("test"))
    make_catalogue(session)
    claim = make_claim(session, "draft", dealer=dealer, now=now, jobs=2)
    order = session.get_one(RepairOrder, claim.order_id)
    seal = session.scalars(select(Part).where(Part.number == "W-SEAL")).one()
    act_as(session, clerk)
    make_stock(session, clerk, seal, now, "6", "15.50")
    issue_scanned(session, order.number, "W-SEAL", clerk, now)  # 2 for each of two jobs
    assert stock_of(session, dealer.id, seal)[0] == d("2")
    claims = list_of_claims(session, order)
    for need in (need for need in order_needs(session, order.number).needs if need.number == "W-SEAL"):
        with pytest.raises(DomainError) as wrong:
            return_parts(session, order.number, [Portion(need.key, d("1"))], clerk, now)
        assert told(wrong) == {
            "quantity": "By the lines of the completed order it is fitted, and "
            f"claim {claims[need.job_id or 0]} rests on them: only 0 may be taken back."
        }
    act_as(session, Actor.system("test"))
    for number in claims.values():
        withdraw_claim(session, number, "开错了", Actor.system("test"), now)
    act_as(session, clerk)
    with pytest.raises(DomainError) as free:
        return_parts(session, order.number, [Portion(need.key, d("1"))], clerk, now)
    assert "claim" not in told(free)["quantity"]
    assert stock_of(session, dealer.id, seal)[0] == d("2")


def list_of_claims(session: Session, order: RepairOrder) -> dict[int, str]:
    """Return the claims of an order by their jobs."""
    return {one.job_id: one.number for one in claims_of().of_order(session, order.id)}
