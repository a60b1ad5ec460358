"""The same moment twice: two technicians report one job, two engineers answer one report, two people read a measure."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parts.quality.models import QualityMeasure, QualityMeasureRead, QualityReport, QualityStep
from parts.quality.services import (
    Answer,
    answer_report,
    open_for_job,
    publish_measure,
    read_measure,
)
from portal.kernel.errors import ConflictError
from tests.factories.claims import make_completed_order
from tests.factories.network import make_actor, make_dealer
from tests.factories.quality import ENGINEER, make_report
from tests.factories.vehicles import make_vehicle
from tests.support.at_once import both_at_once


def test_two_technicians_open_one_report_of_a_job(app: Flask, session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    order = make_completed_order(session, dealer, make_vehicle(session), now)
    number, job = order.number, order.jobs[0].id
    actors = (make_actor(session, "technician", dealer), make_actor(session, "technician", dealer))
    session.commit()
    found = both_at_once(app, actors, lambda own, actor: open_for_job(own, number, job, actor, now).number)
    assert len(set(found)) == 1
    assert session.scalar(select(func.count()).select_from(QualityReport)) == 1


def test_of_two_engineers_one_answers_and_the_other_is_told(app: Flask, session: Session, now: datetime) -> None:
    number = make_report(session, now, dealer=make_dealer(session)).number
    actors = (make_actor(session, "quality"), make_actor(session, "quality"))
    session.commit()
    found = both_at_once(
        app, actors, lambda own, actor: answer_report(own, number, Answer("take_up"), actor, now).state
    )
    assert [one for one in found if one == "in_analysis"] == ["in_analysis"]
    (other,) = [one for one in found if one != "in_analysis"]
    assert isinstance(other, ConflictError)
    assert session.scalar(select(func.count()).select_from(QualityStep)) == 8


def test_two_people_of_a_station_read_a_measure_once(app: Flask, session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    number = make_report(session, now, "measures", dealer=dealer).number
    key = session.scalars(select(QualityMeasure.id)).one()
    publish_measure(session, number, key, ENGINEER, now)
    actors = (make_actor(session, "technician", dealer), make_actor(session, "parts_clerk", dealer))
    session.commit()
    both_at_once(app, actors, lambda own, actor: read_measure(own, key, actor, now).id)
    assert session.scalar(select(func.count()).select_from(QualityMeasureRead)) == 1
