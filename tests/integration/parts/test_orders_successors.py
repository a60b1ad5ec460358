"""A number that is replaced is not ordered again, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from parts.catalogue.queries.chains import replacements
from parts.orders.queries.proposals import proposals
from parts.orders.queries.supply import RepairSupply, repair_supply
from parts.orders.services import Promise, confirm_order, draft_for_repair, draft_from_proposals
from parts.stock.services import Limits, issue_scanned, set_limits
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from tests.factories.network import make_dealer, make_user
from tests.factories.orders import DESK, confirmed, lines, submitted
from tests.factories.stock import make_clerk, make_needy_order, make_part, make_stock
from tests.support.faults import told
from tests.support.figures import d
from tests.support.queries import count_queries

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def new(session: Session) -> Part:
    """What headquarters supplies today."""
    return make_part(session, "NEW", "60.00")


@pytest.fixture
def old(session: Session, new: Part) -> Part:
    """What it replaces one way, by a number between them."""
    make_part(session, "MID", "55.00", superseded_by="NEW", interchange="one_way")
    return make_part(session, "OLD", "50.00", superseded_by="MID", interchange="one_way")


def proposed(session: Session, dealer: Dealer, now: datetime) -> list[tuple[str, Decimal, tuple[str, ...]]]:
    found = proposals(session, dealer.id, local_date(now))
    return [(one.part.number, one.quantity, one.replaces) for one in found]


def both_ways(*parts: Part) -> None:
    for part in parts:
        part.interchange = "both_ways"


def test_the_successor_is_proposed_and_says_for_what(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, new: Part, now: datetime
) -> None:
    make_stock(session, clerk, old, now, "1")
    set_limits(session, "OLD", Limits(d("4"), d("10")), clerk, now)
    (one,) = proposals(session, dealer.id, local_date(now))
    assert (one.part, one.quantity, one.price, one.replaces) == (new, d("9"), d("60.00"), ("OLD",))
    order = draft_from_proposals(session, ["NEW"], clerk, now)
    assert [(line.part_id, line.quantity) for line in lines(session, order.number)] == [(new.id, d("9"))]


def test_stock_and_orders_of_the_successor_cover_the_old_number(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, new: Part, now: datetime
) -> None:
    set_limits(session, "OLD", Limits(d("4"), d("10")), clerk, now)
    make_stock(session, clerk, new, now, "2")
    assert proposed(session, dealer, now) == [("NEW", d("8"), ("OLD",))]
    submitted(session, now, {"NEW": "2"}, dealer)
    assert proposed(session, dealer, now) == []
    make_needy_order(session, dealer.id, now, old, quantity="1")
    (one,) = proposals(session, dealer.id, local_date(now))
    assert (one.supply.there, one.supply.coming, one.supply.wanted) == (d("2"), d("2"), d("1"))
    assert one.quantity == d("7")


def test_what_begins_later_is_not_proposed_today(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, now: datetime
) -> None:
    old.superseded_on = local_date(now) + timedelta(days=1)
    set_limits(session, "OLD", Limits(d("1"), d("3")), clerk, now)
    assert proposed(session, dealer, now) == [("OLD", d("3"), ())]
    assert proposed(session, dealer, now + timedelta(days=1)) == [("NEW", d("3"), ("OLD",))]


def test_old_stock_counts_for_the_successor_only_both_ways(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, new: Part, now: datetime
) -> None:
    chained = replacements(session, ["OLD"], local_date(now)).parts
    make_stock(session, clerk, old, now, "9")
    set_limits(session, "OLD", Limits(d("20"), d("30")), clerk, now)
    set_limits(session, "NEW", Limits(d("2"), d("5")), clerk, now)  # its own limits count, the old ones no more
    make_needy_order(session, dealer.id, now, old, quantity="4")
    (one,) = proposals(session, dealer.id, local_date(now))
    assert (one.part, one.quantity, one.supply.there, one.supply.wanted) == (new, d("5"), d("0"), d("0"))
    both_ways(*chained.values())
    assert proposed(session, dealer, now) == []
    make_needy_order(session, dealer.id, now, new, quantity="4")
    assert proposed(session, dealer, now) == [("NEW", d("4"), ("OLD",))]


def test_a_newer_number_without_limits_that_a_repair_lacks_is_its_own_affair(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, new: Part, now: datetime
) -> None:
    make_stock(session, clerk, old, now, "5")
    set_limits(session, "OLD", Limits(d("4"), d("10")), clerk, now)
    make_needy_order(session, dealer.id, now, new)  # the old ones do not go in there; the repair orders it urgently
    assert proposed(session, dealer, now) == []


@pytest.mark.parametrize("begun_in", [0, 1])
def test_an_old_number_without_limits_that_a_repair_lacks_is_its_own_affair(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, now: datetime, begun_in: int
) -> None:
    old.superseded_on = local_date(now) + timedelta(days=begun_in)
    make_stock(session, clerk, old, now, "1")
    make_needy_order(session, dealer.id, now, old, quantity="3")
    assert proposed(session, dealer, now) == []


def test_of_two_old_numbers_the_one_that_lacks_most_decides(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, now: datetime
) -> None:
    make_part(session, "OTHER", superseded_by="NEW")
    make_stock(session, clerk, old, now, "10")
    set_limits(session, "OLD", Limits(d("4"), d("10")), clerk, now)
    set_limits(session, "OTHER", Limits(d("1"), d("2")), clerk, now)
    assert proposed(session, dealer, now) == [("NEW", d("2"), ("OLD", "OTHER"))]


def missing(session: Session, number: str, now: datetime) -> tuple[RepairSupply, dict[str, Decimal]]:
    found = repair_supply(session, number, local_date(now))
    return found, {found.number(part): quantity for part, quantity in found.missing.items()}


def test_a_repair_orders_the_successor_and_waits_for_it(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, new: Part, now: datetime
) -> None:
    repair = make_needy_order(session, dealer.id, now, old)
    order = draft_for_repair(session, repair.number, clerk, now)
    assert [(line.part_id, line.quantity) for line in lines(session, order.number)] == [(new.id, d("2"))]
    assert missing(session, repair.number, now)[1] == {}
    other = make_needy_order(session, dealer.id, now, old)
    confirmed(session, now, {"NEW": "2"}, dealer, repair_order_id=other.id)
    found, lacking = missing(session, other.number, now)
    awaited = found.awaited(found.needs.needs[0])
    assert (lacking, awaited and awaited.part) == ({}, "NEW")
    assert [(one.part, one.there, one.coming) for one in found.alternatives(found.needs.needs[0])] == [
        (new, d("0"), d("2"))
    ]


def test_what_is_there_of_the_successor_is_not_ordered(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, new: Part, now: datetime
) -> None:
    repair = make_needy_order(session, dealer.id, now, old, new)
    make_stock(session, clerk, new, now, "3")
    found, lacking = missing(session, repair.number, now)
    assert lacking == {"NEW": d("1")}  # two for its own line, one for the old
    need = next(need for need in found.needs.needs if need.number == "OLD")
    assert ([(one.part, one.there) for one in found.alternatives(need)], found.enough(need)) == ([(new, d("3"))], True)
    assert found.following(need) == new
    later = local_date(now) - timedelta(days=1)
    old.superseded_on = local_date(now)
    assert repair_supply(session, repair.number, later).missing == {old.id: d("2")}


def test_a_successor_that_just_covers_the_need_is_enough(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, new: Part, now: datetime
) -> None:
    repair = make_needy_order(session, dealer.id, now, old)  # two of it
    enough = []
    for _piece in range(2):
        make_stock(session, clerk, new, now, "1")
        found = repair_supply(session, repair.number, local_date(now))
        enough.append(found.enough(found.needs.needs[0]))
    assert enough == [False, True]


def test_an_old_part_goes_in_for_a_newer_one_only_both_ways(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, new: Part, now: datetime
) -> None:
    chained = replacements(session, ["OLD"], local_date(now)).parts
    repair = make_needy_order(session, dealer.id, now, new)
    make_stock(session, clerk, old, now, "3")
    found, lacking = missing(session, repair.number, now)
    assert (lacking, found.alternatives(found.needs.needs[0])) == ({"NEW": d("2")}, [])
    both_ways(*chained.values())
    assert missing(session, repair.number, now)[1] == {}


def test_what_headquarters_supplies_instead_counts_though_the_catalogue_changes_its_mind(
    session: Session, dealer: Dealer, old: Part, new: Part, now: datetime
) -> None:
    repair = make_needy_order(session, dealer.id, now, old)
    order = submitted(session, now, {"OLD": "2"}, dealer, kind="urgent", repair_order_id=repair.id)
    (line,) = lines(session, order.number)
    confirm_order(session, order.number, {line.id: Promise(substitute=True)}, DESK, now)
    old.superseded_by = None
    found, lacking = missing(session, repair.number, now)
    awaited = found.awaited(found.needs.needs[0])
    assert (lacking, awaited and awaited.supplied) == ({}, "NEW")


def test_the_pages_say_what_replaces_the_old_number(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, new: Part, now: datetime, sign_in: SignIn
) -> None:
    set_limits(session, "OLD", Limits(d("4"), d("10")), clerk, now)
    make_stock(session, clerk, new, now, "3")
    repair = make_needy_order(session, dealer.id, now, old).number
    user = make_user(session, "parts_clerk", dealer)
    session.commit()
    station = sign_in(user)
    text = station.get("/part-orders/proposals").text
    assert 'value="NEW"' in text
    assert 'value="OLD"' not in text
    assert "替代 OLD" in text
    text = station.get(f"/part-orders/repair/{repair}/panel").text
    assert "OLD 可用 NEW 替代：库存 3，已订在途 0。" in text
    assert "替代件有库存" in text
    assert f"/part-orders/repair/{repair}/order" not in text  # nothing is missing
    typed = {"kind": "stock", "line-1-part": "OLD", "line-1-quantity": "2"}
    order = station.post("/part-orders/new", data=typed).location
    assert "配件 OLD 已停供，由 NEW 替代。" in station.get(order).text
    assert (
        "停供" not in station.get(station.post("/part-orders/new", data=typed | {"line-1-part": "NEW"}).location).text
    )


def test_a_successor_is_issued_once_the_line_names_it(
    session: Session, dealer: Dealer, clerk: Actor, old: Part, new: Part, now: datetime, sign_in: SignIn
) -> None:
    """The claim takes number, price and warranty from the line: the stock does not go past it."""
    make_stock(session, clerk, new, now, "3")
    repair = make_needy_order(session, dealer.id, now, old)
    for day, words in (
        (now, "NEW may be put in for OLD. To issue it, change the line of the job to it."),
        (now - timedelta(days=1), "This order has no line with part NEW."),
    ):
        old.superseded_on = local_date(now)
        session.flush()
        with pytest.raises(DomainError) as scanned:
            issue_scanned(session, repair.number, "new", clerk, day)
        assert told(scanned) == {"scan": words}
    user = make_user(session, "parts_clerk", dealer)
    session.commit()
    page = sign_in(user).get(f"/stock/issue/{repair.number}").text
    assert "OLD 可用 NEW 替代。领料前请将维修项目中的配件改为 NEW。" in page
    repair.jobs[0].parts[0].part_number = "NEW"
    session.commit()
    assert "可用 NEW 替代" not in sign_in(user).get(f"/stock/issue/{repair.number}").text
    assert issue_scanned(session, repair.number, "new", clerk, now).value == d("-200.00")


def test_chains_are_read_at_once(session: Session, now: datetime) -> None:
    """Nine parts, each replaced by one of its own, cost as many statements as one."""
    counts = []
    for count in (1, 9):
        dealer = make_dealer(session)
        clerk = make_clerk(session, dealer)
        parts = [make_part(session, superseded_by=make_part(session).number) for _ in range(count)]
        repair = make_needy_order(session, dealer.id, now, *parts)
        for part in parts:
            set_limits(session, part.number, Limits(d("4"), d("10")), clerk, now)
        session.flush()
        with count_queries(db.engine) as statements:
            assert len(proposals(session, dealer.id, local_date(now))) == count
            assert len(repair_supply(session, repair.number, local_date(now)).missing) == count
        counts.append(len(statements))
    assert counts[0] == counts[1]
