"""The papers of a case: what they argue with, how they reckon, and that they stay as the owner has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle
from portal.kernel.clock import local_date
from portal.kernel.errors import NotFoundError
from portal.kernel.room import house
from reports.documents.render import to_pdf
from tests.factories.cases import People, make_accepted, make_case, make_lemon, make_people, make_replied
from tests.factories.guarantee import make_maker
from tests.factories.network import make_dealer
from tests.support.visit import pdf_text
from warranty.cases.documents import build_certificate, build_reply, build_supplement
from warranty.cases.queries.papers import CasePaper
from warranty.cases.rules.articles import ARTICLES
from warranty.cases.rules.compensation import Cost
from warranty.cases.services import carry_out, decide, delays, losses
from warranty.cases.services.carry_out import Completion
from warranty.cases.services.clocks import CaseDeadlines
from warranty.cases.services.decide import CaseDecision
from warranty.cases.services.losses import CostNote
from warranty.guarantee.models import CalendarDay, CalendarYear

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def dealer(session: Session) -> Dealer:
    make_maker(session)
    return make_dealer(session)


@pytest.fixture
def car(session: Session, now: datetime, dealer: Dealer) -> Vehicle:
    return make_lemon(session, now, dealer)


@pytest.fixture
def people(session: Session, dealer: Dealer) -> People:
    return make_people(session, dealer)


def printed(app: Flask, kind: str, paper: CasePaper, now: datetime) -> str:
    """Return what stands on the paper, without spaces: lines break where they like."""
    with app.test_request_context():
        return "".join(pdf_text(to_pdf(house().papers[kind], paper, now)).split())


def test_a_refusal_against_the_finding_does_not_argue_with_the_law(
    app: Flask, session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    number = make_case(session, now, car).number
    decide.decide_case(session, number, CaseDecision("refuse", "维修记录不实"), people.senior, now)
    decide.confirm_refusal(session, number, people.centre, now)
    said = printed(app, "case_reply", build_reply(session, number), now)
    assert "不同意退货" in said
    assert said.count("维修记录不实") == 1
    assert "累计修理" not in said
    assert "第二十四条" not in said


@pytest.mark.parametrize(
    ("fee", "lines"),
    [
        ("1000.00", ("=6,440.00", "经营者减免", "−5,440.00", "6,440.00−5,440.00", "127,800.00")),
        ("0.00", ("=6,440.00", "经营者减免", "−6,440.00", "6,440.00−6,440.00", "128,800.00")),
    ],
)
def test_a_lowered_fee_is_reckoned_from_the_lawful_one(
    app: Flask, session: Session, now: datetime, car: Vehicle, people: People, fee: str, lines: tuple[str, ...]
) -> None:
    decision = CaseDecision("accept", "优待", Decimal(fee))
    number = make_accepted(session, now, car, people, decision).number
    said = printed(app, "case_reply", build_reply(session, number), now)
    for line in ("128,800.00×10,000÷1000×0.005", "法定使用补偿费", *lines):
        assert line in said, line


def test_the_full_fee_has_no_line_of_a_reduction(
    app: Flask, session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    said = printed(app, "case_reply", build_reply(session, make_accepted(session, now, car, people).number), now)
    assert "128,800.00×10,000÷1000×0.005" in said
    assert "减免" not in said
    assert "前（含当日）完成" in said


def test_what_the_owner_has_in_hand_stays_word_for_word(
    session: Session, now: datetime, car: Vehicle, dealer: Dealer, people: People
) -> None:
    case = make_accepted(session, now, car, people, choice="replace")
    draft = build_reply(session, case.number)
    carry_out.record_reply(session, case.number, local_date(now), people.manager, now)
    given = build_reply(session, case.number)
    assert given == replace(draft, replied_on=local_date(now))
    with pytest.raises(NotFoundError):
        build_supplement(session, case.number)
    fee = CostNote("服务费", Cost("service", Decimal("300.00")), reason="漏登")
    losses.add_cost(session, case.number, fee, people.centre)
    carry_out.switch_to_return(session, case.number, "no_car", "已停产", people.manager, now)
    dealer.name, car.engine_no = "改名汽车销售服务有限公司", "NEW-1"
    session.flush()
    assert build_reply(session, case.number) == given
    assert given.choice[0] == "更换家用汽车产品"


def test_who_asks_for_the_money_afterwards_gets_a_supplement(
    app: Flask, session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_replied(session, now, car, people, choice="replace")
    carry_out.switch_to_return(session, case.number, "no_car", "已停产", people.manager, now)
    supplement = build_supplement(session, case.number)
    carry_out.complete_case(session, case.number, Completion(local_date(now)), people.manager, now)
    kept = build_certificate(session, case.number)
    case.statement = "改过"
    session.flush()
    assert build_certificate(session, case.number) == kept
    assert build_supplement(session, case.number) == supplement
    said = printed(app, "case_supplement", supplement, now)
    for words in ("补充答复书", "由更换改为退货", "令第43号第二十五条", "已停产", "122,360.00", "2026-11-20"):
        assert words in said, words


def test_before_the_answer_the_reply_says_what_is_asked_for_now(
    app: Flask, session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    case = make_accepted(session, now, car, people, choice="replace")
    carry_out.switch_to_return(session, case.number, "no_car", "已停产", people.manager, now)
    with pytest.raises(NotFoundError):
        build_supplement(session, case.number)
    assert "同意退货" in printed(app, "case_reply", build_reply(session, case.number), now)


@pytest.mark.parametrize(("order", "late"), [("SAMR-43", True), ("AQSIQ-150", False)])
def test_the_reply_names_the_rights_that_the_order_gives_and_no_other(
    app: Flask,
    session: Session,
    now: datetime,
    car: Vehicle,
    people: People,
    order: str,
    late: bool,  # noqa: FBT001
) -> None:
    number = make_accepted(session, now, car, people, choice="replace").number
    paper = replace(build_reply(session, number), articles=ARTICLES[order])
    said = printed(app, "case_reply", paper, now)
    assert ("逾期不能完成更换的" in said) is late
    assert "没有同品牌同型号" in said
    assert ("第28" in said or "Art.28(2)" in said) is late


def test_the_reply_says_which_days_are_the_owners(
    app: Flask, session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    number = make_accepted(session, now, car, people).number
    delays.propose_delay(session, number, 5, "车主出国", people.manager, now)
    delays.confirm_delay(session, number, people.senior, now)
    said = printed(app, "case_reply", build_reply(session, number), now)
    assert "将于2026-12-25前（含当日）" in said
    assert "顺延5个工作日" in said


def holiday(session: Session, now: datetime, day: date) -> None:
    session.add(CalendarYear(year=day.year, source="国办通知", made_by="test", made_at=now))
    session.flush()
    session.add(CalendarDay(day=day, year=day.year, works=False, name="元旦"))
    session.flush()


def test_a_year_that_becomes_known_moves_what_runs_and_not_what_was_answered(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    late = now + timedelta(days=39)  # 29 December: the days run into a year that is not published
    values: dict[str, Any] = {"received_on": local_date(late)}
    case = make_replied(session, late, car, people, **values)
    delays.propose_delay(session, case.number, 2, "车主出国", people.manager, late)
    delays.confirm_delay(session, case.number, people.senior, late)
    before, reply_by = case.complete_by, case.reply_by
    given = build_reply(session, case.number)
    holiday(session, late, date(2027, 1, 1))
    assert CaseDeadlines().recompute_deadlines(session, late) == 1
    assert case.reply_by == reply_by
    assert case.complete_by == before + timedelta(days=1)  # with the owner's two days
    assert not case.provisional
    assert build_reply(session, case.number) == given


def test_a_car_that_no_order_protects_keeps_the_days_of_its_ruling_order(
    session: Session, now: datetime, car: Vehicle, people: People
) -> None:
    """A car sold under the old order has its fifteen days, whatever order is in force when it is asked for."""
    car.use, car.invoiced_on, car.delivered_on = "commercial", date(2021, 5, 1), date(2021, 5, 1)
    late = now + timedelta(days=39)
    case = make_case(session, late, car, received_on=local_date(late))
    assert (case.finding["order"], case.finding["ruling"], case.finding["complete_days"]) == (None, "AQSIQ-150", 15)
    before = case.complete_by
    holiday(session, late, date(2027, 1, 1))
    CaseDeadlines().recompute_deadlines(session, late)
    assert case.complete_by == before + timedelta(days=1)
