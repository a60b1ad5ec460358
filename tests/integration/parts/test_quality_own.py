"""Reports of headquarters' own, on both databases: withdrawn, joined, never returned; what hung on them is free."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.quality.lists import late_steps, my_late_steps, own_drafts
from parts.quality.models import QualityMeasure, QualityReport
from parts.quality.queries.published import published, unread
from parts.quality.queries.reports import sheet, steps_of
from parts.quality.queries.similar import similar
from parts.quality.services import (
    Answer,
    MeasureText,
    StepText,
    add_measure,
    answer_report,
    begin_report,
    card_of,
    edit_report,
    open_from_claims,
    publish_measure,
    read_measure,
    remove_measure,
    save_step,
    withdraw_own_report,
    withdraw_report,
)
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.errors import ConflictError, DomainError
from portal.kernel.lifecycle import history
from tests.factories.network import act_as, make_actor, make_dealer
from tests.factories.quality import ENGINEER, bring_to, cluster_of, make_own_report, make_report, reporter
from tests.factories.vehicles import make_vehicle
from tests.support.at_once import both_at_once
from tests.support.faults import faults_of

TODAY = date(2026, 11, 20)
WHY = "解剖未见批次问题"


def told_of(session: Session, number: str, now: datetime) -> int:
    """Publish an interim measure of a report; return its key."""
    measure = add_measure(session, number, MeasureText("interim", "更换前核对批号", TODAY), ENGINEER, now)
    return publish_measure(session, number, measure.id, ENGINEER, now).id


@pytest.mark.parametrize("state", ["draft", "in_analysis"])
def test_headquarters_withdraws_its_own_with_a_reason(session: Session, now: datetime, state: str) -> None:
    found = make_own_report(session, now, state)
    with pytest.raises(DomainError) as raised:
        withdraw_own_report(session, found.number, " ", ENGINEER, now)
    assert (faults_of(raised), found.state) == ({"reason"}, state)
    with pytest.raises(ConflictError):
        withdraw_own_report(session, found.number, WHY, ENGINEER, now, found.row_version + 1)
    withdraw_own_report(session, found.number, WHY, ENGINEER, now, found.row_version)
    last = history(session, found)[-1]
    assert (found.state, last.action, last.reason) == ("withdrawn", "withdraw_own", WHY)
    shown = sheet(session, found.number, own=False)
    assert shown.ending is not None
    assert (shown.ending.reason, shown.claim_count) == (WHY, 2)
    again = open_from_claims(session, cluster_of(now), ENGINEER, now)  # its claims make another report
    assert [row.number for row in sheet(session, again.number, own=False).claims] == [
        row.number for row in shown.claims
    ]
    assert found.number not in {one.number for one in similar(session, again)}


@pytest.mark.parametrize("state", ["measures", "checking", "closed"])
def test_what_is_decided_is_not_withdrawn(session: Session, now: datetime, state: str) -> None:
    found = make_own_report(session, now, state)
    with pytest.raises(ConflictError):
        withdraw_own_report(session, found.number, WHY, ENGINEER, now)
    assert found.state == state


def test_a_stations_report_is_not_withdrawn_by_headquarters_nor_the_other_way_round(
    session: Session, now: datetime
) -> None:
    dealer = make_dealer(session)
    for state in ("draft", "in_analysis"):
        theirs = make_report(session, now, state, dealer=dealer)
        with pytest.raises(DomainError):
            withdraw_own_report(session, theirs.number, WHY, ENGINEER, now)
        assert theirs.state == state
    own = make_own_report(session, now)
    with pytest.raises(AccessDeniedError):
        withdraw_own_report(session, own.number, WHY, reporter(dealer), now)


@pytest.mark.parametrize("outcome", ["return", "reject"])
def test_headquarters_own_is_not_sent_to_a_station_that_does_not_exist(
    session: Session, now: datetime, outcome: str
) -> None:
    found = make_own_report(session, now, "in_analysis")
    with pytest.raises(DomainError) as raised:
        answer_report(session, found.number, Answer(outcome, "请补充照片"), ENGINEER, now)
    assert "no station waits" in raised.value.faults[0].message
    assert [step.action for step in history(session, found)] == ["begin"]


def test_headquarters_own_is_joined_and_what_was_joined_to_it_follows(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    leading, own = make_own_report(session, now, "checking"), make_own_report(session, now, "in_analysis")
    theirs = make_report(session, now, dealer=dealer)
    answer_report(session, theirs.number, Answer("join", "同一问题", own.number), ENGINEER, now)
    later = now + timedelta(hours=1)
    with pytest.raises(DomainError):
        answer_report(session, own.number, Answer("join", "", leading.number), ENGINEER, later)
    answer_report(session, own.number, Answer("join", "与在办问题相同", leading.number), ENGINEER, later)
    assert (own.state, own.joined_to, own.answer) == ("joined", leading.number, None)
    assert (theirs.joined_to, theirs.answer, theirs.news_at) == (leading.number, "与在办问题相同", later)
    shown = sheet(session, own.number, own=False)
    assert shown.ending is not None
    assert (shown.ending.reason, shown.joined) == ("与在办问题相同", [])
    assert {row.number for row in sheet(session, leading.number, own=False).joined} == {own.number, theirs.number}
    bring_to(session, leading.number, "closed", now + timedelta(days=9))
    assert theirs.answer == "问题已解决"  # its station is told of the end all the same


def test_what_others_are_joined_to_stays_with_headquarters(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    for leading in (
        make_own_report(session, now, "in_analysis"), make_report(session, now, "in_analysis", dealer=dealer),
    ):  # fmt: skip
        joined = make_report(session, now, dealer=dealer)
        answer_report(session, joined.number, Answer("join", "同一问题", leading.number), ENGINEER, now)
        own = leading.dealer_id is None
        with pytest.raises(DomainError) as raised:
            bring_to(session, leading.number, "withdrawn" if own else "returned", now)
        assert raised.value.faults[0].facts == {"numbers": joined.number}
        assert leading.state == "in_analysis"


@pytest.mark.parametrize("end", ["withdrawn", "joined"])
def test_no_step_waits_for_anybody_once_its_report_is_out_of_work(session: Session, now: datetime, end: str) -> None:
    engineer = make_actor(session, "quality")
    found = make_own_report(session, now, "in_analysis")
    first = steps_of(session, found.id)[0]
    save_step(session, found.number, 1, StepText(engineer.user_id, first.due_on, None, ""), ENGINEER, now)
    later = now + timedelta(days=60)
    before = late_steps(session, engineer, later)
    assert (before, my_late_steps(session, engineer, later)) == (6, 1)
    if end == "withdrawn":
        bring_to(session, found.number, end, now)
    else:
        leading = make_own_report(session, later, "closed")
        answer_report(session, found.number, Answer("join", "同一问题", leading.number), ENGINEER, later)
    assert (late_steps(session, engineer, later), my_late_steps(session, engineer, later)) == (0, 0)


def test_only_headquarters_own_drafts_wait_for_headquarters(session: Session, now: datetime) -> None:
    make_report(session, now, "draft", dealer=make_dealer(session))
    found = make_own_report(session, now)
    assert own_drafts(session, ENGINEER, now) == 1
    bring_to(session, found.number, "withdrawn", now)
    assert own_drafts(session, ENGINEER, now) == 0


def test_measures_of_a_withdrawn_report_are_lifted_and_stations_are_told(session: Session, now: datetime) -> None:
    first, second = make_dealer(session), make_dealer(session)
    found = make_own_report(session, now, "in_analysis")
    number, key = found.number, told_of(session, found.number, now)
    noted = add_measure(session, number, MeasureText("interim", "未发布", TODAY), ENGINEER, now).id
    actor = act_as(session, reporter(first))
    read_measure(session, key, actor, now)
    assert unread(session, actor, now) == 0
    act_as(session, ENGINEER)
    later = now + timedelta(hours=1)
    withdraw_own_report(session, number, WHY, ENGINEER, later)
    lifted = {row.id: row.lifted_at for row in session.execute(select(QualityMeasure.id, QualityMeasure.lifted_at))}
    assert lifted == {key: later, noted: None}
    for act in (publish_measure, remove_measure):  # there is nothing to publish any more
        with pytest.raises(ConflictError):
            act(session, number, noted, ENGINEER, later)
    for dealer, waiting in ((second, 0), (first, 1)):  # who never heard of it need not hear that it is lifted
        actor = act_as(session, reporter(dealer))
        assert unread(session, actor, later) == waiting
        assert published(session, ["W-PUMP"], actor) == []
        assert [row.id for row in published(session, ["W-PUMP"], actor, lifted=True)] == [key]
    read_measure(session, key, actor, later + timedelta(minutes=1))
    assert unread(session, actor, later) == 0


def test_measures_of_a_returned_report_hold_until_its_station_withdraws_it(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    number = make_report(session, now, "in_analysis", dealer=dealer).number
    key, later = told_of(session, number, now), now + timedelta(days=2)
    bring_to(session, number, "returned", now)
    assert [row.id for row in published(session, ["W-PUMP"], ENGINEER)] == [key]
    session.flush()
    withdraw_report(session, number, act_as(session, reporter(dealer)), later)
    session.flush()
    session.expire_all()
    assert published(session, ["W-PUMP"], ENGINEER) == []
    assert session.scalar(select(QualityMeasure.lifted_at)) == later


def test_measures_of_a_report_that_is_not_accepted_are_lifted_and_of_a_joined_one_hold(
    session: Session, now: datetime
) -> None:
    dealer = make_dealer(session)
    refused, joined = (make_report(session, now, "in_analysis", dealer=dealer) for _each in range(2))
    leading = make_own_report(session, now, "in_analysis")
    keys = [told_of(session, one.number, now) for one in (refused, joined)]
    bring_to(session, refused.number, "rejected", now)
    answer_report(session, joined.number, Answer("join", "同一问题", leading.number), ENGINEER, now)
    actor = act_as(session, reporter(dealer))
    assert [row.id for row in published(session, ["W-PUMP"], actor)] == keys[1:]


def test_a_report_in_work_keeps_what_its_analysis_rests_on(session: Session, now: datetime) -> None:
    found = make_own_report(session, now, "in_analysis")
    with pytest.raises(DomainError) as raised:
        edit_report(session, found.number, replace(card_of(found), part_number=" "), ENGINEER, now)
    assert faults_of(raised) == {"part_number"}


def written(session: Session, now: datetime, part: str | None, model: int | None = None, **said: Any) -> QualityReport:
    """Make a report of headquarters' own that says nothing but what is given; begin it, if it names a part."""
    claims = (replace(cluster_of(now).claims[0], number=f"CL-{part}"),)
    found = make_own_report(session, now, claims=claims, part_number=part, part_name="", supplier=None, model_id=model)
    card = replace(card_of(found), title="—", **said)
    edit_report(session, found.number, card, ENGINEER, now)
    if part is not None:
        begin_report(session, found.number, ENGINEER, now)
    return found


def test_a_short_report_is_found_by_a_word_of_two_characters(session: Session, now: datetime) -> None:
    """Its number is no word of its own that would outweigh what it says."""
    mine = written(session, now, None, concern="漏油")
    like = written(session, now, "TWO", concern="漏油", failure_mode="seized")
    written(session, now, "THREE", concern="异响", failure_mode="noise")
    assert {one.number: one.found.reasons for one in similar(session, mine)} == {like.number: ("words",)}


def test_a_long_report_is_found_by_the_words_that_others_have_too(session: Session, now: datetime) -> None:
    """However many words stand in it alone: a hundred of them are no reason to look for none of the rest."""
    model = make_vehicle(session).model_id
    alone = iter("".join(chr(0x4E00 + place * 100 + step * 7 % 97) for step in range(100)) for place in range(3))
    same = "活塞环卡滞，缸壁拉伤，机油消耗量超标"
    mine = written(session, now, "ONE", model=model, concern=next(alone), cause=same)
    like = written(session, now, "TWO", model=model, concern=next(alone), cause=same)
    away = written(session, now, "THREE", model=model, concern=next(alone))
    found = {one.number: one.found.points for one in similar(session, mine)}
    assert set(found) == {like.number}, away.number


def test_of_a_withdrawal_and_a_joining_at_once_the_second_is_told(app: Flask, session: Session, now: datetime) -> None:
    """Never is a report joined to one that is withdrawn at that moment."""
    dealer = make_dealer(session)
    leading, joining = (
        make_own_report(session, now, "in_analysis").number,
        make_report(session, now, dealer=dealer).number,
    )
    one, two = make_actor(session, "quality"), make_actor(session, "quality")
    session.commit()

    def act(own: Session, actor: Actor) -> str:
        if actor == one:
            return withdraw_own_report(own, leading, WHY, actor, now).state
        return answer_report(own, joining, Answer("join", "同一问题", leading), actor, now).state

    outcomes = both_at_once(app, (one, two), act)
    assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1
    assert [outcome for outcome in outcomes if isinstance(outcome, str)] in (["withdrawn"], ["joined"])


def test_two_reports_that_are_joined_to_each_other_at_once(app: Flask, session: Session, now: datetime) -> None:
    numbers = [make_own_report(session, now, "in_analysis").number for _each in range(2)]
    one, two = make_actor(session, "quality"), make_actor(session, "quality")
    session.commit()

    def act(own: Session, actor: Actor) -> str:
        mine, other = numbers if actor == one else reversed(numbers)
        return answer_report(own, mine, Answer("join", "同一问题", other), actor, now).state

    outcomes = both_at_once(app, (one, two), act)
    assert [outcome for outcome in outcomes if isinstance(outcome, str)] == ["joined"]
    assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1


def test_opened_twice_of_the_same_claims_it_is_one_draft(session: Session, now: datetime) -> None:
    found = make_own_report(session, now)
    edit_report(session, found.number, replace(card_of(found), failure_mode="noise"), ENGINEER, now)
    assert open_from_claims(session, cluster_of(now), ENGINEER, now) is found  # what was mended stays
    assert found.failure_mode == "noise"
    claims = cluster_of(now).claims
    more = (*claims, replace(claims[0], number="CL-D0003-202611-0001"))
    others = [open_from_claims(session, cluster_of(now, claims=some), ENGINEER, now) for some in (more, claims[:1])]
    others.append(open_from_claims(session, cluster_of(now), make_actor(session, "quality"), now))  # another's draft
    begin_report(session, found.number, ENGINEER, now)
    others.append(open_from_claims(session, cluster_of(now), ENGINEER, now))  # it is no draft any more
    assert len({found.number, *(one.number for one in others)}) == 5


def test_opened_twice_at_once_it_is_one_draft(app: Flask, session: Session, now: datetime) -> None:
    engineer = make_actor(session, "quality")
    session.commit()
    outcomes = both_at_once(
        app, (engineer, engineer), lambda own, actor: open_from_claims(own, cluster_of(now), actor, now).number
    )
    assert outcomes[0] == outcomes[1]
    assert len(session.scalars(select(QualityReport)).all()) == 1
