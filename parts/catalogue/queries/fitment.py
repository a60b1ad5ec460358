"""Read what fits which car, and what may be put in instead of what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dealers.vehicles.models import Vehicle, VehicleModel
from parts.catalogue.models import Part, PartFitment
from parts.catalogue.rules.chains import ONE_WAY, Replacement, instead_of
from parts.catalogue.rules.fitment import YES, Car, Fit, Fitment, fits
from portal.kernel.i18n import named

#: No chain of replacements is longer in practice; a longer one is cut.
LONGEST_CHAIN = 50


@dataclass(frozen=True)
class FitmentView:
    """A fitment for the part's page."""

    id: int
    row_version: int
    model_code: str
    model: str
    quantity: Decimal
    built_from: date | None
    built_until: date | None
    vin_from: str | None
    vin_until: str | None
    note: str
    withdrawn_on: date | None
    over: bool  # it holds no longer


def fitment_views(session: Session, part_id: int, today: date) -> tuple[FitmentView, ...]:
    """Return the fitments of a part, the withdrawn ones last."""
    rows = session.execute(
        select(PartFitment, VehicleModel)
        .join(VehicleModel, VehicleModel.id == PartFitment.model_id)
        .where(PartFitment.part_id == part_id)
        .order_by(PartFitment.withdrawn_on.is_not(None), VehicleModel.code, PartFitment.id)
    )
    return tuple(
        FitmentView(
            row.id, row.row_version, model.code, named(model), row.quantity, row.built_from, row.built_until,
            row.vin_from, row.vin_until, row.note, row.withdrawn_on,
            row.withdrawn_on is not None and row.withdrawn_on <= today,
        )
        for row, model in rows
    )  # fmt: skip


def fitments_of(session: Session, numbers: Collection[str], day: date) -> dict[str, list[Fitment]]:
    """Return the fitments that hold on a day, by part number; a part without any is absent."""
    found: dict[str, list[Fitment]] = defaultdict(list)
    rows = session.execute(
        select(Part.number, PartFitment)
        .join(PartFitment, PartFitment.part_id == Part.id)
        .where(Part.number.in_(numbers), or_(PartFitment.withdrawn_on.is_(None), PartFitment.withdrawn_on > day))
        .order_by(PartFitment.id)
    )
    for number, row in rows:
        found[number].append(plain_fitment(row))
    return found


def plain_fitment(row: PartFitment) -> Fitment:
    """Return a row as the rules read it."""
    return Fitment(row.model_id, row.quantity, row.built_from, row.built_until, row.vin_from, row.vin_until)


def replacements_around(session: Session, numbers: Iterable[str]) -> list[Replacement]:
    """Return every replacement in the chains that these parts belong to, forward and backward."""
    seen: set[str] = set()
    found: dict[str, Replacement] = {}
    fresh = set(numbers)
    for _step in range(LONGEST_CHAIN):
        if not fresh:
            break
        seen |= fresh
        rows = session.execute(
            select(Part.number, Part.superseded_by, Part.superseded_on, Part.interchange).where(
                or_(Part.number.in_(fresh), Part.superseded_by.in_(fresh)), Part.superseded_by.is_not(None)
            )
        )
        for row in rows:
            found[row.number] = Replacement(
                row.number, row.superseded_by, row.superseded_on, row.interchange or ONE_WAY
            )  # fmt: skip
        fresh = {number for link in found.values() for number in (link.old, link.new)} - seen
    return list(found.values())


def substitutes(session: Session, number: str, day: date) -> list[str]:
    """Return what may be put in for a part on a day, nearest first; what the catalogue lacks is left out."""
    wanted = instead_of(replacements_around(session, [number]), number, day)
    known = set(session.scalars(select(Part.number).where(Part.number.in_(wanted))))
    return [item for item in wanted if item in known]


def fits_of(session: Session, numbers: Collection[str], vehicle_id: int, day: date) -> dict[str, Fit]:
    """Tell for each part whether it fits a car on a day: by its own fitments, or by those it goes in for.

    A part that replaces another fits wherever that one does; an older one fits where the newer one
    does if they are interchangeable both ways. Numbers that the catalogue does not know are unknown.
    """
    row = session.execute(
        select(Vehicle.vin, Vehicle.model_id, Vehicle.produced_on).where(Vehicle.id == vehicle_id)
    ).one()
    car = Car(row.vin, row.model_id, row.produced_on)
    links = replacements_around(session, numbers)
    related = {number for link in links for number in (link.old, link.new)}
    rows = fitments_of(session, related | set(numbers), day)
    found = {}
    for number in numbers:
        found[number] = fits(rows.get(number, []), car)
        if found[number].answer != YES:
            found[number] = _standing_in(number, related - {number}, links, rows, car, day) or found[number]
    return found


def _standing_in(
    number: str, related: set[str], links: list[Replacement], rows: dict[str, list[Fitment]], car: Car, day: date
) -> Fit | None:  # fmt: skip
    """Return the fit of a part that this one may be put in for, None where none of them fits."""
    for other in sorted(related & rows.keys()):
        fit = fits(rows[other], car)
        if fit.answer == YES and number in instead_of(links, other, day):
            return replace(fit, reason="instead", number=other)
    return None
