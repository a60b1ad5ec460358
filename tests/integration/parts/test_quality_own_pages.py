"""Headquarters' own reports as a quality engineer walks them: what each state offers, shows and prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.quality.models import QualityMeasure, QualityReport
from parts.quality.ports import Builds, Failure
from parts.quality.rules.effect import Month
from parts.quality.services import (
    Answer,
    MeasureText,
    add_measure,
    answer_report,
    check_effect,
    go_on,
    publish_measure,
)
from portal.auth.models import User
from tests.factories.network import make_dealer, make_user
from tests.factories.quality import ENGINEER, bring_to, make_own_report, make_report
from tests.support.papers import printed

pytestmark = pytest.mark.databases("sqlite")
TODAY = date(2026, 11, 20)
WHY = "解剖未见批次问题"
#: What leads on from each state, as the page of the report offers it.
WAYS_ON = {
    "draft": {"begin", "withdraw-own"},
    "in_analysis": {"go/decide", "answer join", "withdraw-own"},
    "measures": {"go/enforce", "go/resume"},
    "checking": {"go/close", "go/resume", "effect"},
    "closed": set(),
    "withdrawn": set(),
    "joined": set(),
}


@dataclass(frozen=True)
class Desk:
    """Headquarters and a station at their pages."""

    session: Session
    now: datetime
    dealer: Dealer
    engineer: FlaskClient
    technician: FlaskClient
    auditor: FlaskClient

    def make(self, state: str = "draft") -> str:
        """Make a report of headquarters' own, and let no transaction keep SQLite from the pages."""
        if state == "joined":
            leading = make_own_report(self.session, self.now, "in_analysis").number
            number = make_own_report(self.session, self.now, "in_analysis").number
            answer_report(self.session, number, Answer("join", "与在办问题相同", leading), ENGINEER, self.now)
        else:
            number = make_own_report(self.session, self.now, state).number
        self.session.commit()
        return number

    def state(self, number: str) -> str:
        """Read the state of a report."""
        found = self.session.scalars(select(QualityReport.state).where(QualityReport.number == number)).one()
        self.session.rollback()
        return found


@pytest.fixture
def desk(session: Session, now: datetime, sign_in: Callable[[User], FlaskClient]) -> Desk:
    dealer = make_dealer(session)
    users = (make_user(session, "quality"), make_user(session, "technician", dealer), make_user(session, "auditor"))
    session.commit()
    return Desk(session, now, dealer, *(sign_in(user) for user in users))


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def buttons(page: str, number: str) -> set[str]:
    """Return what the forms of a report's page send, below the report's address; of an answer its outcome, too."""
    found = set()
    for form in re.findall(rf'<form[^>]*action="/quality/{number}/([^"]+)"(.*?)</form>', page, re.DOTALL):
        others = re.findall(rf'formaction="/quality/{number}/([^"]+)"', form[1])
        outcomes = re.findall(r'name="answer-outcome" value="(\w+)"', form[1])
        named = {f"answer {outcome}" for outcome in outcomes}
        found |= named or set(others) if form[0] in {"answer", "go/decide"} else {form[0], *others}
    return found


@pytest.mark.parametrize("state", WAYS_ON)
def test_every_state_leads_on_and_no_button_leads_to_an_error(desk: Desk, state: str) -> None:
    number = desk.make(state)
    offered = buttons(text_of(desk.engineer, f"/quality/{number}"), number)
    leading = {one for one in offered if one.split("/")[0] in {"begin", "withdraw-own", "go", "effect"} or " " in one}
    assert leading == WAYS_ON[state]
    for button in offered:
        other = desk.make(state)
        path, _gap, outcome = button.partition(" ")
        if path.startswith("measures/"):
            path = re.sub(r"\d+", str(_measure(desk, other)), path)
        answer = desk.engineer.post(f"/quality/{other}/{path}", data={"answer-outcome": outcome} if outcome else {})
        assert answer.status_code in {302, 422}, button


def _measure(desk: Desk, number: str) -> int:
    key = desk.session.scalars(
        select(QualityMeasure.id).join(QualityReport, QualityReport.id == QualityMeasure.report_id)
        .where(QualityReport.number == number).order_by(QualityMeasure.id)
    ).first()  # fmt: skip
    desk.session.rollback()
    assert key is not None
    return key


def test_a_report_is_withdrawn_on_its_page_and_says_why(desk: Desk) -> None:
    number = desk.make("in_analysis")
    place = f"/quality/{number}"
    wrong = desk.engineer.post(f"{place}/withdraw-own", data={"withdraw-reason": " "})
    page = wrong.get_data(as_text=True)
    assert (wrong.status_code, 'href="#withdraw-reason"' in page) == (422, True)
    assert re.search(r'<details class="panel" id="withdraw" open>', page)
    for client in (desk.auditor, desk.technician):
        assert client.post(f"{place}/withdraw-own", data={"withdraw-reason": WHY}).status_code == 403
    assert "overdue" not in text_of(desk.engineer, place)
    assert desk.engineer.post(f"{place}/withdraw-own", data={"withdraw-reason": WHY}).status_code == 302
    assert desk.state(number) == "withdrawn"
    page = text_of(desk.engineer, place)
    assert page.count(WHY) == 2  # on top, and in the history
    assert ("Not done" in page, "due on" in page, "Effect of the measures" in page) == (True, False, False)
    assert desk.technician.get(place).status_code == 404
    assert number in text_of(desk.engineer, "/quality/?state=withdrawn")
    for due, shown in (("open", False), ("", True)):
        assert (number in text_of(desk.engineer, f"/quality/steps?due={due}")) is shown


def test_no_answer_to_a_station_is_taken_for_headquarters_own(desk: Desk) -> None:
    number = desk.make("in_analysis")
    sent = {"answer-outcome": "return", "answer-reason": "请补充照片"}
    wrong = desk.engineer.post(f"/quality/{number}/answer", data=sent, headers={"Accept-Language": "en"})
    assert (wrong.status_code, desk.state(number)) == (422, "in_analysis")
    page = wrong.get_data(as_text=True)
    assert "no station waits for an answer" in page
    assert "Answer to the station" not in page
    assert 'value="return"' not in page


def test_drafts_of_headquarters_wait_on_its_home_page(desk: Desk) -> None:
    number = desk.make()
    home = text_of(desk.engineer, "/")
    assert "quality reports not begun" in home
    assert "/quality/?state=draft" in home
    assert number in text_of(desk.engineer, "/quality/?state=draft")


@pytest.mark.parametrize("state", ["draft", "in_analysis"])
def test_the_card_of_a_withdrawn_report_without_photos_is_printed_with_its_reason(desk: Desk, state: str) -> None:
    number = desk.make(state)
    bring_to(desk.session, number, "withdrawn", desk.now)
    desk.session.commit()
    paper = printed(desk.session, desk.engineer, "quality_report", number)
    for words in (number, "已撤回", "解剖未见批次问题", "CL-D0001-202611-0001"):
        assert words in paper
    assert ("照片" in paper, "D4 根本原因" in paper) == (False, state == "in_analysis")


def test_the_card_of_a_joined_report_says_which_one_it_follows_and_a_stations_copy_does_not(desk: Desk) -> None:
    own = desk.make("joined")
    leading = desk.session.scalars(select(QualityReport.joined_to).where(QualityReport.number == own)).one()
    assert leading is not None
    theirs = make_report(desk.session, desk.now, dealer=desk.dealer).number
    answer_report(desk.session, theirs, Answer("join", "按已发布的措施处理", leading), ENGINEER, desk.now)
    desk.session.commit()
    paper = printed(desk.session, desk.engineer, "quality_report", own)
    assert ("与在办问题相同" in paper, leading in paper) == (True, True)
    for client, told in ((desk.engineer, True), (desk.technician, False)):
        paper = printed(desk.session, client, "quality_report", theirs)
        assert ("按已发布的措施处理" in paper, leading in paper) == (True, told)
    page = text_of(desk.engineer, f"/quality/{leading}")
    assert re.search(rf'>{own}</a> <span class="muted">Headquarters ', page)


class Quiet:
    """Nobody claims anything, before a measure or after it."""

    def by_month(self, session: Session, failure: Failure, months: list[str]) -> list[Month]:
        del session, failure
        return [Month(month, 0, 1_000) for month in months]

    def by_build(self, session: Session, failure: Failure, since: date, today: date) -> Builds:
        del session, failure, since, today
        return Builds(0, 0, 0, 0)


def test_where_nobody_claims_the_effect_says_so(desk: Desk) -> None:
    current_app.extensions["claim_figures"] = Quiet()
    then = datetime(2026, 5, 14, 2, tzinfo=desk.now.tzinfo)
    number = make_own_report(desk.session, then, "checking").number
    desk.session.commit()
    panel = text_of(desk.engineer, f"/quality/{number}/effect")
    assert "No claims before nor after: the figures say nothing of the measure." in panel
    assert ("is-over" in panel, "is-good" in panel) == (False, False)
    check_effect(desk.session, number, "effective", "台架试验通过", ENGINEER, desk.now)
    desk.session.commit()
    assert "措施前后均无索赔" in printed(desk.session, desk.engineer, "quality_report", number)


def test_a_station_reads_what_it_is_told_and_nothing_else_of_the_work(desk: Desk) -> None:
    number = make_report(desk.session, desk.now, "checking", dealer=desk.dealer).number
    kept = add_measure(desk.session, number, MeasureText("interim", "内部：停发库存件", TODAY), ENGINEER, desk.now)
    told = add_measure(desk.session, number, MeasureText("interim", "更换前核对批号", TODAY), ENGINEER, desk.now)
    publish_measure(desk.session, number, told.id, ENGINEER, desk.now)
    go_on(desk.session, number, "resume", "供应商隐瞒了工艺变更", ENGINEER, desk.now)
    desk.session.commit()
    assert kept.published_at is None
    desk.session.rollback()
    theirs, ours = (text_of(client, f"/quality/{number}") for client in (desk.technician, desk.engineer))
    for words, shown in (("更换前核对批号", True), ("内部：停发库存件", False), ("供应商隐瞒了工艺变更", False),
                         ("第4步已完成", False), ("Responsible unit", False)):  # fmt: skip
        assert (words in theirs) is shown, words
    assert "供应商隐瞒了工艺变更" in ours
    assert desk.technician.get(f"/quality/{number}/effect").status_code == 403


def test_a_lifted_measure_is_told_to_those_who_follow_it(desk: Desk) -> None:
    number = desk.make("in_analysis")
    key = add_measure(desk.session, number, MeasureText("interim", "核对轴封批号", TODAY), ENGINEER, desk.now).id
    publish_measure(desk.session, number, key, ENGINEER, desk.now)
    desk.session.commit()
    assert desk.technician.post(f"/quality/measures/{key}/read").status_code == 302
    assert "核对轴封批号" not in text_of(desk.technician, "/quality/measures/unread")
    bring_to(desk.session, number, "withdrawn", datetime(2026, 11, 20, 2, 1, tzinfo=desk.now.tzinfo))
    desk.session.commit()
    page = text_of(desk.technician, "/quality/measures/unread")
    assert ("核对轴封批号" in page, "Lifted on 2026-11-20" in page, "We have read it" in page) == (True, True, True)
    assert WHY not in page  # why is headquarters' own
    assert "核对轴封批号" not in text_of(desk.technician, "/quality/part/W-PUMP/panel")
    assert "Lifted on" in text_of(desk.technician, "/quality/part/W-PUMP")
    assert "Lifted on" in text_of(desk.engineer, f"/quality/{number}")


def test_headquarters_own_draft_waits_for_its_analysis_a_stations_for_being_submitted(desk: Desk) -> None:
    own = desk.make()
    theirs = make_report(desk.session, desk.now, "draft", dealer=desk.dealer).number
    desk.session.commit()
    for address, words in ((f"/quality/{own}", "待立项"), ("/quality/?state=draft", "待立项")):
        page = desk.engineer.get(address).text
        assert (words in page, "未上报" in page) == (True, False), address
    for address in (f"/quality/{theirs}", "/quality/?state=draft"):
        page = desk.technician.get(address).text
        assert ("未上报" in page, "待立项" in page) == (True, False), address
    paper = printed(desk.session, desk.engineer, "quality_report", own)
    assert ("待立项" in paper, "未上报" in paper) == (True, False)
    assert "未上报" in printed(desk.session, desk.technician, "quality_report", theirs)
