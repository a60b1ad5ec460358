"""Write certificates: a model's terms in dated versions, and the papers handed to owners (三包凭证)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle, VehicleModel
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import known_day, local_date
from portal.kernel.errors import DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.numbers import next_number
from warranty.guarantee.models import CertificateIssue, ModelCertificate
from warranty.guarantee.queries.certificates import car_to_certify, certificate_body, certificate_fault
from warranty.guarantee.queries.law import orders_on
from warranty.guarantee.queries.tables import model_row
from warranty.guarantee.rules.facts import COMPONENTS, Term
from warranty.guarantee.rules.regimes import Regime, regime_on

#: The series of certificates, and what stands for the dealer's code where headquarters hands one out.
SERIES, HEADQUARTERS = "TC", "HQ"
REASON_LENGTH, NAME_LENGTH, LIMIT_LENGTH = 500, 60, 500
MOST_MONTHS, MOST_KM, PLACES = 240, 2_000_000, 6
NEEDED = N_("Please fill this in.")


@dataclass(frozen=True)
class WearPart:
    """A wear part with its own period."""

    name: str
    months: int
    km: int


@dataclass(frozen=True)
class ModelTerms:
    """What the maker promises of a model for cars sold from a day on."""

    valid_from: date
    guarantee: Term
    repair: Term
    usage_coefficient: Decimal
    main_parts: Mapping[str, Sequence[str]]
    special_parts: Sequence[str]
    wear_parts: Sequence[WearPart]
    battery_limit: str = ""


def add_certificate(session: Session, model: str, terms: ModelTerms, actor: Actor, now: datetime) -> ModelCertificate:
    """Add a version of a model's certificate; it must promise at least what the order of its day demands."""
    require(actor, Permission.GUARANTEE_EDIT)
    today = local_date(now)
    row = model_row(session, model, today)
    order = regime_on(orders_on(session, today), terms.valid_from)
    faults = [
        *_day_faults([one.valid_from for one in row.versions], terms.valid_from, today),
        *_shape_faults(terms),
        *_law_faults(order, row.model, terms),
        *_part_faults(terms, row.model.powertrain),
    ]
    if faults:
        raise DomainError(*faults)
    last = session.scalar(select(func.max(ModelCertificate.version)).where(ModelCertificate.model_id == row.model.id))
    version = ModelCertificate(
        model_id=row.model.id, version=(last or 0) + 1, valid_from=terms.valid_from,
        guarantee_months=terms.guarantee.months, guarantee_km=terms.guarantee.km,
        repair_months=terms.repair.months, repair_km=terms.repair.km, usage_coefficient=terms.usage_coefficient,
        main_parts={name: list(parts) for name, parts in terms.main_parts.items() if parts},
        special_parts=list(terms.special_parts), wear_parts=[asdict(part) for part in terms.wear_parts],
        battery_limit=terms.battery_limit.strip(), made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(version)
    session.flush()
    return version


def _day_faults(present: Sequence[date], valid_from: date, today: date) -> list[Fault]:
    """The first version may say what older cars were sold with; later ones only change sales to come."""
    if not known_day(valid_from):
        return [Fault(N_("This day is too far away."), "valid_from")]
    if present and valid_from < today:
        message = N_("A later version can begin today at the earliest: cars that were sold keep their certificate.")
        return [Fault(message, "valid_from")]
    if valid_from in present and valid_from <= today:
        return [Fault(N_("There is a version from that day already, and it is in force."), "valid_from")]
    return []


def _shape_faults(terms: ModelTerms) -> list[Fault]:
    faults = []
    for name, term in (("guarantee", terms.guarantee), ("repair", terms.repair)):
        for unit, most in (("months", MOST_MONTHS), ("km", MOST_KM)):
            if not 1 <= getattr(term, unit) <= most:
                message = N_("A whole number from %(least)s to %(most)s.")
                faults.append(Fault(message, f"{name}-{unit}", {"least": 1, "most": most}))
    if terms.repair.months < terms.guarantee.months:
        faults.append(Fault(N_("The repair period cannot be shorter than the guarantee period."), "repair-months"))
    if terms.repair.km < terms.guarantee.km:
        faults.append(Fault(N_("The repair period cannot be shorter than the guarantee period."), "repair-km"))
    exponent = terms.usage_coefficient.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > PLACES or not 0 < terms.usage_coefficient < 1:
        message = N_("A decimal above 0 and below 1, such as 0.005, with at most %(places)s places.")
        faults.append(Fault(message, "usage_coefficient", {"places": PLACES}))
    return faults


def _law_faults(order: Regime | None, model: VehicleModel, terms: ModelTerms) -> list[Fault]:
    """Say at its field what is less than the order of the first sale demands."""
    if order is None or model.category not in order.categories:
        return []
    faults = []
    for name, _what in order.minimum_fault(terms.guarantee, terms.repair, terms.usage_coefficient):
        period, _slash, unit = name.partition("/")
        if unit:
            least = getattr(getattr(order, period), unit)
            message = N_("%(order)s grants at least %(least)s.")
            faults.append(Fault(message, f"{period}-{unit}", {"order": order.code, "least": least}))
            continue
        facts = {"order": order.code, "least": order.coefficient_min or 0, "most": order.coefficient_max}
        faults.append(Fault(N_("%(order)s allows more than 0, from %(least)s to %(most)s."), name, facts))
    return faults


def _part_faults(terms: ModelTerms, powertrain: str) -> list[Fault]:
    faults = []
    for component, parts in terms.main_parts.items():
        if component not in COMPONENTS[:-1]:
            faults.append(Fault(N_("This is no assembly or system of the law."), f"parts-{component}"))
        faults += _name_faults(parts, f"more-{component}")
    if not any(terms.main_parts.values()):
        faults.append(Fault(N_("Please name the main parts: without them no failure of one would count."), None))
    faults += _name_faults(terms.special_parts, "special_parts")
    names = [part.name for part in terms.wear_parts]
    for place, part in enumerate(terms.wear_parts):
        faults += _name_faults([part.name], f"wear-{place}-name")
        if names.index(part.name) != place:
            faults.append(Fault(N_("This part is named twice."), f"wear-{place}-name"))
        for unit, most in (("months", MOST_MONTHS), ("km", MOST_KM)):
            if not 1 <= getattr(part, unit) <= most:
                message = N_("A whole number from %(least)s to %(most)s.")
                faults.append(Fault(message, f"wear-{place}-{unit}", {"least": 1, "most": most}))
    if powertrain in {"electric", "hybrid"} and not terms.battery_limit.strip():
        message = N_("An electric or plug-in car's certificate has to say how much capacity its battery may lose.")
        faults.append(Fault(message, "battery_limit"))
    elif len(terms.battery_limit) > LIMIT_LENGTH:
        faults.append(Fault(N_("At most %(limit)s characters."), "battery_limit", {"limit": LIMIT_LENGTH}))
    return faults


def _name_faults(names: Sequence[str], field: str) -> list[Fault]:
    """A name is one printable line; ``/`` would part it from its component."""
    if any(not name.strip() or not name.isprintable() or "/" in name for name in names):
        return [Fault(N_("A name cannot be empty or contain a slash."), field)]
    if any(len(name) > NAME_LENGTH for name in names):
        return [Fault(N_("At most %(limit)s characters."), field, {"limit": NAME_LENGTH})]
    if len(set(names)) != len(names):
        return [Fault(N_("This part is named twice."), field)]
    return []


def issue_certificate(session: Session, vin: str, reason: str, actor: Actor, now: datetime) -> CertificateIssue:
    """Hand out a car's certificate: the first with the sale, later ones free of charge with a reason (Art. 14)."""
    require(actor, Permission.CERTIFICATE_ISSUE)
    car = car_to_certify(session, vin, now)
    session.scalar(select(Vehicle.id).where(Vehicle.id == car.vehicle.id).with_for_update())
    if actor.dealer_id not in {None, car.vehicle.selling_dealer_id}:
        message = N_("Only the station that sold the car, or headquarters, hands out its certificate.")
        raise DomainError.at(None, message)
    fault = certificate_fault(car)
    if fault is not None:
        raise DomainError(fault)
    before = session.scalar(
        select(func.count()).select_from(CertificateIssue).where(CertificateIssue.vehicle_id == car.vehicle.id)
    )
    if before and not reason.strip():
        raise DomainError.at("reason", N_("Please say why it is issued again: lost, damaged, or something changed."))
    if len(reason) > REASON_LENGTH:
        raise DomainError.at("reason", N_("At most %(limit)s characters."), limit=REASON_LENGTH)
    number = next_number(session, SERIES, _owner(session, actor), now)
    issue = CertificateIssue(
        number=number, vehicle_id=car.vehicle.id, dealer_id=actor.dealer_id, kind="again" if before else "first",
        reason=reason.strip(), body=certificate_body(car), issued_by=actor.name, issued_at=now,
    )  # fmt: skip
    session.add(issue)
    session.flush()
    return issue


def _owner(session: Session, actor: Actor) -> str:
    if actor.dealer_id is None:
        return HEADQUARTERS
    code = session.scalar(select(Dealer.code).where(Dealer.id == actor.dealer_id))
    if code is None:
        raise NotFoundError(Fault(N_("This station is not known.")))
    return code
