"""The life of quality reports, on both databases: opened, answered, worked through, closed, found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.service.models import RepairPhoto
from parts.quality.models import QualityMeasureRead, QualityPhoto, QualityReport, QualityStep
from parts.quality.queries.published import news, published, unread
from parts.quality.queries.reports import find_report, overdue_steps, sheet, steps_of
from parts.quality.queries.similar import family, similar
from parts.quality.services import (
    Answer,
    MeasureText,
    StepText,
    add_measure,
    answer_report,
    begin_report,
    card_of,
    check_effect,
    edit_report,
    go_on,
    mark_seen,
    open_for_job,
    open_from_claims,
    publish_measure,
    read_measure,
    remove_measure,
    save_step,
    set_unit,
    submit_report,
    withdraw_report,
)
from portal.kernel.access import AccessDeniedError, Actor, Permission
from portal.kernel.errors import ConflictError, DomainError, NotFoundError
from portal.kernel.lifecycle import history
from tests.factories.claims import make_completed_order
from tests.factories.network import act_as, make_dealer, make_user
from tests.factories.quality import (
    ADDED,
    ENGINEER,
    bring_to,
    cluster_of,
    finish_steps,
    make_chain,
    make_own_report,
    make_report,
    reporter,
)
from tests.factories.vehicles import make_vehicle
from tests.support.faults import faults_of
from tests.support.rows import fill

TODAY = date(2026, 11, 20)


def test_one_press_takes_over_what_the_visit_says(session: Session, now: datetime) -> None:
    dealer, car = make_dealer(session), make_vehicle(session, produced_on=date(2024, 12, 30))
    order = make_completed_order(session, dealer, car, now)
    for sha in ("a" * 64, "b" * 64, "a" * 64):
        fill(session, RepairPhoto, dealer_id=dealer.id, order_id=order.id, sha256=sha, storage_key=f"photos/{sha[0]}")
    number, job = order.number, order.jobs[0].id
    act_as(session, reporter(dealer))
    found = open_for_job(session, number, job, reporter(dealer), now)
    assert open_for_job(session, number, job, reporter(dealer), now).number == found.number
    assert found.number == f"QR-{dealer.code}-202611-0001"
    assert (found.vin, found.odometer_km, found.produced_week) == (car.vin, 8_001, "2025-W01")
    assert (found.part_number, found.supplier, found.failure_mode) == ("W-PUMP", "某配件厂", "leak")
    assert (found.concern, found.cause, found.handling) == ("发动机漏水", "水泵密封失效", "更换水泵总成")
    photos = session.scalars(select(QualityPhoto.storage_key).order_by(QualityPhoto.id)).all()
    assert photos == ["photos/a", "photos/b"]  # the same picture once, its file not copied


def test_a_withdrawn_report_makes_room_for_another(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    order = make_completed_order(session, dealer, make_vehicle(session), now)
    first = open_for_job(session, order.number, None, reporter(dealer), now)
    withdraw_report(session, first.number, reporter(dealer), now)
    assert open_for_job(session, order.number, None, reporter(dealer), now).number != first.number


def test_what_is_missing_is_told_at_its_field_and_nothing_is_submitted(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    found = make_report(session, now, "draft", dealer=dealer)
    with pytest.raises(DomainError) as raised:
        submit_report(session, found.number, replace(card_of(found), part_number=""), reporter(dealer), now)
    assert faults_of(raised) == {"part_number", "failure_place", "road", "speed", "engine_state"}
    with pytest.raises(DomainError) as raised:
        edit_report(
            session, found.number,
            replace(card_of(found), title="长" * 121, road="moon", odometer_km=-1, loss_amount=Decimal(-1)),
            reporter(dealer), now,
        )  # fmt: skip
    assert faults_of(raised) == {"title", "road", "odometer_km", "loss_amount"}


def test_pressed_twice_it_is_submitted_once(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    found = make_report(session, now, "draft", dealer=dealer)
    card = replace(card_of(found), **ADDED)
    submit_report(session, found.number, card, reporter(dealer), now, found.row_version, seen="draft")
    submit_report(session, found.number, card, reporter(dealer), now, 1, seen="draft")
    assert [step.action for step in history(session, found)] == ["submit"]
    with pytest.raises(ConflictError):  # another page, which saw it with headquarters
        submit_report(session, found.number, card, reporter(dealer), now, seen="submitted")


def test_a_station_sees_its_own_report_and_nothing_of_headquarters(session: Session, now: datetime) -> None:
    dealer, other = make_dealer(session), make_dealer(session)
    mine = make_report(session, now, "measures", dealer=dealer)
    own = make_own_report(session, now, "in_analysis")
    numbers = (mine.number, own.number)
    assert session.scalar(select(func.count()).select_from(QualityStep)) == 16
    act_as(session, reporter(dealer))
    assert find_report(session, numbers[0]).state == "measures"
    assert session.scalar(select(func.count()).select_from(QualityStep)) == 0
    shown = sheet(session, numbers[0], own=True)
    assert (shown.steps, shown.measures, shown.claims) == ([], [], [])  # no measure is published yet
    with pytest.raises(NotFoundError):
        find_report(session, numbers[1])
    act_as(session, reporter(other))
    for number in numbers:
        with pytest.raises(NotFoundError):
            find_report(session, number)


def test_neither_side_writes_the_others_card(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    theirs, own = make_report(session, now, "returned", dealer=dealer), make_own_report(session, now)
    with pytest.raises(NotFoundError):
        edit_report(session, theirs.number, card_of(theirs), ENGINEER, now)
    with pytest.raises(DomainError):
        begin_report(session, make_report(session, now, "draft", dealer=dealer).number, ENGINEER, now)
    with pytest.raises(AccessDeniedError):
        edit_report(session, own.number, card_of(own), reporter(dealer), now)
    with pytest.raises(AccessDeniedError):
        answer_report(session, theirs.number, Answer("take_up"), reporter(dealer), now)


def test_the_whole_way_with_its_days(session: Session, now: datetime) -> None:
    found = make_report(session, now, "closed", dealer=make_dealer(session))
    assert [step.action for step in history(session, found)] == ["submit", "take_up", "decide", "enforce", "close"]
    assert found.begun_on == TODAY
    assert {step.step: step.due_on for step in steps_of(session, found.id)} == dict.fromkeys(range(1, 9), TODAY)
    assert (found.responsible_unit, found.effect, found.answer) == ("supplier", "effective", "问题已解决")


def test_a_report_goes_on_only_with_what_its_step_needs(session: Session, now: datetime) -> None:
    found = make_report(session, now, "in_analysis", dealer=make_dealer(session))
    with pytest.raises(DomainError) as raised:
        go_on(session, found.number, "decide", "", ENGINEER, now)
    assert [fault.facts for fault in raised.value.faults] == [{"steps": "D1 D2 D3 D4"}, {}, {}]
    with pytest.raises(DomainError) as raised:
        save_step(session, found.number, 5, StepText(None, TODAY, TODAY, "改轴封"), ENGINEER, now)
    assert faults_of(raised) == {"done_on"}
    finish_steps(session, found.number, now, 1, 2, 3, 4)
    with pytest.raises(DomainError) as raised:
        save_step(session, found.number, 2, StepText(None, TODAY, None, "再看"), ENGINEER, now)
    assert raised.value.faults[0].facts == {"steps": "D4"}
    assert find_report(session, found.number).state == "in_analysis"


def test_a_measure_that_does_not_help_leads_back(session: Session, now: datetime) -> None:
    found = make_report(session, now, "checking", dealer=make_dealer(session))
    finish_steps(session, found.number, now, 7, 8)
    check_effect(session, found.number, "insufficient", "索赔未见减少", ENGINEER, now)
    with pytest.raises(DomainError):
        go_on(session, found.number, "close", "", ENGINEER, now)
    with pytest.raises(DomainError):
        go_on(session, found.number, "resume", " ", ENGINEER, now)  # needs its reason
    go_on(session, found.number, "resume", "重新查找根本原因", ENGINEER, now)
    assert (found.state, found.effect) == ("in_analysis", None)
    assert len(steps_of(session, found.id)) == 8


def test_a_returned_report_comes_back_with_its_steps(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    found = make_report(session, now, "in_analysis", dealer=dealer)
    finish_steps(session, found.number, now, 1)
    bring_to(session, found.number, "returned", now)
    submit_report(session, found.number, card_of(found), reporter(dealer), now + timedelta(days=3))
    answer_report(session, found.number, Answer("take_up"), ENGINEER, now + timedelta(days=3))
    kept = {step.step: step for step in steps_of(session, found.id)}
    assert (found.begun_on, kept[1].done_on, len(kept)) == (TODAY, TODAY, 8)


def test_owners_are_people_of_headquarters_and_overdue_steps_wait_for_them(session: Session, now: datetime) -> None:
    engineer, clerk = make_user(session, "quality"), make_user(session, "warranty_clerk")
    found = make_report(session, now, "in_analysis", dealer=make_dealer(session))
    save_step(session, found.number, 1, StepText(engineer.id, TODAY, None, ""), ENGINEER, now)
    with pytest.raises(DomainError) as raised:
        save_step(session, found.number, 2, StepText(clerk.id, TODAY, None, ""), ENGINEER, now)
    assert faults_of(raised) == {"owner_id"}
    assert steps_of(session, found.id)[0].owner == engineer.display_name
    later = TODAY + timedelta(days=3)  # D1 was due on the 20th, D2 on the 22nd, D3 on the 23rd
    assert overdue_steps(session, TODAY) == 0
    assert (overdue_steps(session, later), overdue_steps(session, later, engineer.id)) == (2, 1)


def test_of_two_engineers_the_second_is_told(session: Session, now: datetime) -> None:
    found = make_report(session, now, "in_analysis", dealer=make_dealer(session))
    seen = found.row_version
    save_step(
        session, found.number, 1, StepText(None, TODAY, None, "甲写的"), ENGINEER, now + timedelta(minutes=1), seen
    )
    with pytest.raises(ConflictError):
        save_step(session, found.number, 1, StepText(None, TODAY, None, "乙写的"), ENGINEER, now, seen)
    with pytest.raises(ConflictError):
        set_unit(session, found.number, "supplier", "", ENGINEER, now, seen)
    assert steps_of(session, found.id)[0].text == "甲写的"


def test_a_report_of_claims_keeps_what_they_said(session: Session, now: datetime) -> None:
    found = make_own_report(session, now)
    shown = sheet(session, found.number, own=False)
    assert (found.number, found.dealer_id, found.part_number) == ("QR-HQ-202611-0001", None, "W-PUMP")
    assert [(row.number, row.amount) for row in shown.claims] == [
        ("CL-D0001-202611-0001", Decimal("752.10")), ("CL-D0002-202611-0001", Decimal("752.10")),
    ]  # fmt: skip
    begin_report(session, found.number, ENGINEER, now)
    assert found.state == "in_analysis"


def test_a_report_of_claims_needs_some_and_not_too_many(session: Session, now: datetime) -> None:
    claim = cluster_of(now).claims[0]
    for claims in ((), (claim,) * 2_001):
        with pytest.raises(DomainError):
            open_from_claims(session, cluster_of(now, claims=claims), ENGINEER, now)
    with pytest.raises(AccessDeniedError):
        open_from_claims(session, cluster_of(now), reporter(make_dealer(session)), now)
    unnamed = make_own_report(session, now, part_number=None)
    with pytest.raises(DomainError) as raised:
        begin_report(session, unnamed.number, ENGINEER, now)
    assert faults_of(raised) == {"part_number"}


def test_a_report_is_joined_to_one_that_is_worked_on(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    leading = make_own_report(session, now, "checking")
    mine = make_report(session, now, dealer=dealer)
    for wrong in ("", mine.number, "QR-HQ-202611-9999", make_own_report(session, now).number):
        with pytest.raises(DomainError) as raised:
            answer_report(session, mine.number, Answer("join", "同一问题", wrong), ENGINEER, now)
        assert faults_of(raised) == {"joined_to"}
    answer_report(session, mine.number, Answer("join", "同一问题", leading.number), ENGINEER, now)
    assert (mine.state, mine.joined_to) == ("joined", leading.number)
    assert [row.number for row in sheet(session, leading.number, own=False).joined] == [mine.number]
    bring_to(session, leading.number, "closed", now + timedelta(days=9))
    assert (mine.answer, mine.news_at) == ("问题已解决", now + timedelta(days=9))


def test_a_station_is_told_until_it_says_it_has_read(session: Session, now: datetime) -> None:
    dealer, other = make_dealer(session), make_dealer(session)
    number = make_report(session, now - timedelta(days=1), dealer=dealer).number
    actor = act_as(session, reporter(dealer))
    assert news(session, actor, now) == 0
    act_as(session, ENGINEER)
    answer_report(session, number, Answer("take_up", "已立项"), ENGINEER, now)
    actor = act_as(session, reporter(dealer))
    assert news(session, actor, now) == 1
    mark_seen(session, number, actor, now)
    assert news(session, actor, now) == 0
    assert news(session, act_as(session, reporter(other)), now) == 0


def test_the_chain_of_a_part_is_walked_both_ways(session: Session) -> None:
    make_chain(session)
    for number in ("W-PUMP", "W-PUMP2", "W-PUMP3"):
        assert family(session, number) == ("W-PUMP", "W-PUMP2", "W-PUMP3")
    assert family(session, "OTHER") == ("OTHER",)
    assert family(session, "NOBODY-KNOWS") == ("NOBODY-KNOWS",)
    assert family(session, None) == ()


def test_a_published_measure_is_read_by_every_station_with_its_part(session: Session, now: datetime) -> None:
    make_chain(session)
    dealer, other = make_dealer(session), make_dealer(session)
    found = make_report(session, now, "measures", dealer=dealer)
    measure = add_measure(session, found.number, MeasureText("permanent", "改轴封", TODAY), ENGINEER, now)
    number, key = found.number, measure.id
    for _press in range(2):
        publish_measure(session, number, key, ENGINEER, now)
    actor = act_as(session, reporter(other))
    assert unread(session, actor, now) == 1
    assert [row.text for row in published(session, ["W-PUMP3"], actor)] == ["改轴封"]  # what replaced it
    assert published(session, ["OTHER"], actor) == []
    for _press in range(2):
        read_measure(session, key, actor, now)
    assert unread(session, actor, now) == 0
    act_as(session, ENGINEER)
    assert session.scalar(select(func.count()).select_from(QualityMeasureRead)) == 1
    assert sheet(session, number, own=False).readers == {key: 1}
    with pytest.raises(DomainError):
        remove_measure(session, number, key, ENGINEER, now)


def test_what_is_not_published_cannot_be_read_and_can_be_struck(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    found = make_report(session, now, "measures", dealer=dealer)
    (measure,) = sheet(session, found.number, own=False).measures
    with pytest.raises(NotFoundError):
        read_measure(session, measure.id, reporter(dealer), now)
    remove_measure(session, found.number, measure.id, ENGINEER, now)
    assert sheet(session, found.number, own=False).measures == []


def test_like_reports_are_found_by_part_words_and_batch(session: Session, now: datetime) -> None:
    make_chain(session)
    dealer = make_dealer(session)
    cars = [make_vehicle(session, produced_on=day) for day in (date(2025, 1, 6), date(2025, 1, 20), date(2025, 6, 2))]
    mine = make_report(session, now, dealer=dealer, vehicle=cars[0], title="水泵渗漏")
    follower = make_report(session, now, dealer=dealer, vehicle=cars[1], part_number="w-pump3")
    words = make_report(
        session, now, dealer=dealer, vehicle=cars[2], part_number="OTHER", failure_mode="noise",
        title="发动机漏水", concern="发动机漏水", cause="水泵密封失效",
    )  # fmt: skip
    away = make_report(
        session, now, dealer=dealer, vehicle=cars[2], part_number="OTHER", failure_mode="paint", title="漆面起泡",
        concern="机盖漆面起泡", cause="底漆附着力差", handling="重新喷涂", failure_place="机盖", loss="",
    )  # fmt: skip
    make_report(session, now, "draft", dealer=dealer, vehicle=cars[0])
    found = {one.number: one.found for one in similar(session, mine)}
    assert set(found) == {follower.number, words.number}
    assert found[follower.number].reasons[:4] == ("family", "mode", "model", "batch")
    assert "words" in found[words.number].reasons
    assert "part" not in found[words.number].reasons
    assert away.number not in found


def test_who_may_only_look_changes_nothing(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    found = make_report(session, now, "returned", dealer=dealer)
    looker = Actor(None, "顾问", dealer.id, frozenset({Permission.QUALITY_VIEW}))
    with pytest.raises(AccessDeniedError):
        submit_report(session, found.number, card_of(found), looker, now)
    with pytest.raises(AccessDeniedError):
        withdraw_report(session, found.number, looker, now)
    with pytest.raises(AccessDeniedError):
        mark_seen(session, found.number, looker, now)
    assert session.scalar(select(QualityReport.state).where(QualityReport.number == found.number)) == "returned"
