"""A published measure is lifted by itself: it did not help, or holds no longer; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.quality.models import QualityMeasure, QualityReport
from parts.quality.queries.figures import measure_day
from parts.quality.queries.published import published, unread
from parts.quality.queries.reports import measures_of, sheet
from parts.quality.services import (
    MeasureText,
    add_measure,
    check_effect,
    go_on,
    lift_measure,
    publish_measure,
    read_measure,
    remove_measure,
)
from portal.auth.models import User
from portal.kernel.access import AccessDeniedError
from portal.kernel.errors import ConflictError, DomainError
from tests.factories.network import act_as, make_dealer, make_user
from tests.factories.quality import ENGINEER, bring_to, make_own_report, make_report, reporter
from tests.support.at_once import both_at_once
from tests.support.faults import faults_of

SignIn = Callable[[User], FlaskClient]
TODAY = date(2026, 11, 20)
WHY = "新密封圈仍渗漏"


def useless(session: Session, now: datetime) -> tuple[str, int]:
    """Publish the permanent measure of a report, find it wanting and go back; return the report and its key."""
    number = make_own_report(session, now, "checking").number
    key = permanent_of(session, number)
    publish_measure(session, number, key, ENGINEER, now)
    check_effect(session, number, "insufficient", "索赔未见减少", ENGINEER, now)
    go_on(session, number, "resume", "根本原因未找到", ENGINEER, now)
    return number, key


def permanent_of(session: Session, number: str) -> int:
    found = session.scalars(select(QualityReport.id).where(QualityReport.number == number)).one()
    return next(one.id for one in measures_of(session, found, published=False) if one.kind == "permanent")


def test_what_did_not_help_is_lifted_and_those_who_read_it_are_told(session: Session, now: datetime) -> None:
    first, second = make_dealer(session), make_dealer(session)
    number, key = useless(session, now)
    actor = act_as(session, reporter(first))
    read_measure(session, key, actor, now)
    act_as(session, ENGINEER)
    assert [one.id for one in sheet(session, number, own=False).useless] == [key]  # the way back lifts nothing
    with pytest.raises(DomainError) as refused:
        remove_measure(session, number, key, ENGINEER, now)
    assert "can be lifted" in refused.value.faults[0].message
    later = now + timedelta(hours=1)
    lifted = lift_measure(session, number, key, f" {WHY} ", ENGINEER, later)
    assert (lifted.lifted_at, lifted.lifted_by, lifted.lifted_reason) == (later, ENGINEER.name, WHY)
    found = sheet(session, number, own=False)
    assert (found.useless, found.held) == ([], [])
    for dealer, waiting in ((second, 0), (first, 1)):
        actor = act_as(session, reporter(dealer))
        assert (unread(session, actor, later), published(session, ["W-PUMP"], actor)) == (waiting, [])


def test_lifting_needs_a_reason_a_published_measure_and_the_right(session: Session, now: datetime) -> None:
    number, key = useless(session, now)
    noted = add_measure(session, number, MeasureText("interim", "未发布", TODAY), ENGINEER, now).id
    other = useless(session, now)[1]
    for measure, reason, field in ((key, " ", "reason"), (key, "长" * 1_001, "reason"), (None, WHY, "measure_id"),
                                   (noted, WHY, "measure_id"), (other, WHY, "measure_id")):  # fmt: skip
        with pytest.raises(DomainError) as raised:
            lift_measure(session, number, measure, reason, ENGINEER, now)
        assert faults_of(raised) == {field}
    with pytest.raises(AccessDeniedError):
        lift_measure(session, number, key, WHY, reporter(make_dealer(session)), now)
    lift_measure(session, number, key, WHY, ENGINEER, now)
    with pytest.raises(ConflictError):
        lift_measure(session, number, key, "另一个原因", ENGINEER, now)
    assert set(session.scalars(select(QualityMeasure.lifted_reason))) == {None, WHY}


@pytest.mark.parametrize("state", ["returned", "closed"])
def test_it_is_lifted_whatever_became_of_its_report(session: Session, now: datetime, state: str) -> None:
    """And a station that completes its card meanwhile need not type again."""
    number = make_report(session, now, "in_analysis", dealer=make_dealer(session)).number
    key = add_measure(session, number, MeasureText("interim", "更换前核对批号", TODAY), ENGINEER, now).id
    publish_measure(session, number, key, ENGINEER, now)
    bring_to(session, number, state, now)
    report = session.scalars(select(QualityReport).where(QualityReport.number == number)).one()
    session.flush()
    seen = report.row_version
    assert lift_measure(session, number, key, WHY, ENGINEER, now).lifted_at == now
    assert (report.row_version, report.state) == (seen, state)
    assert report.effect == ("effective" if state == "closed" else None)  # what was said then stays


def test_nothing_is_closed_by_a_measure_that_was_lifted(session: Session, now: datetime) -> None:
    number = make_own_report(session, now, "checking").number
    key = permanent_of(session, number)
    publish_measure(session, number, key, ENGINEER, now)
    check_effect(session, number, "effective", "无新增索赔", ENGINEER, now, early="台架试验已通过")
    lift_measure(session, number, key, WHY, ENGINEER, now)
    report = session.scalars(select(QualityReport).where(QualityReport.number == number)).one()
    assert (report.effect, report.effect_figures) == (None, None)
    interim = [one for one in measures_of(session, report.id, published=False) if one.kind == "interim"]
    assert measure_day(session, report) == interim[0].in_force_on  # nothing permanent is in force
    check_effect(session, number, "effective", "临时措施有效", ENGINEER, now, early="抽检合格")
    with pytest.raises(DomainError) as raised:
        go_on(session, number, "close", "", ENGINEER, now)
    assert [fault.message for fault in raised.value.faults][-1] == "No permanent measure is in force yet."


def test_two_lift_at_once_and_the_second_is_told(app: Flask, session: Session, now: datetime) -> None:
    number, key = useless(session, now)
    session.commit()
    outcomes = both_at_once(
        app, (ENGINEER, ENGINEER), lambda own, actor: lift_measure(own, number, key, WHY, actor, now).lifted_reason
    )
    assert sorted(type(one) for one in outcomes if one != WHY) == [ConflictError]


def test_the_page_asks_after_the_way_back(session: Session, now: datetime, sign_in: SignIn) -> None:
    number = make_own_report(session, now, "checking").number
    key = permanent_of(session, number)
    publish_measure(session, number, key, ENGINEER, now)
    check_effect(session, number, "insufficient", "索赔未见减少", ENGINEER, now)
    user, auditor = make_user(session, "quality"), make_user(session, "auditor")
    session.commit()
    engineer = sign_in(user)
    page, ask = f"/quality/{number}", "有永久措施验证无效"
    text = engineer.get(page).text
    assert (ask in text, f"{page}/measures/lift" in text) == (False, True)
    back = engineer.post(f"{page}/go/resume", data={"go-reason": "根本原因未找到"})
    assert back.location.endswith("#measures")
    assert ask in engineer.get(page).text
    assert f"{page}/measures/lift" not in sign_in(auditor).get(page).text
    refused = engineer.post(f"{page}/measures/lift", data={"lift-measure_id": str(key), "lift-reason": ""})
    assert (refused.status_code, "请填写" in refused.text) == (422, True)
    assert engineer.post(f"{page}/measures/lift", data={"lift-measure_id": "x", "lift-reason": WHY}).status_code == 422
    done = engineer.post(f"{page}/measures/lift", data={"lift-measure_id": str(key), "lift-reason": WHY})
    assert done.status_code == 302
    text = engineer.get(page).text
    assert (ask in text, WHY in text, f"{page}/measures/lift" in text) == (False, True, False)
