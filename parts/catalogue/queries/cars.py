"""Read what fits one car, for the page of the car."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle, VehicleModel
from dealers.vehicles.rules import clean_vin
from parts.catalogue.models import Part, PartFitment
from parts.catalogue.queries.chains import coming
from parts.catalogue.queries.fitment import fits_of, plain_fitment
from parts.catalogue.queries.search import best_first, narrowed_ways, of_model
from parts.catalogue.rules.fitment import YES, Car, Fit, Fitment, fits
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_, named

#: Parts that the view of a car shows at once.
SHOWN = 20


@dataclass(frozen=True)
class CarPart:
    """A part beside a car: whether it fits, how many the car takes, and from when it will be replaced.

    ``replaced_from`` is None where it is replaced already, or not at all.
    """

    number: str
    name: str
    unit: str
    fit: Fit
    superseded_by: str | None
    replaced_from: date | None

    @property
    def quantity(self) -> Decimal | None:
        """What the car takes, where the part fits."""
        return self.fit.quantity


@dataclass(frozen=True)
class CarParts:
    """The parts that were looked up for a car; ``more``: there are further ones."""

    vin: str
    model_code: str
    model: str
    parts: tuple[CarPart, ...]
    more: bool = False


def parts_for_car(session: Session, vin: str, text: str, today: date) -> CarParts:
    """Return what a text means for a car: every part that it finds, with its answer; without a text what fits."""
    row = session.execute(
        select(Vehicle.id, Vehicle.vin, Vehicle.produced_on, VehicleModel)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .where(Vehicle.vin == clean_vin(vin))
    ).first()
    if row is None:
        raise NotFoundError(Fault(N_("This car is not known.")))
    model: VehicleModel = row[3]
    car = Car(row.vin, model.id, row.produced_on)
    found = _searched(session, text, row.id, today) if text.strip() else _fitting(session, model, car, today)
    return CarParts(car.vin, model.code, named(model), tuple(found[:SHOWN]), len(found) > SHOWN)


def _searched(session: Session, text: str, vehicle_id: int, today: date) -> list[CarPart]:
    """Find parts as the counter does; those that fit come first."""
    parts: dict[str, Part] = {}
    for way in best_first(session, text):
        statement, order = narrowed_ways(select(Part), (way,))
        rest = SHOWN + 1 - len(parts)
        if rest <= 0:
            break
        for part in session.scalars(statement.where(Part.number.not_in(list(parts))).order_by(order).limit(rest)):
            parts[part.number] = part
    answers = fits_of(session, list(parts), vehicle_id, today) if parts else {}
    found = [_beside(part, answers[number], today) for number, part in parts.items()]
    return sorted(found, key=lambda item: item.fit.answer != YES)


def _fitting(session: Session, model: VehicleModel, car: Car, today: date) -> list[CarPart]:
    """Return the first parts of the car's model that fit this car."""
    numbers = of_model(select(Part.id), model.code).order_by(Part.number).limit(SHOWN * 3)
    rows = session.execute(
        select(Part, PartFitment)
        .join(PartFitment, PartFitment.part_id == Part.id)
        .where(
            Part.id.in_(numbers), PartFitment.model_id == model.id,
            or_(PartFitment.withdrawn_on.is_(None), PartFitment.withdrawn_on > today),
        )
        .order_by(Part.number)
    )  # fmt: skip
    fitments: dict[str, list[Fitment]] = {}
    parts: dict[str, Part] = {}
    for part, fitment in rows:
        parts[part.number] = part
        fitments.setdefault(part.number, []).append(plain_fitment(fitment))
    answers = {number: fits(known, car) for number, known in fitments.items()}
    return [_beside(part, answers[number], today) for number, part in parts.items() if answers[number].answer == YES]


def _beside(part: Part, fit: Fit, today: date) -> CarPart:
    return CarPart(part.number, named(part), part.unit, fit, part.superseded_by, coming(part, today))
