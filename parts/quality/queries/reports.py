"""A report whole, for its page and its paper; and what other pages show of reports and measures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.service.models import PartLine, RepairJob, RepairOrder
from dealers.vehicles.models import Vehicle, VehicleModel
from parts.quality.models import (
    QualityClaim,
    QualityMeasure,
    QualityMeasureRead,
    QualityPhoto,
    QualityReport,
    QualityStep,
)
from parts.quality.rules.eight import PERMANENT, Measure, Standing, Step, has_failed
from parts.quality.states import WORKED
from portal.auth.models import User
from portal.auth.roles import permissions_of
from portal.kernel.access import Permission
from portal.kernel.clock import local_date
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import StateChange, history

AnyRow = Row[*tuple[Any, ...]]
UNKNOWN = N_("This quality report is not known.")
#: Claims that a page shows; a report keeps all.
MOST_CLAIMS = 20


@dataclass(frozen=True)
class Sheet:
    """A report with what stands around it. Steps, claims and joined reports are headquarters' alone."""

    report: QualityReport
    dealer: Dealer | None
    vehicle: Vehicle | None
    model: VehicleModel | None
    order: str | None
    photos: list[QualityPhoto]
    steps: list[QualityStep]
    measures: list[QualityMeasure]
    readers: dict[int, int]
    claims: list[AnyRow]
    claim_count: int
    joined: list[AnyRow]
    events: list[StateChange]

    @property
    def standing(self) -> Standing:
        """What the rules look at."""
        return standing_of(self.report, self.steps, self.measures, self.events)

    @property
    def ending(self) -> StateChange | None:
        """The step that ended a report of headquarters' own before its close; a station reads its answer instead."""
        ended = self.report.dealer_id is None and self.report.state in {"withdrawn", "joined"}
        return self.events[-1] if ended and self.events else None

    @property
    def failed(self) -> set[int]:
        """The measures that did not help."""
        return failed_measures(self.measures, self.events)

    @property
    def held(self) -> list[QualityMeasure]:
        """The published measures that hold at every station."""
        return [one for one in self.measures if one.published_at is not None and one.lifted_at is None]

    @property
    def useless(self) -> list[QualityMeasure]:
        """Permanent measures that did not help and hold all the same; an interim one may go on holding."""
        return [one for one in self.held if one.kind == PERMANENT and one.id in self.failed]


def standing_of(
    report: QualityReport, steps: list[QualityStep], measures: list[QualityMeasure], events: list[StateChange]
) -> Standing:
    """Return what the rules look at."""
    failed = failed_measures(measures, events)
    return Standing(
        tuple(Step(one.step, one.text, one.due_on, one.done_on) for one in steps),
        tuple(
            Measure(one.kind, one.in_force_on, one.id in failed, one.lifted_at is not None) for one in measures
        ),
        report.responsible_unit, report.effect,
    )  # fmt: skip


def failed_measures(measures: list[QualityMeasure], events: list[StateChange]) -> set[int]:
    """Return the measures that held when their effect was last found wanting: the report went on without them."""
    resumed = next((one for one in reversed(events) if (one.action, one.source) == ("resume", "checking")), None)
    if resumed is None:
        return set()
    day = local_date(resumed.at)
    return {
        one.id for one in measures if has_failed(one.in_force_on, day, written_before=one.made_at <= resumed.at)
    }  # fmt: skip


def find_report(session: Session, number: str) -> QualityReport:
    """Return a report by its number, in the session's scope; else `NotFoundError`."""
    found = session.scalars(select(QualityReport).where(QualityReport.number == number)).first()
    if found is None:
        raise NotFoundError(Fault(UNKNOWN))
    return found


def joined_to(session: Session, number: str) -> list[QualityReport]:
    """Return the reports that are joined to one, locked: they follow what becomes of it."""
    return list(
        session.scalars(
            select(QualityReport).where(QualityReport.joined_to == number)
            .order_by(QualityReport.id).with_for_update()
        )
    )  # fmt: skip


def steps_of(session: Session, report_id: int) -> list[QualityStep]:
    """Return the steps of a report, in their order; none in a dealer's session."""
    return list(
        session.scalars(select(QualityStep).where(QualityStep.report_id == report_id).order_by(QualityStep.step))
    )


def measures_of(session: Session, report_id: int, *, published: bool) -> list[QualityMeasure]:
    """Return the measures of a report; ``published``: only those that stations may read."""
    statement = select(QualityMeasure).where(QualityMeasure.report_id == report_id).order_by(QualityMeasure.id)
    if published:
        statement = statement.where(QualityMeasure.published_at.is_not(None))
    return list(session.scalars(statement))


def photos_of(session: Session, report_id: int) -> list[QualityPhoto]:
    """Return the photos of a report."""
    return list(
        session.scalars(select(QualityPhoto).where(QualityPhoto.report_id == report_id).order_by(QualityPhoto.id))
    )


def photo_key(session: Session, number: str, photo_id: int) -> str:
    """Return where the file of a report's photo is kept; `NotFoundError` for anybody else's."""
    key = session.scalar(
        select(QualityPhoto.storage_key)
        .join(QualityReport, QualityReport.id == QualityPhoto.report_id)
        .where(QualityReport.number == number, QualityPhoto.id == photo_id)
    )
    if key is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return key


def sheet(session: Session, number: str, *, own: bool) -> Sheet:
    """Return one report whole; ``own``: for a station, which sees published measures alone."""
    found = find_report(session, number)
    around = session.execute(
        select(Dealer, Vehicle, VehicleModel, RepairOrder.number)
        .select_from(QualityReport)
        .outerjoin(Dealer, Dealer.id == QualityReport.dealer_id)
        .outerjoin(Vehicle, Vehicle.id == QualityReport.vehicle_id)
        .outerjoin(VehicleModel, VehicleModel.id == QualityReport.model_id)
        .outerjoin(RepairOrder, RepairOrder.id == QualityReport.order_id)
        .where(QualityReport.id == found.id)
    ).one()
    measures = measures_of(session, found.id, published=own)
    return Sheet(
        found, *around, photos_of(session, found.id), [] if own else steps_of(session, found.id), measures,
        {} if own else _readers(session, [one.id for one in measures]), *_claims(session, found.id, own=own),
        [] if own else _joined(session, found.number), history(session, found),
    )  # fmt: skip


def _readers(session: Session, measures: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(QualityMeasureRead.measure_id, func.count())
        .where(QualityMeasureRead.measure_id.in_(measures)).group_by(QualityMeasureRead.measure_id)
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def _claims(session: Session, report_id: int, *, own: bool) -> tuple[list[AnyRow], int]:
    if own:
        return [], 0
    columns = (
        QualityClaim.number, QualityClaim.station, QualityClaim.vin, QualityClaim.received_at,
        QualityClaim.odometer_km, QualityClaim.concern, QualityClaim.amount,
    )  # fmt: skip
    mine = QualityClaim.report_id == report_id
    rows = session.execute(select(*columns).where(mine).order_by(QualityClaim.received_at).limit(MOST_CLAIMS)).all()
    count = session.scalar(select(func.count()).select_from(QualityClaim).where(mine)) or 0
    return list(rows), count


def _joined(session: Session, number: str) -> list[AnyRow]:
    return list(
        session.execute(
            select(QualityReport.number, QualityReport.title, Dealer.code)
            .outerjoin(Dealer, Dealer.id == QualityReport.dealer_id)
            .where(QualityReport.joined_to == number).order_by(QualityReport.id)
        )
    )  # fmt: skip


def handlers(session: Session) -> list[tuple[int, str]]:
    """Return the people of headquarters who can own a step: id and name."""
    users = session.execute(
        select(User.id, User.display_name, User.roles)
        .where(User.dealer_id.is_(None), User.active.is_(True)).order_by(User.display_name, User.id)
    )  # fmt: skip
    return [(row.id, row.display_name) for row in users if Permission.QUALITY_HANDLE in permissions_of(row.roles)]


def of_order(session: Session, order_number: str) -> tuple[AnyRow, list[AnyRow], list[AnyRow]]:
    """Return an order, its reports, and its jobs that no live report is about, in the session's scope."""
    order = session.execute(
        select(RepairOrder.id, RepairOrder.number, RepairOrder.state).where(RepairOrder.number == order_number)
    ).first()
    if order is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    found = session.execute(
        select(QualityReport.number, QualityReport.state, QualityReport.title, QualityReport.job_id)
        .where(QualityReport.order_id == order.id).order_by(QualityReport.id)
    ).all()  # fmt: skip
    live = {row.job_id for row in found if row.state != "withdrawn"}
    jobs = session.execute(
        select(RepairJob.id, RepairJob.concern).where(RepairJob.order_id == order.id).order_by(RepairJob.position)
    )
    return order, list(found), [job for job in jobs if job.id not in live]


def causal_parts(session: Session, order_id: int) -> list[str]:
    """Return the numbers of the causal parts of an order."""
    return list(
        session.scalars(
            select(PartLine.part_number).join(RepairJob, RepairJob.id == PartLine.job_id)
            .where(RepairJob.order_id == order_id, PartLine.causal.is_(True)).distinct()
        )
    )  # fmt: skip


def in_work() -> ColumnElement[bool]:
    """Return the condition that a step's report is in work: elsewhere nobody can write it, nor need he."""
    return QualityStep.report_id.in_(select(QualityReport.id).where(QualityReport.state.in_(WORKED)))


def overdue_steps(session: Session, today: date, owner_id: int | None = None) -> int:
    """Count the steps of reports in work whose day has passed: of everybody, or of one owner."""
    statement = select(func.count()).select_from(QualityStep).where(
        QualityStep.done_on.is_(None), QualityStep.due_on < today, in_work()
    )  # fmt: skip
    if owner_id is not None:
        statement = statement.where(QualityStep.owner_id == owner_id)
    return session.scalar(statement) or 0
