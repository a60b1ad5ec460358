"""A car and what covers it: for its page, its panel and one question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from dealers.service.words import COMPONENTS
from dealers.vehicles.models import OdometerReading, Vehicle, VehicleModel
from dealers.vehicles.rules import clean_vin
from parts.catalogue.models import Part
from portal.kernel.clock import local_date
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.scoping import lawful_view
from warranty.coverage.queries.facts import LAWFUL, MODEL_COLUMNS, facts_of
from warranty.coverage.rules.answer import Answer
from warranty.coverage.rules.decide import coverage
from warranty.coverage.rules.facts import Facts, Question
from warranty.guarantee.queries.law import default_parts

OTHER = "other"


@dataclass(frozen=True)
class CoveredCar:
    """A car with all that may cover it, on a day at its last plausible odometer reading."""

    vehicle_id: int
    vin: str
    model: str
    powertrain: str
    today: date
    odometer_km: int
    facts: Facts

    def ask(self, component: str, part: str | None = None, wear_class: str | None = None) -> Answer:
        """Answer for today."""
        return coverage(Question(component, self.today, self.odometer_km, part, wear_class), self.facts)

    @property
    def has(self) -> list[str]:
        """The components that a car of this powertrain has."""
        own = {*default_parts(self.powertrain), OTHER}
        return [component for component in COMPONENTS if component in own]

    @property
    def components(self) -> list[tuple[list[str], Answer]]:
        """What is covered today, by the components that the car has; those with the same ends stand together."""
        found: dict[tuple[Any, ...], tuple[list[str], Answer]] = {}
        for component in self.has:
            answer = self.ask(component)
            found.setdefault(_ends(answer), ([], answer))[0].append(component)
        return list(found.values())


def _ends(answer: Answer) -> tuple[Any, ...]:
    """What a table shows of an answer: which kinds of sources cover, until when; else what ended."""
    if answer.source is None:
        return (answer.ended and (answer.ended.verdict, answer.ended.until.day),)
    return tuple((link.source, link.until) for link in (answer.source, *answer.afterwards))


@dataclass(frozen=True)
class PutIn:
    """A part that was put in, and its answer today."""

    part: str
    name_zh: str
    name_en: str
    day: date
    odometer_km: int
    answer: Answer


def covered_car(session: Session, vin: str, now: datetime) -> CoveredCar:
    """Return a car by its VIN; else `NotFoundError`."""
    row = session.execute(_CAR.where(Vehicle.vin == clean_vin(vin))).first()
    if row is None:
        raise NotFoundError(Fault(N_("This car is not known.")))
    today = local_date(now)
    with lawful_view(session, LAWFUL):
        facts = facts_of(session, row, row.id, today)
    return CoveredCar(row.id, row.vin, row.model_code, row.powertrain, today, _odometer(session, row.id), facts)


_CAR = select(
    Vehicle.id, Vehicle.vin, Vehicle.use, Vehicle.invoiced_on, Vehicle.delivered_on, Vehicle.replaced_on,
    Vehicle.taken_back, Vehicle.taken_back_on, Vehicle.model_id, VehicleModel.powertrain, *MODEL_COLUMNS,
).join(VehicleModel, VehicleModel.id == Vehicle.model_id)  # fmt: skip


def _odometer(session: Session, vehicle_id: int) -> int:
    last = session.scalar(
        select(OdometerReading.km)
        .where(OdometerReading.vehicle_id == vehicle_id, OdometerReading.doubt.is_(None))
        .order_by(OdometerReading.read_at.desc(), OdometerReading.id.desc())
        .limit(1)
    )
    return last or 0


def put_in(session: Session, car: CoveredCar) -> list[PutIn]:
    """Return the parts that were put in, each at its last time, the newest first."""
    last = {part.part: part for part in sorted(car.facts.replaced, key=lambda one: (one.day, one.odometer_km))}
    names = {row.number: row for row in part_rows(session, list(last))}
    found = []
    for part in sorted(last.values(), key=lambda one: (one.day, one.odometer_km, one.part), reverse=True):
        row = names.get(part.part)
        answer = car.ask(row.component if row else "other", part.part, part.wear_class)
        zh, en = (row.name_zh, row.name_en) if row else ("", "")
        found.append(PutIn(part.part, zh, en, part.day, part.odometer_km, answer))
    return found


def part_rows(session: Session, numbers: Sequence[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return parts of the catalogue by their numbers."""
    return session.execute(
        select(Part.number, Part.name_zh, Part.name_en, Part.component, Part.wear_class).where(Part.number.in_(numbers))
    ).all()


def answer_for(
    session: Session, car: CoveredCar, component: str, part: str | None, day: date, odometer_km: int
) -> Answer:
    """Answer one question; a part of the catalogue says itself which component it belongs to."""
    row = next(iter(part_rows(session, [part])), None) if part else None
    question = Question(
        row.component if row else component, day, odometer_km, part or None, row.wear_class if row else None
    )
    return coverage(question, car.facts)
