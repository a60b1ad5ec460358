"""The lists of quality reports: of one station, and of the network; the steps and measures that wait in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from flask import current_app
from sqlalchemy import Date, Select, String, and_, bindparam, case, func, select
from sqlalchemy import cast as cast_sql
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle, VehicleModel
from dealers.vehicles.rules import TAIL, clean_vin
from parts.quality.models import QualityMeasure, QualityReport, QualityStep
from parts.quality.queries.published import fresh_news
from parts.quality.queries.reports import in_work, overdue_steps
from parts.quality.queries.similar import holds
from parts.quality.rules.likeness import known_week
from parts.quality.states import WORKED
from parts.quality.words import FAILURE_MODES, HEADQUARTERS_STATES, KINDS, STATES, STEPS, UNITS
from portal.kernel.access import Actor, Permission
from portal.kernel.clock import local_date
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec

YES = {"yes": N_("Yes")}
DUE_WORDS = {"overdue": N_("Overdue"), "open": N_("Not done yet"), "done": N_("Done")}
DONE = (
    select(func.count()).where(QualityStep.report_id == QualityReport.id, QualityStep.done_on.is_not(None))
    .correlate(QualityReport).scalar_subquery()
)  # fmt: skip
DUE = (
    select(func.min(QualityStep.due_on)).where(QualityStep.report_id == QualityReport.id, QualityStep.done_on.is_(None))
    .correlate(QualityReport).scalar_subquery()
)  # fmt: skip


def _statement() -> Select[Any]:
    columns = (
        QualityReport.id, QualityReport.number, QualityReport.state, QualityReport.title, QualityReport.part_number,
        QualityReport.part_name, QualityReport.failure_mode, VehicleModel.code.label("model"), QualityReport.vin,
        QualityReport.produced_week, QualityReport.odometer_km, QualityReport.safety, QualityReport.loss_amount,
        QualityReport.created_at, QualityReport.submitted_at, QualityReport.answer, QualityReport.joined_to,
    )  # fmt: skip
    return cast("Select[Any]", select(*columns).outerjoin(VehicleModel, VehicleModel.id == QualityReport.model_id))


def _network() -> Select[Any]:
    """A station's draft is its own; headquarters sees what it was sent, and its own."""
    return (
        _statement()
        .add_columns(
            func.coalesce(Dealer.code, "").label("dealer_code"), func.coalesce(Dealer.name, "").label("dealer"),
            QualityReport.supplier, QualityReport.responsible_unit, QualityReport.responsible_name,
            DONE.label("done"), case((QualityReport.state.in_(WORKED), DUE)).label("due_on"),
        )
        .outerjoin(Dealer, Dealer.id == QualityReport.dealer_id)
        .where(QualityReport.dealer_id.is_(None) | QualityReport.state.not_in(("draft", "withdrawn")))
    )  # fmt: skip


def _headquarters(statement: Select[Any], actor: Actor) -> Select[Any]:
    """What headquarters made of a report stands in this list: no station has it, not even of its own."""
    return statement if actor.dealer_id is None else statement.where(QualityReport.id < 0)


def _is(column: Any) -> Callable[[Select[Any], Any], Select[Any]]:
    return lambda statement, value: statement.where(column == value.strip())


def _upper(column: Any) -> Callable[[Select[Any], Any], Select[Any]]:
    return lambda statement, value: statement.where(column.startswith(value.strip().upper(), autoescape=True))


def _vin(statement: Select[Any], value: str) -> Select[Any]:
    typed = clean_vin(value)
    cars = select(Vehicle.id).where(Vehicle.vin_tail == typed[-TAIL:], Vehicle.vin.endswith(typed, autoescape=True))
    return statement.where(QualityReport.vehicle_id.in_(cars))


def _week(statement: Select[Any], value: str) -> Select[Any]:
    week = value.strip().upper()
    return statement.where(QualityReport.produced_week == week if known_week(week) else QualityReport.id < 0)


def _news(statement: Select[Any], _value: str) -> Select[Any]:
    return statement.where(fresh_news())


FILTERS = (
    Filter("q", N_("Words"), lambda statement, text: statement.where(holds(text))),
    Filter("state", N_("State"), _is(QualityReport.state), "choice", STATES),
    Filter("part", N_("Part number"), _upper(QualityReport.part_number)),
    Filter("mode", N_("Failure mode"), _is(QualityReport.failure_mode), "choice", FAILURE_MODES),
    Filter("model", N_("Model code"), _upper(VehicleModel.code)),
    Filter("week", N_("Production week"), _week),
    Filter("vin", N_("VIN or its end"), _vin),
    Filter("number", N_("Report no."), _upper(QualityReport.number)),
)
COLUMNS = (
    Column("number", N_("Report no."), "code", link=True),
    Column("state", N_("State"), "state", words=STATES),
    Column("title", N_("Subject")),
    Column("part_number", N_("Part number"), "code"),
    Column("part_name", N_("Part"), default=False),
    Column("failure_mode", N_("Failure mode"), words=FAILURE_MODES),
    Column("model", N_("Model")),
    Column("vin", N_("VIN"), "code", default=False),
    Column("produced_week", N_("Production week"), "code", default=False),
    Column("odometer_km", N_("Odometer"), "num", default=False),
    Column("safety", N_("Somebody could be hurt"), "flag", default=False),
    Column("loss_amount", N_("Loss (yuan)"), "money", default=False),
    Column("created_at", N_("Made at"), "moment", default=False),
    Column("submitted_at", N_("Submitted at"), "moment"),
    Column("joined_to", N_("Joined to"), "code", default=False),
)
SORTS = {"number": QualityReport.number, "created_at": QualityReport.id}
EMPTY = N_("No quality report yet. One is opened on the page of a repair order.")
PLACE = ("quality.reports", "quality.report")

REPORTS = ListSpec(
    "quality_reports", N_("Parts quality reports"), Permission.QUALITY_VIEW, _statement, QualityReport.id,
    (*(column for column in COLUMNS if column.key != "joined_to"), Column("answer", N_("Answer"), default=False)),
    SORTS, "-created_at", *PLACE, (*FILTERS, Filter("news", N_("With news"), _news, "choice", YES)), EMPTY,
)  # fmt: skip
NETWORK_REPORTS = ListSpec(
    "network_quality_reports", N_("Parts quality reports"), Permission.QUALITY_VIEW, _network, QualityReport.id,
    (
        COLUMNS[0], replace(COLUMNS[1], words=HEADQUARTERS_STATES), Column("dealer_code", N_("Station"), "code"),
        Column("dealer", N_("Name of the station"), default=False),
        *COLUMNS[2:], Column("supplier", N_("Supplier"), default=False),
        Column("responsible_unit", N_("Responsible unit"), words=UNITS, default=False),
        Column("responsible_name", N_("Its name"), default=False),
        Column("done", N_("Steps done"), "num"), Column("due_on", N_("Next step due"), "date"),
    ),
    SORTS, "-created_at", *PLACE,
    (
        *(replace(one, choices=HEADQUARTERS_STATES) if one.key == "state" else one for one in FILTERS),
        Filter("dealer", N_("Station code"), _is(Dealer.code)),
        Filter("supplier", N_("Supplier"),
               lambda found, text: found.where(QualityReport.supplier.contains(text, autoescape=True))),
        Filter("unit", N_("Responsible unit"), _is(QualityReport.responsible_unit), "choice", UNITS),
    ),
    N_("No quality report yet. Stations open them on repair orders, headquarters on claims of failure tracking."),
    narrow=_headquarters,
)  # fmt: skip


def _today() -> date:
    return local_date(current_app.config["CLOCK"]())


def _due(statement: Select[Any], value: str) -> Select[Any]:
    today = bindparam("today", callable_=_today, type_=Date(), unique=True)
    return statement.where({
        "overdue": and_(QualityStep.done_on.is_(None), QualityStep.due_on < today, in_work()),
        "open": and_(QualityStep.done_on.is_(None), in_work()),
        "done": QualityStep.done_on.is_not(None),
    }[value])  # fmt: skip


def _steps() -> Select[Any]:
    statement = (
        select(
            QualityStep.id, QualityReport.number.label("key"), QualityReport.number, QualityReport.title,
            QualityReport.part_number, cast_sql(QualityStep.step, String).label("step"), QualityStep.owner,
            QualityStep.due_on, QualityStep.done_on, QualityReport.state,
        )
        .join(QualityReport, QualityReport.id == QualityStep.report_id)
    )  # fmt: skip
    return cast("Select[Any]", statement)


#: The steps of all reports, the first that is due on top.
STEP_LIST = ListSpec(
    "quality_steps", N_("8D steps"), Permission.QUALITY_HANDLE, _steps, QualityStep.id,
    (
        Column("number", N_("Report no."), "code", link=True), Column("title", N_("Subject")),
        Column("part_number", N_("Part number"), "code"),
        Column("step", N_("Step"), words={str(step): text for step, text in STEPS.items()}),
        Column("owner", N_("Owner of the step")), Column("due_on", N_("Due on"), "date"),
        Column("done_on", N_("Done on"), "date"),
        Column("state", N_("State"), "state", words=STATES, default=False),
    ),
    {"due_on": QualityStep.due_on}, "due_on", "quality.steps", "quality.report",
    (
        Filter("due", N_("Which steps"), _due, "choice", DUE_WORDS),
        Filter("owner", N_("Owner of the step"), _is(QualityStep.owner)),
        Filter("part", N_("Part number"), _upper(QualityReport.part_number)),
    ),
    N_("No report is being worked on. The eight steps begin when one is taken up."),
)  # fmt: skip


def _measures() -> Select[Any]:
    statement = select(
        QualityMeasure.id, QualityMeasure.part_number.label("key"), QualityMeasure.part_number,
        QualityMeasure.part_name, QualityMeasure.failure_mode, QualityMeasure.kind, QualityMeasure.text,
        QualityMeasure.in_force_on, QualityMeasure.published_at, QualityMeasure.lifted_at,
    ).where(QualityMeasure.published_at.is_not(None))  # fmt: skip
    return cast("Select[Any]", statement)


#: What headquarters published, for everybody: by the part it is about.
MEASURES = ListSpec(
    "quality_measures", N_("Published measures"), Permission.QUALITY_VIEW, _measures, QualityMeasure.id,
    (
        Column("part_number", N_("Part number"), "code", link=True), Column("part_name", N_("Part")),
        Column("failure_mode", N_("Failure mode"), words=FAILURE_MODES),
        Column("kind", N_("Kind of measure"), words=KINDS), Column("text", N_("Text of the measure")),
        Column("in_force_on", N_("Holds from"), "date"), Column("published_at", N_("Published"), "moment"),
        Column("lifted_at", N_("Lifted"), "moment"),
    ),
    {"published_at": QualityMeasure.id}, "-published_at", "quality.measures", "quality.part",
    (
        Filter("part", N_("Part number"), _upper(QualityMeasure.part_number)),
        Filter("mode", N_("Failure mode"), _is(QualityMeasure.failure_mode), "choice", FAILURE_MODES),
        Filter("kind", N_("Kind of measure"), _is(QualityMeasure.kind), "choice", KINDS),
    ),
    N_("No measure was published yet. Headquarters publishes what every station ought to know of a part."),
)  # fmt: skip


def waiting_in(*states: str) -> Callable[[Session, Actor, datetime], int]:
    """Return the count of reports in some states, for the work list: a station's, or those of all stations."""

    def count(session: Session, _actor: Actor, _now: datetime) -> int:
        statement = select(func.count()).select_from(QualityReport).where(QualityReport.state.in_(states))
        return session.scalar(statement) or 0

    return count


def own_drafts(session: Session, _actor: Actor, _now: datetime) -> int:
    """Count headquarters' own reports whose analysis was not begun: no step of theirs has a day yet."""
    mine = QualityReport.dealer_id.is_(None), QualityReport.state == "draft"
    return session.scalar(select(func.count()).select_from(QualityReport).where(*mine)) or 0


def late_steps(session: Session, _actor: Actor, now: datetime) -> int:
    """Count the steps of all reports whose day has passed."""
    return overdue_steps(session, local_date(now))


def my_late_steps(session: Session, actor: Actor, now: datetime) -> int:
    """Count the steps of the actor's own whose day has passed."""
    return overdue_steps(session, local_date(now), actor.user_id or 0)
