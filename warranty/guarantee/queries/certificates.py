"""What a three-guarantees certificate (三包凭证) says of a car: all that Art. 9 names, gathered once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle, VehicleModel
from dealers.vehicles.rules import clean_vin
from portal.kernel.clock import local_date
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.scoping import wall_of
from warranty.guarantee.models import CertificateIssue, Maker, ModelCertificate
from warranty.guarantee.queries.law import default_parts, orders_on
from warranty.guarantee.queries.tables import maker
from warranty.guarantee.rules.clauses import clause, substitute_clause
from warranty.guarantee.rules.facts import Text
from warranty.guarantee.rules.regimes import Regime, regime_on
from warranty.guarantee.rules.texts import COMPONENT_NAMES, part_name
from warranty.guarantee.seeds import SPECIAL_PARTS, WEAR_PARTS, wear_parts

#: Cars with a traction battery, whose fade the certificate limits.
WITH_BATTERY = frozenset({"electric", "hybrid"})
_MAKER = ("name", "address", "postcode", "phone")


@dataclass(frozen=True)
class CertifiedCar:
    """A car with all that decides what its certificate says."""

    vehicle: Vehicle
    model: VehicleModel
    seller: Dealer | None
    order: Regime | None  # that rules its sale
    terms: ModelCertificate | None  # its model's certificate of the day of sale
    maker: Maker | None

    @property
    def sold_on(self) -> date | None:
        """The day whose order and certificate hold: the invoice's, or of the hand-over as a replacement."""
        return self.vehicle.replaced_on or self.vehicle.invoiced_on


@dataclass(frozen=True)
class IssueRow:
    """A certificate that was handed out."""

    number: str
    kind: str
    reason: str
    issued_by: str
    issued_at: datetime
    station: str | None


def car_to_certify(session: Session, vin: str, now: datetime) -> CertifiedCar:
    """Load a car; `NotFoundError` where the VIN is unknown."""
    row = session.execute(
        select(Vehicle, VehicleModel, Dealer)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
        .outerjoin(Dealer, Dealer.id == Vehicle.selling_dealer_id)
        .where(Vehicle.vin == clean_vin(vin))
    ).first()
    if row is None:
        raise NotFoundError(Fault(N_("This car is not known.")))
    vehicle: Vehicle = row[0]
    sold_on = vehicle.replaced_on or vehicle.invoiced_on
    order, terms = None, None
    if sold_on is not None:
        order = regime_on(orders_on(session, local_date(now)), sold_on)
        terms = session.scalars(
            select(ModelCertificate)
            .where(ModelCertificate.model_id == vehicle.model_id, ModelCertificate.valid_from <= sold_on)
            .order_by(ModelCertificate.valid_from.desc(), ModelCertificate.version.desc())
            .limit(1)
        ).first()
    return CertifiedCar(vehicle, row[1], row[2], order, terms, maker(session))


def certificate_fault(car: CertifiedCar) -> Fault | None:
    """Return why no certificate can be issued for a car; None where it can."""
    if car.vehicle.invoiced_on is None:
        return Fault(N_("The sale of this car is not recorded; its certificate comes with the sale."))
    if car.order is None or not car.order.covers(car.model.category, car.vehicle.use):
        return Fault(N_("No three-guarantees order protects this car: its kind, use or day of sale is outside."))
    if car.maker is None:
        return Fault(N_("Headquarters has not written the maker's data yet; a certificate cannot do without."))
    return None


def issues_of(session: Session, vehicle_id: int) -> list[IssueRow]:
    """Return the certificates of a car, the latest first."""
    rows = session.execute(
        select(CertificateIssue, Dealer.name)
        .outerjoin(Dealer, Dealer.id == CertificateIssue.dealer_id)
        .where(CertificateIssue.vehicle_id == vehicle_id)
        .order_by(CertificateIssue.id.desc())
    )
    return [
        IssueRow(one.number, one.kind, one.reason, one.issued_by, one.issued_at, station) for one, station in rows
    ]  # fmt: skip


def issue(session: Session, number: str) -> CertificateIssue:
    """Return an issue for printing: headquarters any, a dealer those of the cars it sold."""
    found = session.execute(
        select(CertificateIssue, Vehicle.selling_dealer_id)
        .join(Vehicle, Vehicle.id == CertificateIssue.vehicle_id)
        .where(CertificateIssue.number == number)
    ).first()
    if found is None or wall_of(session) not in {0, found.selling_dealer_id}:
        raise NotFoundError(Fault(N_("This certificate is not known.")))
    kept: CertificateIssue = found[0]
    return kept


def certificate_body(car: CertifiedCar) -> dict[str, Any]:
    """Return what the paper says, as JSON can hold it; None stands for what nobody registered.

    Raises `ValueError` for a car that `certificate_fault` refuses.
    """
    if car.order is None or car.maker is None:
        raise ValueError("no certificate for this car")
    vehicle, model, order = car.vehicle, car.model, car.order
    return {
        "car": {
            "brand": car.maker.brand, "code": model.code, "zh": model.name_zh, "en": model.name_en,
            "category": model.category, "powertrain": model.powertrain, "vin": vehicle.vin,
            "produced_on": _day(vehicle.produced_on),
        },
        "maker": {name: getattr(car.maker, name) for name in _MAKER},
        "seller": {
            **{name: (getattr(car.seller, name) or None) if car.seller else None for name in _MAKER},
            "invoiced_on": _day(vehicle.invoiced_on), "delivered_on": _day(vehicle.delivered_on),
        },
        "replaced_on": _day(vehicle.replaced_on),
        "repairers": [car.maker.repairers_zh, car.maker.repairers_en],
        "order": list(order.name), "starts": order.starts,
        **_terms(car, order),
        "clauses": [[*ground.article, *clause(ground)] for ground in order.grounds]
        + [[*order.substitute_article, *substitute_clause(order)]],
        "remarks": [car.maker.remarks_zh, car.maker.remarks_en],
    }  # fmt: skip


def _terms(car: CertifiedCar, order: Regime) -> dict[str, Any]:
    """Return periods, coefficient and parts: the model's certificate, or what stands in for one nobody made."""
    terms, model = car.terms, car.model
    periods = terms or model
    parts = terms.main_parts if terms else default_parts(model.powertrain)
    special = terms.special_parts if terms else SPECIAL_PARTS
    wear = terms.wear_parts if terms else [{"name": key} for key in wear_parts(model.powertrain)]
    coefficient = terms.usage_coefficient if terms else order.coefficient_max
    return {
        "version": terms.version if terms else None,
        "guarantee": [periods.guarantee_months, periods.guarantee_km],
        "repair": [periods.repair_months, periods.repair_km],
        "coefficient": f"{(coefficient * 100).normalize():f}%",
        "main_parts": [_component(name, parts[name]) for name in COMPONENT_NAMES if parts.get(name)],
        "special_parts": list(special),
        "wear_parts": [
            [*WEAR_PARTS.get(part["name"], Text(part["name"], "")), part.get("months"), part.get("km")]
            for part in wear
        ],
        "battery": (terms.battery_limit or None) if terms and model.powertrain in WITH_BATTERY else None,
        "with_battery": model.powertrain in WITH_BATTERY,
    }  # fmt: skip


def _component(component: str, parts: Iterable[str]) -> list[Any]:
    named = [part_name(component, part) for part in sorted(parts)]
    return [*COMPONENT_NAMES[component], [one.zh for one in named], [one.en for one in named]]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
