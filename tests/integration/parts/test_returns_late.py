"""A part that was written off comes after all: its way in, and what becomes of the deduction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.returns import services
from parts.returns.models import OldPart, ReturnBox
from parts.returns.queries.overdue import count_overdue
from parts.returns.rules.labels import payload
from parts.returns.services import Finding
from portal.auth.models import User
from portal.kernel.access import Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from portal.kernel.lifecycle import history
from tests.factories.network import make_dealer, make_user
from tests.factories.returns import COST, make_box, make_due, make_old_part, packer
from tests.factories.settlement import make_approved
from warranty.claims.models import Claim
from warranty.settlement.closing import close_month
from warranty.settlement.deductions import Booking, book
from warranty.settlement.models import Deduction

D = Decimal
SYSTEM = Actor.system("test")
OCTOBER, CLOSING = datetime(2026, 10, 2, 4, tzinfo=UTC), datetime(2026, 11, 19, 2, tzinfo=UTC)
LATER = datetime(2026, 12, 2, 2, tzinfo=UTC)
ENGLISH = {"Accept-Language": "en"}
BACK = "it is given back; nothing is deducted twice"


def arrive(session: Session, part: OldPart, now: datetime) -> OldPart:
    """Let a part come to headquarters; it is read anew, because a month's close empties the session."""
    part = session.scalars(select(OldPart).where(OldPart.number == part.number)).one()
    box = make_box(session, now, part)
    services.sign_box(session, box.number, [payload(part.number)], SYSTEM, now)
    return part


def written_off(session: Session, at: datetime, debit: str = "") -> tuple[Dealer, Claim, OldPart]:
    """Return a settled claim of 1410.55 and its old part of 1200.50, written off at a moment."""
    dealer = make_dealer(session)
    (claim,) = make_approved(session, dealer, OCTOBER)
    make_due(session, OCTOBER, dealer, id=claim.id, number=claim.number)
    session.commit()
    close_month(session, "2026-10", SYSTEM, CLOSING)
    if debit:
        book(session, Booking(dealer.code, "debit", D(debit), "二次抵扣", claim.number), SYSTEM, CLOSING)
    (part,) = services.write_off(session, dealer.code, "逾期未返", SYSTEM, at)
    return dealer, claim, part


def taken(session: Session) -> list[tuple[str, Decimal, bool]]:
    """Return what was taken and given for old parts: kind, yuan, and whether it is struck out."""
    session.flush()
    rows = session.scalars(select(Deduction).where(Deduction.kind.in_(("old_part", "credit"))).order_by(Deduction.id))
    return [(row.kind, row.amount, row.cancelled_at is not None) for row in rows]


def test_a_good_part_that_comes_late_gives_its_deduction_back(session: Session, now: datetime) -> None:
    part = arrive(session, make_old_part(session, "missing", now), now)
    assert (part.state, part.deducted, taken(session)) == ("signed", COST, [("old_part", -COST, False)])
    services.inspect(session, part.number, Finding("ok", place="A-1"), SYSTEM, now)
    assert (part.state, part.outcome, part.deducted, part.uncovered) == ("stored", "ok", D("0.00"), None)
    assert taken(session) == [("old_part", -COST, True)]
    steps = [step.action for step in history(session, part)]
    assert steps == ["write_off", "pack", "ship", "sign", "accept", "store"]


def test_what_a_statement_took_for_it_is_credited_in_the_next(session: Session) -> None:
    dealer, _claim, part = written_off(session, CLOSING)
    make_approved(session, dealer, CLOSING, count=2)
    session.commit()
    close_month(session, "2026-11", SYSTEM, LATER)
    part = services.inspect(session, arrive(session, part, LATER).number, Finding("ok"), SYSTEM, LATER)
    credit = session.scalars(select(Deduction).where(Deduction.kind == "credit")).one()
    assert (credit.source, credit.amount, credit.reason) == (f"old_part:{part.number}", D("1200.50"), "arrived")
    assert part.deducted == D("0.00")


@pytest.mark.parametrize("taken_by", ["no statement", "a statement"])
def test_a_bad_part_that_comes_late_costs_nothing_more(session: Session, taken_by: str) -> None:
    dealer, claim, part = written_off(session, CLOSING)
    if taken_by == "a statement":
        make_approved(session, dealer, CLOSING, count=2)
        session.commit()
        close_month(session, "2026-11", SYSTEM, LATER)
    part = services.inspect(session, arrive(session, part, LATER).number, Finding("not_genuine"), SYSTEM, LATER)
    assert (part.state, part.outcome, part.deducted, part.uncovered) == ("deducted", "not_genuine", COST, None)
    assert taken(session) == [("old_part", -COST, False)]
    with pytest.raises(DomainError):  # 1410.55 less 1200.50 are left of the claim
        book(session, Booking(dealer.code, "debit", D("210.06"), "二次抵扣", claim.number), SYSTEM, LATER)


def test_less_for_a_bad_part_is_less_while_the_deduction_waits(session: Session) -> None:
    _dealer, _claim, part = written_off(session, CLOSING)
    finding = Finding("damaged", D("300.00"), "只有外壳碰伤")
    part = services.inspect(session, arrive(session, part, LATER).number, finding, SYSTEM, LATER)
    assert (part.deducted, taken(session)) == (D("300.00"), [("old_part", D("-300.00"), False)])


def test_less_than_a_statement_took_is_refused_with_the_way_out(session: Session) -> None:
    dealer, _claim, part = written_off(session, CLOSING)
    make_approved(session, dealer, CLOSING, count=2)
    session.commit()
    close_month(session, "2026-11", SYSTEM, LATER)
    part = arrive(session, part, LATER)
    session.commit()
    with pytest.raises(DomainError, match="A statement took") as raised:
        services.inspect(session, part.number, Finding("damaged", D("300.00"), "外壳碰伤"), SYSTEM, LATER)
    assert (raised.value.faults[0].field, raised.value.faults[0].facts["amount"]) == ("amount", D("1200.50"))
    session.rollback()
    assert taken(session) == [("old_part", -COST, False)]


@pytest.mark.parametrize(("debit", "took"), [("1000.00", "410.55"), ("1410.55", "0.00")])
def test_a_late_part_takes_no_more_than_was_left_of_its_claim(session: Session, debit: str, took: str) -> None:
    """1410.55 less the debit is what the write-off took; the inspection adds nothing to it."""
    _dealer, _claim, part = written_off(session, CLOSING, debit)
    assert part.deducted == D(took)
    part = services.inspect(session, arrive(session, part, LATER).number, Finding("damaged"), SYSTEM, LATER)
    assert (part.deducted, part.uncovered) == (D(took), D("1200.50") - D(took))
    assert sum(amount for _kind, amount, _gone in taken(session)) == -D(took)


def test_what_was_waived_stays_waived_whatever_comes(session: Session, now: datetime) -> None:
    part = make_old_part(session, "missing", now)
    services.dispute(session, part.number, "运单可查", [], packer(part.dealer_id), now)
    services.answer(session, part.number, "waive", "承运商丢失", SYSTEM, now)
    services.inspect(session, arrive(session, part, now).number, Finding("damaged"), SYSTEM, now)
    assert (part.state, taken(session)) == ("deducted", [("old_part", -COST, True)])


def test_a_dispute_of_what_was_given_back_is_answered_by_waiving_only(session: Session, now: datetime) -> None:
    part = make_old_part(session, "missing", now)
    services.dispute(session, part.number, "已寄出", [], packer(part.dealer_id), now)
    services.inspect(session, arrive(session, part, now).number, Finding("ok"), SYSTEM, now)
    with pytest.raises(DomainError, match="nothing to uphold"):
        services.answer(session, part.number, "uphold", "逾期", SYSTEM, now)
    services.answer(session, part.number, "waive", "已收到，合格", SYSTEM, now)
    assert taken(session) == [("old_part", -COST, True)]


def test_neither_who_wrote_it_off_nor_who_inspected_it_answers(session: Session, now: datetime) -> None:
    first, second, third = (Actor(key, "旧件员", None, SYSTEM.permissions) for key in (7, 8, 9))
    part = make_due(session, now - timedelta(days=60))
    services.write_off(session, session.scalars(select(Dealer.code)).one(), "逾期", first, now)
    arrive(session, part, now)
    services.inspect(session, part.number, Finding("damaged"), second, now)
    services.dispute(session, part.number, "不属实", [], packer(part.dealer_id), now)
    for who in (first, second):
        with pytest.raises(DomainError, match="another person answers"):
            services.answer(session, part.number, "uphold", "属实", who, now)
    assert services.answer(session, part.number, "uphold", "属实", third, now).state == "upheld"


def test_on_its_way_it_is_overdue_no_more_and_goes_back_to_missing(session: Session, now: datetime) -> None:
    part = make_old_part(session, "missing", now)
    dealer = session.get_one(Dealer, part.dealer_id)
    who = packer(dealer.id)
    box = services.open_box(session, who, now)
    services.scan_in(session, box.number, payload(part.number), who, now)
    assert (part.state, count_overdue(session, local_date(now))) == ("packed", 0)
    assert services.tell_overdue(session, now) == 0
    with pytest.raises(DomainError, match="overdue"):
        services.write_off(session, dealer.code, "逾期", SYSTEM, now)
    with pytest.raises(DomainError, match="was written off"):
        services.excuse(session, part.number, "扣留", SYSTEM, now)
    services.take_out(session, box.number, part.number, who, now)
    assert (part.state, part.box_id) == ("missing", None)
    other = make_due(session, now, dealer)
    shipped = make_box(session, now, part, other)
    services.sign_box(session, shipped.number, [payload(other.number)], SYSTEM, now, lacking=True)
    assert (part.state, part.box_id, other.state) == ("missing", None, "signed")
    lost = make_box(session, now, part)
    services.lose_box(session, lost.number, "承运商丢失", SYSTEM, now)
    assert (part.state, part.deducted) == ("missing", COST)
    assert taken(session) == [("old_part", -COST, False)]


@pytest.mark.databases("sqlite")
def test_the_parts_page_tells_what_comes_of_it(
    session: Session, now: datetime, sign_in: Callable[[User], FlaskClient]
) -> None:
    dealer = make_dealer(session)
    number = make_old_part(session, "missing", now, dealer).number
    clerk, desk = make_user(session, "warranty_clerk", dealer), make_user(session, "parts_desk")
    session.commit()
    station, headquarters = sign_in(clerk), sign_in(desk)
    address = f"/returns/parts/{number}"
    page = station.get(address, headers=ENGLISH).text
    assert ("its label still holds" in page, BACK in page, "To the boxes" in page) == (True, True, True)
    assert "To the boxes" not in headquarters.get(address, headers=ENGLISH).text
    opened = station.post("/returns/boxes").location
    assert station.post(f"{opened}/pack", data={"label": payload(number)}).status_code == 302
    page = station.get(address, headers=ENGLISH).text
    assert ("comes after all" in page, "Written off before" in page, BACK in page) == (True, True, True)
    assert "Overdue</span>" not in page
    station.post(f"{opened}/ship", data={"carrier": "顺丰", "waybill": "SF1"})
    headquarters.post(f"{opened}/sign", data={"labels": payload(number)})
    assert headquarters.post(f"/returns/inspect/{number}", data={"outcome": "ok"}).status_code == 302
    for client in (station, headquarters):
        page = client.get(address, headers=ENGLISH).text
        assert ("what was deducted for that was given back" in page, "nothing is deducted" in page) == (True, True)
    assert session.scalars(select(ReturnBox.state)).one() == "signed"
