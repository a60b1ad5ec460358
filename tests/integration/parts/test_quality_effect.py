"""What a permanent measure did, by the claims before and after it, on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import current_app
from sqlalchemy.orm import Session

from parts.quality.ports import Builds, Failure
from parts.quality.queries.figures import measure_day
from parts.quality.queries.reports import sheet
from parts.quality.rules.effect import Month
from parts.quality.services import (
    MeasureText,
    add_measure,
    check_effect,
    go_on,
)
from portal.kernel.clock import local_date
from portal.kernel.errors import DomainError
from tests.factories.network import make_dealer
from tests.factories.quality import (
    ENGINEER,
    make_chain,
    make_report,
)
from tests.support.faults import faults_of

TODAY = date(2026, 11, 20)


class Counted:
    """Figures that a test can reckon with: ten claims a month before May, two afterwards."""

    def __init__(self) -> None:
        self.asked: list[Failure] = []

    def by_month(self, session: Session, failure: Failure, months: list[str]) -> list[Month]:
        del session
        self.asked.append(failure)
        return [Month(month, 10 if month < "2026-05" else 2, 1_000) for month in months]

    def by_build(self, session: Session, failure: Failure, since: date, today: date) -> Builds:
        del session, failure, since, today
        return Builds(100, 8, 50, 1)


def test_the_check_keeps_the_figures_of_its_day(session: Session, now: datetime) -> None:
    counted = current_app.extensions["claim_figures"] = Counted()
    make_chain(session)
    found = make_report(session, now - timedelta(days=190), "checking", dealer=make_dealer(session))  # 14 May
    check_effect(session, found.number, "effective", "下降明显", ENGINEER, now)
    assert counted.asked == [Failure(("W-PUMP", "W-PUMP2", "W-PUMP3"), "leak", found.model_id)]
    kept = found.effect_figures
    assert kept is not None
    # six whole months before May with 60 claims, June to October with 10: 10 and 2 a thousand cars a month
    assert kept["effect"] == {
        "before": {"months": 6, "claims": 60, "car_months": 6_000},
        "after": {"months": 5, "claims": 10, "car_months": 5_000}, "change": "-80.0", "told": "fell",
    }  # fmt: skip
    assert kept["builds"] == {"cars_before": 100, "claims_before": 8, "cars_since": 50, "claims_since": 1}


def test_that_it_helps_is_not_said_on_the_measures_own_day(session: Session, now: datetime) -> None:
    """But for a reason, which is kept with the figures; once these tell, none is asked for, nor kept."""
    current_app.extensions["claim_figures"] = Counted()
    found = make_report(session, now, "checking", dealer=make_dealer(session))
    with pytest.raises(DomainError) as raised:
        check_effect(session, found.number, "effective", "看来有效", ENGINEER, now)
    assert (faults_of(raised), found.effect) == ({"early"}, None)
    with pytest.raises(DomainError):
        check_effect(session, found.number, "effective", "看来有效", ENGINEER, now, early="长" * 1_001)
    check_effect(session, found.number, "effective", "看来有效", ENGINEER, now, early=" 台架试验已通过 ")
    assert found.effect_figures is not None
    assert (found.effect_figures["early"], found.effect_figures["effect"]["told"]) == ("台架试验已通过", "too_early")
    check_effect(session, found.number, "effective", "下降", ENGINEER, now + timedelta(days=190), early="不必要")
    assert (found.effect_figures["early"], found.effect_figures["effect"]["told"]) == ("", "same")


def test_a_second_measure_is_told_by_its_own_day(session: Session, now: datetime) -> None:
    """The first did not help: neither does it put the second in force, nor do its months tell of the second."""
    current_app.extensions["claim_figures"] = Counted()
    start = now - timedelta(days=190)  # 14 May
    found = make_report(session, start, "checking", dealer=make_dealer(session))
    check_effect(session, found.number, "insufficient", "索赔未见减少", ENGINEER, start)
    then = now - timedelta(days=100)  # 12 August
    go_on(session, found.number, "resume", "根本原因未找到", ENGINEER, then)
    assert measure_day(session, found) is None
    go_on(session, found.number, "decide", "", ENGINEER, then)
    with pytest.raises(DomainError) as raised:
        go_on(session, found.number, "enforce", "", ENGINEER, then)
    assert "did not help" in raised.value.faults[0].message
    second = then + timedelta(days=1)
    add_measure(session, found.number, MeasureText("permanent", "更换轴承供应商", local_date(second)), ENGINEER, second)
    go_on(session, found.number, "enforce", "", ENGINEER, second)
    check_effect(session, found.number, "insufficient", "仍有渗漏", ENGINEER, now)
    assert found.effect_figures is not None
    assert found.effect_figures["since"] == local_date(second).isoformat()
    shown = sheet(session, found.number, own=False)
    assert [one.id in shown.failed for one in shown.measures] == [True, True, False]
