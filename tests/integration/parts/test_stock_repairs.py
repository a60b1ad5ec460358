"""What repairs need of stock and what they give back: each for itself, also when they are completed."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from dealers.service.models import PartLine, RepairJob
from parts.catalogue.models import Part
from parts.stock.queries.issues import order_needs, wanted_by_repairs
from parts.stock.services import Portion, issue_parts, issue_scanned
from portal.kernel.access import Actor
from tests.factories.network import act_as
from tests.factories.stock import make_clerk, make_needy_order, make_part, make_stock
from tests.support.figures import d


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
