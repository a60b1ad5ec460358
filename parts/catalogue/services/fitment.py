"""Write which cars a part fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from dealers.vehicles.models import VehicleModel
from dealers.vehicles.rules import clean_vin
from parts.catalogue.models import Part, PartFitment, PartTerm
from parts.catalogue.queries.fitment import plain_fitment
from parts.catalogue.rules.facts import LEAST, MOST
from parts.catalogue.rules.fitment import Fitment, fitment_problems
from parts.catalogue.rules.words import model_term
from parts.catalogue.services.load import locked_part
from parts.catalogue.services.news import tell
from parts.catalogue.words import FAULTS
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import CHANGED
from portal.kernel.money import ZERO


@dataclass(frozen=True)
class FitmentFacts:
    """A fitment as it is typed; ``model`` is the model's code, empty VINs mean every VIN."""

    model: str
    quantity: Decimal | None = Decimal(1)
    built_from: date | None = None
    built_until: date | None = None
    vin_from: str = ""
    vin_until: str = ""
    note: str = ""


def add_fitment(session: Session, number: str, facts: FitmentFacts, actor: Actor, now: datetime) -> PartFitment:
    """Say that a part fits some cars of a model."""
    require(actor, Permission.CATALOGUE_EDIT)
    part = locked_part(session, number)
    model = session.scalars(select(VehicleModel).where(VehicleModel.code == facts.model.strip().upper())).first()
    if model is None:
        raise DomainError.at("model", N_("No model has this code."))
    new = Fitment(
        model.id, facts.quantity or ZERO, facts.built_from, facts.built_until, clean_vin(facts.vin_from) or None,
        clean_vin(facts.vin_until) or None,
    )  # fmt: skip
    known = [plain_fitment(row) for row in _holding(session, part.id, now)]
    problems = list(fitment_problems(new, known))
    if problems:
        bounds = {"least": LEAST, "most": MOST}
        raise DomainError(*(Fault(FAULTS[problem.code], problem.field, bounds) for problem in problems))
    row = PartFitment(part_id=part.id, note=facts.note.strip()[:120], **asdict(new))
    session.add(row)
    session.flush()
    _file_term(session, part, model.code, holds=True)
    tell(session, part.id, "fitment", actor, now, detail=model.code)
    return row


def withdraw_fitment(
    session: Session, number: str, fitment_id: int, version: int | None, actor: Actor, now: datetime
) -> PartFitment:
    """Let a fitment hold no longer from today on; it stays to be seen."""
    require(actor, Permission.CATALOGUE_EDIT)
    part = locked_part(session, number)
    row = session.scalars(
        select(PartFitment).where(PartFitment.id == fitment_id, PartFitment.part_id == part.id)
    ).first()
    if row is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    if row.withdrawn_on is not None or (version is not None and row.row_version != version):
        raise ConflictError(Fault(CHANGED))
    row.withdrawn_on = local_date(now)
    session.flush()
    model = session.get_one(VehicleModel, row.model_id)
    still = any(other.model_id == row.model_id for other in _holding(session, part.id, now))
    _file_term(session, part, model.code, holds=still)
    tell(session, part.id, "fitment", actor, now, day=row.withdrawn_on, detail=model.code)
    return row


def _holding(session: Session, part_id: int, now: datetime) -> Iterable[PartFitment]:
    today = local_date(now)
    return session.scalars(
        select(PartFitment).where(
            PartFitment.part_id == part_id, or_(PartFitment.withdrawn_on.is_(None), PartFitment.withdrawn_on > today)
        )
    ).all()


def _file_term(session: Session, part: Part, code: str, *, holds: bool) -> None:
    """Keep the search by model in step."""
    own = (PartTerm.term == model_term(code), PartTerm.number == part.number)
    known = session.scalar(select(PartTerm.id).where(*own)) is not None
    if holds and not known:
        session.add(PartTerm(term=model_term(code), number=part.number))
        session.flush()
    elif known and not holds:
        session.execute(delete(PartTerm).where(*own))
