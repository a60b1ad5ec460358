"""Policies and part warranties as headquarters keeps them: each with all its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle, VehicleModel
from parts.catalogue.models import Part
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from warranty.coverage.models import CoveragePolicy, PartWarranty, ServiceContract
from warranty.coverage.rules.facts import Length, PartTerm, Policy

Version = TypeVar("Version", CoveragePolicy, PartWarranty)


@dataclass(frozen=True)
class History(Generic[Version]):
    """All versions of one policy or part warranty, the newest first; ``model`` is the code of a policy's model."""

    code: str
    versions: tuple[Version, ...]
    today: date
    model: str = ""

    @property
    def head(self) -> Version:
        """The newest version; what it is about is what all of them are about."""
        return self.versions[0]

    def state(self, version: Version) -> str:
        """Tell whether a version is past, in force or to come, for what begins today."""
        begun = [one.version for one in self.versions if one.valid_from <= self.today]
        if version.valid_from > self.today:
            return "coming"
        return "in_force" if version.version == begun[0] else "past"


def policy_history(session: Session, code: str, today: date) -> History[CoveragePolicy]:
    """Return a policy; else `NotFoundError`."""
    versions = _versions(session, CoveragePolicy, code)
    model = session.scalar(select(VehicleModel.code).where(VehicleModel.id == versions[0].model_id))
    return History(code, versions, today, model or "")


def part_warranty_history(session: Session, code: str, today: date) -> History[PartWarranty]:
    """Return a part warranty; else `NotFoundError`."""
    return History(code, _versions(session, PartWarranty, code), today)


def _versions(session: Session, kind: type[Version], code: str) -> tuple[Version, ...]:
    rows = session.scalars(
        select(kind).where(kind.code == code).order_by(kind.valid_from.desc(), kind.version.desc())
    ).all()  # fmt: skip
    if not rows:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return tuple(rows)


def policies_of(session: Session) -> list[Policy]:
    """Return every version of every policy; one for a model names its series too, so that scopes can be compared."""
    rows = session.execute(
        select(
            CoveragePolicy.version, CoveragePolicy.valid_from, CoveragePolicy.months, CoveragePolicy.km,
            VehicleModel.code, CoveragePolicy.series, VehicleModel.series.label("model_series"),
            CoveragePolicy.component, CoveragePolicy.use,
        ).outerjoin(VehicleModel, VehicleModel.id == CoveragePolicy.model_id)
    )  # fmt: skip
    return [
        Policy(
            row.version, row.valid_from, None if row.months is None else Length(row.months, row.km), row.code or "",
            row.series or row.model_series or "", row.component, row.use,
        )
        for row in rows
    ]  # fmt: skip


def part_terms_of(session: Session) -> list[PartTerm]:
    """Return every version of every part warranty; one for a number names its wear class too."""
    rows = session.execute(
        select(
            PartWarranty.version, PartWarranty.valid_from, PartWarranty.months, PartWarranty.km, PartWarranty.number,
            PartWarranty.wear_class, Part.wear_class.label("part_class"),
        ).outerjoin(Part, Part.number == PartWarranty.number)
    )  # fmt: skip
    return [
        PartTerm(
            row.version, row.valid_from, Length(row.months, row.km), row.number, row.wear_class or row.part_class or ""
        )
        for row in rows
    ]


def model_choices(session: Session) -> Sequence[Any]:
    """Return every model: id, code, series, names."""
    return session.execute(
        select(VehicleModel.id, VehicleModel.code, VehicleModel.series, VehicleModel.name_zh, VehicleModel.name_en)
        .order_by(VehicleModel.code)
    ).all()  # fmt: skip


def contract(session: Session, number: str) -> ServiceContract:
    """Return a contract; else `NotFoundError`."""
    row = session.scalar(select(ServiceContract).where(ServiceContract.number == number))
    if row is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return row


def contract_of(session: Session, number: str, dealer_id: int | None) -> tuple[ServiceContract, str]:
    """Return a contract and its seller's code as a reader may see them: a dealer sees those that it sold."""
    row = contract(session, number)
    if dealer_id not in {None, row.seller_id}:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return row, session.scalar(select(Dealer.code).where(Dealer.id == row.seller_id)) or ""


def vehicle_of(session: Session, vin: str) -> Vehicle | None:
    """Return the car with a VIN."""
    return session.scalar(select(Vehicle).where(Vehicle.vin == vin))
