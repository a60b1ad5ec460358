from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dealers.service.models import PartLine, RepairJob, RepairOrder
from dealers.service.services import cancel_order
from parts.catalogue.models import Part
from parts.stock.models import StockBin, StockDocument, StockItem, StockMovement
from parts.stock.queries.check import differences
from parts.stock.queries.issues import order_needs, wanted_by_repairs
from parts.stock.queries.items import item_page
from parts.stock.services import (
    Limits,
    Line,
    Portion,
    adjust_stock,
    issue_parts,
    issue_scanned,
    move_stock,
    receive_goods,
    return_parts,
    scrap_stock,
    set_limits,
)
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.scoping import ScopeError
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.stock import make_clerk, make_needy_order, make_part, make_stock, stock_of
from tests.support.faults import told
from tests.support.figures import d


@pytest.fixture
def clerk(session: Session) -> Actor:
    return act_as(session, make_clerk(session))


@pytest.fixture
def part(session: Session) -> Part:
    return make_part(session, "BP100")


def test_goods_come_in_with_their_cost_and_a_number(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    first = receive_goods(session, [Line("bp100 ", d("10"), "a-01", d("12.00"))], clerk, now, reference="供货 77")
    second = receive_goods(session, [Line("BP100", d("5"))], clerk, now)  # home bin, dealer price of today
    dealer = item_page(session, "BP100", clerk.dealer_id or 0).dealer
    assert [first.number, second.number] == [f"GR-{dealer.code}-202611-{number:04d}" for number in (1, 2)]
    assert (first.value, first.reference, first.posted_by) == (d("120.00"), "供货 77", clerk.name)
    found = item_page(session, "BP100", clerk.dealer_id or 0)
    assert (found.balance.quantity, found.balance.value, found.balance.average) == (d("15"), d("620.00"), d("41.33"))
    assert [(row.bin, row.quantity) for row in found.bins] == [("A-01", d("15"))]
    assert [(row.quantity, row.quantity_after, row.value_after) for row in found.movements] == [
        (d("5"), d("15"), d("620.00")), (d("10"), d("10"), d("120.00")),
    ]  # fmt: skip


def test_a_wrong_line_leaves_nothing_behind(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    lines = [Line("BP100", d("1"), "A", place="line-0"), Line("NONE", d("1"), "A", place="line-1")]
    with pytest.raises(DomainError) as wrong:
        receive_goods(session, lines, clerk, now)
    assert told(wrong) == {
        "line-1-part": "The catalogue has no part “NONE”. Try its number, a piece of its name or initials."
    }
    with pytest.raises(DomainError) as nowhere:
        receive_goods(session, [Line("BP100", d("1"), " ", place="line-0")], clerk, now)
    assert set(told(nowhere)) == {"line-0-bin"}
    with pytest.raises(DomainError) as nothing:
        receive_goods(session, [Line("BP100", d("0"), "A", place="line-0")], clerk, now)
    assert told(nothing) == {"line-0-quantity": "Please write a quantity above 0."}
    with pytest.raises(DomainError):
        receive_goods(session, [], clerk, now)
    assert session.scalar(select(func.count()).select_from(StockDocument)) == 0


def test_what_has_no_price_needs_a_cost(session: Session, clerk: Actor, now: datetime) -> None:
    bare = Part(number="BARE", name_zh="无价", name_en="No price", initials="wj")
    session.add(bare)
    with pytest.raises(DomainError) as wrong:
        receive_goods(session, [Line("BARE", d("1"), "A", place="line-0")], clerk, now)
    assert set(told(wrong)) == {"line-0-cost"}
    receive_goods(session, [Line("BARE", d("3"), "A", d("0.50"))], clerk, now)
    assert stock_of(session, clerk.dealer_id or 0, bare) == (d("3"), d("1.50"))


@pytest.mark.parametrize(
    ("cost", "possible"), [("0", True), ("9999999999.99", True), ("-0.01", False), ("10000000000", False)]
)
def test_goods_cost_nothing_or_what_an_amount_holds(
    session: Session, part: Part, clerk: Actor, now: datetime, cost: str, *, possible: bool
) -> None:
    line = Line("BP100", d("1"), "A", d(cost), place="line-0")
    if possible:
        found = receive_goods(session, [line], clerk, now)
        assert (found.value, found.reason_code) == (d(cost), None)
    else:
        with pytest.raises(DomainError) as wrong:
            receive_goods(session, [line], clerk, now)
        assert told(wrong) == {"line-0-cost": "From 0 to 9,999,999,999.99 yuan, please."}


def test_more_than_lies_there_is_told_with_what_does(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    make_stock(session, clerk, part, now, "10", bin_="A-01")
    lines = [Line("BP100", d("6"), "A-01", place="line-0"), Line("BP100", d("5"), "A-01", place="line-1"),
             Line("BP100", d("1"), "B-01", place="line-2")]  # fmt: skip
    with pytest.raises(DomainError) as wrong:
        scrap_stock(session, lines, "damaged", "泡水", clerk, now)
    assert told(wrong) == {"line-1-quantity": "Only 4 in bin A-01.", "line-2-quantity": "None in bin B-01."}
    assert stock_of(session, clerk.dealer_id or 0, part) == (d("10"), d("1000.00"))
    scrap_stock(session, lines[:1], "damaged", "泡水", clerk, now)
    assert stock_of(session, clerk.dealer_id or 0, part) == (d("4"), d("400.00"))


def test_a_correction_needs_a_reason_and_words(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    make_stock(session, clerk, part, now, "3", "10.00")
    with pytest.raises(DomainError) as wrong:
        adjust_stock(session, [Line("BP100", d("-1"), "A-01")], "whim", " ", clerk, now)
    assert set(told(wrong)) == {"reason_code", "reason"}
    down = adjust_stock(session, [Line("BP100", d("-1"), "A-01")], "lost", "找不到", clerk, now)
    up = adjust_stock(session, [Line("BP100", d("4"), "A-02")], "found", "货架后面", clerk, now)
    assert (down.value, up.value, up.reason_code) == (d("-10.00"), d("40.00"), "found")
    fresh = make_part(session, "NEW1", "7.00")
    adjust_stock(session, [Line("NEW1", d("2"), "A-02")], "found", "随车带来", clerk, now)
    assert stock_of(session, clerk.dealer_id or 0, fresh) == (d("2"), d("14.00"))


def test_between_bins_no_value_moves(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    make_stock(session, clerk, part, now, "3", "10.00")
    done = move_stock(session, [Line("BP100", d("3"), "A-01", to_bin="b-9")], clerk, now)
    assert done.value == d("0.00")
    found = item_page(session, "BP100", clerk.dealer_id or 0)
    assert [(row.bin, row.quantity) for row in found.bins] == [("B-9", d("3"))]
    assert [(row.quantity, row.quantity_after, row.value_after) for row in found.movements[:2]] == [
        (d("3"), d("3"), d("30.00")), (d("-3"), d("0"), d("30.00")),
    ]  # fmt: skip
    assert found.balance.value == d("30.00")
    for line, field in ((Line("BP100", d("1"), "B-9", to_bin="b-9"), "line-to_bin"),
                        (Line("BP100", d("-1"), "B-9", to_bin="C"), "line-quantity"),
                        (Line("BP100", d("4"), "B-9", to_bin="C"), "line-quantity")):  # fmt: skip
        with pytest.raises(DomainError) as wrong:
            move_stock(session, [line], clerk, now)
        assert set(told(wrong)) == {field}
    assert differences(session) == []


def test_parts_are_issued_to_the_job_that_needs_them(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    make_stock(session, clerk, part, now, "10", "33.33")
    order = make_needy_order(session, clerk.dealer_id or 0, now, part, quantity="3")
    (need,) = order_needs(session, order.number).needs
    assert (need.open, need.there, wanted_by_repairs(session, order.dealer_id)) == (d("3"), d("10"), {part.id: d("3")})
    with pytest.raises(DomainError) as wrong:
        issue_parts(session, order.number, [Portion(need.key, d("4"), field="issue-1")], clerk, now)
    assert told(wrong) == {"issue-1": "Only 3 more are needed."}
    done = issue_parts(session, order.number, [Portion(need.key, d("2"))], clerk, now)
    assert (done.kind, done.value, done.order_id) == ("issue", d("-66.66"), order.id)
    scanned = issue_scanned(session, order.number, " bp100", clerk, now)
    assert scanned.value == d("-33.33")
    assert wanted_by_repairs(session, order.dealer_id) == {}
    for typed, words in (("BP100", "Part BP100 is issued already."), ("X", "This order has no line with part X.")):
        with pytest.raises(DomainError) as again:
            issue_scanned(session, order.number, typed, clerk, now)
        assert told(again) == {"scan": words}
    moved = session.execute(
        select(StockMovement.job_id, StockMovement.quantity).where(StockMovement.order_id == order.id)
    )
    assert [tuple(row) for row in moved] == [(need.job_id, d("-2")), (need.job_id, d("-1"))]


def test_an_issue_larger_than_the_stock_is_told_and_nothing_is_half_done(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    other = make_part(session, "BP200")
    make_stock(session, clerk, part, now, "1")
    make_stock(session, clerk, other, now, "5")
    order = make_needy_order(session, clerk.dealer_id or 0, now, part, other)
    portions = [Portion(need.key, d("2"), field=f"issue-{need.number}")
                for need in order_needs(session, order.number).needs]  # fmt: skip
    with pytest.raises(DomainError) as wrong:
        issue_parts(session, order.number, portions, clerk, now)
    assert told(wrong) == {"issue-BP100": "Only 1 in bin A-01."}
    assert stock_of(session, order.dealer_id, other) == (d("5"), d("500.00"))
    assert session.scalar(select(func.count()).where(StockDocument.kind == "issue")) == 0


def test_what_no_job_needs_is_not_issued_and_nothing_is_no_quantity(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    make_stock(session, clerk, part, now)
    order = make_needy_order(session, clerk.dealer_id or 0, now, part)
    foreign = PartLine(dealer_id=order.dealer_id, position=2, part_number="FOREIGN", name="外购件", unit="件",
                       quantity=d("1"), unit_price=d("5.00"), amount=d("5.00"))  # fmt: skip
    order.jobs[0].parts.append(foreign)
    session.flush()
    unknown, need = sorted(order_needs(session, order.number).needs, key=lambda one: one.part_id or 0)
    assert (unknown.number, unknown.part_id) == ("FOREIGN", None)
    portions = [Portion("9-9", d("1"), field="a"), Portion(unknown.key, d("1"), field="b"),
                Portion(need.key, d("0"), field="c"), Portion(need.key, d("-1"), field="d")]  # fmt: skip
    with pytest.raises(DomainError) as wrong:
        issue_parts(session, order.number, portions, clerk, now)
    not_needed, nothing = "No job of this order needs that part any more.", "Please write a quantity above 0."
    assert told(wrong) == {"a": not_needed, "b": not_needed, "c": nothing, "d": nothing}
    issue_parts(session, order.number, [Portion(need.key, d("2"))], clerk, now)
    with pytest.raises(DomainError) as back:
        return_parts(session, order.number, portions, clerk, now)
    none_issued = "Only 0 were issued."
    assert told(back) == {"a": none_issued, "b": none_issued, "c": nothing, "d": nothing}
    assert stock_of(session, order.dealer_id, part) == (d("8"), d("800.00"))


def test_who_moves_no_stock_issues_none_and_takes_none_back(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    make_stock(session, clerk, part, now)
    order = make_needy_order(session, clerk.dealer_id or 0, now, part)
    key = order_needs(session, order.number).needs[0].key
    advisor = make_actor(session, "service_advisor", item_page(session, "BP100", order.dealer_id).dealer)
    for step in (issue_parts, return_parts):
        with pytest.raises(AccessDeniedError):
            step(session, order.number, [Portion(key, d("1"))], advisor, now)


def test_a_part_of_which_none_lies_there_says_where_to_order_it(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    order = make_needy_order(session, clerk.dealer_id or 0, now, part)
    key = order_needs(session, order.number).needs[0].key
    with pytest.raises(DomainError) as wrong:
        issue_parts(session, order.number, [Portion(key, d("1"), field="issue-1")], clerk, now)
    assert told(wrong) == {"issue-1": "There is none in stock. Order it urgently on the repair order's page."}


def test_returns_bring_back_what_the_issue_took(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    make_stock(session, clerk, part, now, "3", "3.33")
    adjust_stock(session, [Line("BP100", d("3"), "A-01")], "found", "x", clerk, now)
    order = make_needy_order(session, clerk.dealer_id or 0, now, part, quantity="5")
    key = order_needs(session, order.number).needs[0].key
    issue_parts(session, order.number, [Portion(key, d("5"))], clerk, now)
    receive_goods(session, [Line("BP100", d("10"), "A-01", d("50.00"))], clerk, now)  # the average moves meanwhile
    with pytest.raises(DomainError) as wrong:
        return_parts(session, order.number, [Portion(key, d("6"), field="return-1")], clerk, now)
    assert told(wrong) == {"return-1": "Only 5 were issued."}
    back = [return_parts(session, order.number, [Portion(key, d(part_of))], clerk, now) for part_of in ("2", "3")]
    assert sum(one.value for one in back) == d("16.65")
    assert stock_of(session, order.dealer_id, part) == (d("16"), d("519.98"))
    assert [need.issued for need in order_needs(session, order.number).needs] == [d("0")]
    assert differences(session) == []


def test_a_removed_line_is_something_to_take_back(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    make_stock(session, clerk, part, now)
    order = make_needy_order(session, clerk.dealer_id or 0, now, part)
    issue_scanned(session, order.number, "BP100", clerk, now)
    session.delete(session.scalars(select(PartLine)).one())
    session.flush()
    (need,) = order_needs(session, order.number).needs
    assert (need.needed, need.surplus, need.open) == (d("0"), d("2"), d("0"))
    return_parts(session, order.number, [Portion(need.key, d("2"), "C-01")], clerk, now)
    assert order_needs(session, order.number).needs == []


def test_a_removed_job_leaves_its_parts_to_be_taken_back(
    session: Session, part: Part, clerk: Actor, now: datetime
) -> None:
    make_stock(session, clerk, part, now)
    order = make_needy_order(session, clerk.dealer_id or 0, now, part)
    order.jobs.append(RepairJob(dealer_id=order.dealer_id, position=2, concern="另一项"))
    issue_scanned(session, order.number, "BP100", clerk, now)
    order.jobs.remove(order.jobs[0])
    session.flush()
    session.expire_all()
    (need,) = order_needs(session, order.number).needs
    assert (need.job_id, need.surplus) == (None, d("2"))
    return_parts(session, order.number, [Portion(need.key, d("2"))], clerk, now)
    assert stock_of(session, order.dealer_id, part) == (d("10"), d("1000.00"))


def test_closed_orders_get_nothing_and_give_back(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    make_stock(session, clerk, part, now)
    order = make_needy_order(session, clerk.dealer_id or 0, now, part)
    number = order.number
    issue_scanned(session, number, "BP100", clerk, now)
    manager = make_actor(session, "service_manager", item_page(session, "BP100", order.dealer_id).dealer)
    cancel_order(session, order.id, "客户取消", manager, now)
    (need,) = order_needs(session, number).needs
    assert (need.open, need.surplus) == (d("0"), d("2"))
    with pytest.raises(ConflictError):
        issue_parts(session, number, [Portion(need.key, d("1"))], clerk, now)
    return_parts(session, number, [Portion(need.key, d("2"))], clerk, now)
    assert stock_of(session, order.dealer_id, part) == (d("10"), d("1000.00"))


def test_limits_are_kept_and_checked(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    item = set_limits(session, "BP100", Limits(d("2"), d("8"), " c-3 "), clerk, now)
    assert (item.minimum, item.maximum, item.home_bin) == (d("2"), d("8"), "C-3")
    with pytest.raises(DomainError) as wrong:
        set_limits(session, "BP100", Limits(d("9"), d("8")), clerk, now)
    assert set(told(wrong)) == {"maximum"}
    make_stock(session, clerk, part, now, bin_="")
    assert [row.bin for row in item_page(session, "BP100", clerk.dealer_id or 0).bins] == ["C-3"]


def test_another_dealers_stock_and_orders_do_not_exist(session: Session, part: Part, now: datetime) -> None:
    mine, other = make_dealer(session), make_dealer(session)
    first, second = make_clerk(session, mine), make_clerk(session, other)
    act_as(session, first)
    make_stock(session, first, part, now)
    order = make_needy_order(session, mine.id, now, part)
    number = order.number
    act_as(session, second)
    assert item_page(session, "BP100", mine.id).item is None
    with pytest.raises(NotFoundError):
        issue_scanned(session, number, "BP100", second, now)
    with pytest.raises(ScopeError):
        make_stock(session, first, part, now)
    session.rollback()


def test_who_may_not_and_who_has_no_stock(session: Session, part: Part, now: datetime) -> None:
    advisor, desk = make_actor(session, "service_advisor"), Actor.system("test")
    for actor, refusal in ((advisor, AccessDeniedError), (desk, DomainError)):
        with pytest.raises(refusal):
            receive_goods(session, [Line("BP100", d("1"), "A")], actor, now)


@pytest.mark.parametrize("column", ["quantity", "value"])
def test_the_database_itself_keeps_balances_at_nought(
    session: Session, part: Part, clerk: Actor, now: datetime, column: str
) -> None:
    make_stock(session, clerk, part, now)
    item = session.scalars(select(StockItem)).one()
    setattr(item, column, d("-0.01"))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_the_check_finds_what_does_not_add_up(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    make_stock(session, clerk, part, now)
    assert differences(session) == []
    session.scalars(select(StockItem)).one().value = d("999.00")
    session.scalars(select(StockBin)).one().quantity = d("9.00")
    session.flush()
    whole, one_bin = differences(session)
    assert (whole.part, whole.bin, whole.kept_value, whole.moved_value) == ("BP100", None, d("999.00"), d("1000.00"))
    assert (one_bin.bin, one_bin.kept, one_bin.moved) == ("A-01", d("9.00"), d("10.00"))
    session.scalars(select(StockBin)).one().quantity = d("10.00")
    session.scalars(select(StockItem)).one().value = d("1000.00")
    session.scalars(select(StockMovement)).one().quantity_after = d("11.00")
    session.flush()
    assert [found.part for found in differences(session)] == ["BP100"]


def test_orders_of_the_counter_stay_as_they_are(session: Session, part: Part, clerk: Actor, now: datetime) -> None:
    """Issuing does not change the order: whoever types on its page has not to type again."""
    make_stock(session, clerk, part, now)
    order = make_needy_order(session, clerk.dealer_id or 0, now, part)
    before = order.row_version
    issue_scanned(session, order.number, "BP100", clerk, now)
    session.expire_all()
    assert session.get_one(RepairOrder, order.id).row_version == before
