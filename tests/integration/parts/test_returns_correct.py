"""A wrong inspection is corrected by a second person: both findings stay told, the money follows, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parts.returns import services
from parts.returns.models import OldPart
from parts.returns.services import Finding
from portal.auth.models import User
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.lifecycle import history
from tests.factories.network import make_actor, make_dealer, make_user
from tests.factories.returns import COST, SUPPLIER, make_old_part, packer
from tests.factories.settlement import make_approved
from tests.support.at_once import both_at_once
from warranty.settlement.closing import close_month
from warranty.settlement.models import Deduction

D = Decimal
SYSTEM = Actor.system("test")
FIRST, SECOND, THIRD = (Actor(key, name, None, SYSTEM.permissions) for key, name in ((7, "甲"), (8, "乙"), (9, "丙")))
OCTOBER, CLOSING = datetime(2026, 10, 15, 4, tzinfo=UTC), datetime(2026, 11, 20, 2, tzinfo=UTC)
ENGLISH = {"Accept-Language": "en"}
FAKE = Finding("not_genuine", note="铸造标记不符")


def inspected(session: Session, now: datetime, finding: Finding) -> OldPart:
    part = make_old_part(session, "signed", now)
    return services.inspect(session, part.number, finding, FIRST, now)


def correct(session: Session, part: OldPart, finding: Finding, who: Actor, now: datetime) -> OldPart:
    return services.correct(session, part.number, finding, "误点", who, now, part.row_version)


def entries(session: Session) -> list[tuple[Decimal, bool]]:
    session.flush()
    rows = session.scalars(select(Deduction).order_by(Deduction.id))
    return [(row.amount, row.cancelled_at is not None) for row in rows]


def test_good_by_mistake_becomes_not_genuine_with_its_deduction(session: Session, now: datetime) -> None:
    part = inspected(session, now, Finding("ok", place="A-1"))
    correct(session, part, FAKE, SECOND, now)
    assert (part.state, part.outcome, part.deducted, part.place) == ("stored", "not_genuine", COST, "A-1")
    assert (part.inspected_by, part.inspection_note, entries(session)) == ("乙", "铸造标记不符", [(-COST, False)])
    steps = [(step.action, step.actor) for step in history(session, part)][-5:]
    assert steps == [("accept", "甲"), ("store", "甲"), ("correct", "乙"), ("deduct", "乙"), ("store", "乙")]


@pytest.mark.parametrize(
    ("finding", "after"),
    [(Finding("ok"), (-COST, True)), (Finding("damaged", D("300.25"), "外壳碰伤"), (D("-300.25"), False))],
)
def test_a_wrong_deduction_is_struck_out_and_the_right_one_booked_once(
    session: Session, now: datetime, finding: Finding, after: tuple[Decimal, bool]
) -> None:
    part = correct(session, inspected(session, now, FAKE), finding, SECOND, now)
    assert (part.outcome, part.deducted, entries(session)) == (finding.outcome, finding.amount or D("0.00"), [after])


def test_missing_by_mistake_is_found_and_back_again(session: Session, now: datetime) -> None:
    part = inspected(session, now, Finding("missing"))
    correct(session, part, Finding("ok", place="B-2"), SECOND, now)
    assert (part.state, part.place, entries(session)) == ("stored", "B-2", [(-COST, True)])
    correct(session, part, Finding("missing"), THIRD, now)
    assert (part.state, part.place, part.deducted, entries(session)) == ("missing", None, COST, [(-COST, False)])


def test_nobody_corrects_an_inspection_of_their_own(session: Session, now: datetime) -> None:
    part = inspected(session, now, Finding("ok"))
    with pytest.raises(DomainError, match="another person corrects"):
        correct(session, part, FAKE, FIRST, now)
    correct(session, part, FAKE, SECOND, now)
    for who in (FIRST, SECOND):  # nor do two people turn it to and fro
        with pytest.raises(DomainError, match="another person corrects"):
            correct(session, part, Finding("ok"), who, now)
    with pytest.raises(AccessDeniedError):
        correct(session, part, Finding("ok"), make_actor(session, "quality"), now)
    assert part.outcome == "not_genuine"


def test_a_correction_says_why_and_changes_something(session: Session, now: datetime) -> None:
    part = inspected(session, now, FAKE)
    with pytest.raises(DomainError) as raised:
        services.correct(session, part.number, Finding("ok"), " ", SECOND, now, part.row_version)
    assert raised.value.faults[0].field == "reason"
    with pytest.raises(DomainError, match="found already"):
        correct(session, part, FAKE, SECOND, now)
    with pytest.raises(ConflictError):
        services.correct(session, part.number, Finding("ok"), "误点", SECOND, now, part.row_version - 1)


def test_what_left_the_store_or_was_never_looked_at_is_not_corrected(session: Session, now: datetime) -> None:
    gone = make_old_part(session, "handed_over", now)
    with pytest.raises(ConflictError):
        correct(session, gone, FAKE, SECOND, now)
    assert gone.maker == SUPPLIER
    late = make_old_part(session, "missing", now)
    with pytest.raises(DomainError, match="without an inspection"):
        correct(session, late, Finding("ok"), SECOND, now)


@pytest.mark.parametrize("answered", [None, "uphold"])
def test_a_dispute_is_answered_not_corrected(session: Session, now: datetime, answered: str | None) -> None:
    part = inspected(session, now, FAKE)
    services.dispute(session, part.number, "不属实", [], packer(part.dealer_id), now)
    if answered:
        services.answer(session, part.number, answered, "属实", THIRD, now)
    with pytest.raises(DomainError, match="answer to the dispute decides"):
        correct(session, part, Finding("ok"), SECOND, now)


def test_what_a_statement_took_is_not_corrected_any_more(session: Session) -> None:
    dealer = make_dealer(session)
    make_approved(session, dealer, OCTOBER, count=2)
    number = make_old_part(session, "deducted", OCTOBER, dealer).number
    session.commit()
    close_month(session, "2026-10", SYSTEM, CLOSING)
    part = session.scalars(select(OldPart).where(OldPart.number == number)).one()
    with pytest.raises(DomainError, match="took the deduction"):
        correct(session, part, Finding("ok"), SECOND, CLOSING)
    assert entries(session) == [(-COST, False)]


@pytest.mark.databases("postgresql")
def test_of_two_who_correct_at_once_one_does(app: Flask, session: Session, now: datetime) -> None:
    part = inspected(session, now, Finding("ok"))
    number, seen = part.number, part.row_version
    actors = (make_actor(session, "parts_desk"), make_actor(session, "parts_desk"))
    session.commit()
    outcomes = both_at_once(
        app, actors, lambda mine, who: services.correct(mine, number, FAKE, "误点", who, now, seen).state
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["ConflictError", "str"]
    session.rollback()
    assert session.execute(select(func.count(), func.sum(Deduction.amount)).select_from(Deduction)).one() == (1, -COST)


@pytest.mark.databases("sqlite")
def test_the_page_offers_it_to_the_second_person(
    session: Session, now: datetime, sign_in: Callable[[User], FlaskClient]
) -> None:
    dealer = make_dealer(session)
    number = make_old_part(session, "signed", now, dealer).number
    users = (
        make_user(session, "parts_desk"),
        make_user(session, "parts_desk"),
        make_user(session, "warranty_clerk", dealer),
    )
    session.commit()
    first, second, station = (sign_in(user) for user in users)
    first.post(f"/returns/inspect/{number}", data={"outcome": "ok"})
    address = f"/returns/parts/{number}"
    assert "another person corrects the inspection" in first.get(address, headers=ENGLISH).text
    assert "Correct the inspection" not in station.get(address, headers=ENGLISH).text
    page = second.get(address, headers=ENGLISH).text
    version = page.split('name="correct-version" value="')[1].split('"')[0]
    sent = {"correct-version": version, "correct-outcome": "not_genuine"}
    refused = second.post(f"{address}/correct", data=sent, headers=ENGLISH)
    assert (refused.status_code, "Please give a reason." in refused.text) == (422, True)
    done = second.post(f"{address}/correct", data={**sent, "correct-reason": "误点合格"}, headers=ENGLISH)
    assert (done.status_code, done.location) == (302, address)
    page = station.get(address, headers=ENGLISH).text
    for words in ("Inspected: good", "The inspection is corrected", "误点合格", "Inspected: deducted", "Not genuine"):
        assert words in page
