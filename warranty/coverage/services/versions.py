"""Write policies and part warranties: versions are added and never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.words import COMPONENTS
from dealers.vehicles.models import VehicleModel
from dealers.vehicles.rules import USES
from parts.catalogue.models import Part
from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import known_day, local_date
from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from portal.kernel.numbers import next_number
from warranty.coverage.models import CoveragePolicy, PartWarranty
from warranty.coverage.queries.versions import (
    History,
    part_terms_of,
    part_warranty_history,
    policies_of,
    policy_history,
)
from warranty.coverage.rules.backdating import takes_away
from warranty.coverage.rules.facts import Length

#: Series of codes; headquarters stands where a dealer's code would.
POLICY_SERIES, PART_SERIES, HEADQUARTERS = "CP", "PW", "HQ"
MOST_MONTHS, MOST_KM, NOTE_LENGTH = 240, 2_000_000, 500


@dataclass(frozen=True)
class Terms:
    """What holds from a day on. ``months`` None: withdrawn; ``km`` None: any mileage."""

    valid_from: date
    months: int | None
    km: int | None
    note: str = ""

    @property
    def length(self) -> Length | None:
        """The promise; None where it is withdrawn."""
        return None if self.months is None else Length(self.months, self.km)


@dataclass(frozen=True)
class PolicyScope:
    """What a policy is about; empty words ask nothing. ``model`` is a code; a model or a series, not both."""

    model: str = ""
    series: str = ""
    component: str = ""
    use: str = ""


def add_policy(session: Session, scope: PolicyScope, terms: Terms, actor: Actor, now: datetime) -> CoveragePolicy:
    """Begin a policy; one that begins in the past must not take from cars that were sold already."""
    require(actor, Permission.COVERAGE_EDIT)
    model = session.execute(
        select(VehicleModel.id, VehicleModel.series).where(VehicleModel.code == scope.model)
    ).first()  # fmt: skip
    faults = [*_scope_faults(session, scope, known=not scope.model or model is not None), *_terms_faults(terms)]
    if not faults:
        words = (scope.component, scope.use, scope.model, scope.series or (model.series if model else ""))
        faults = _place_faults(words, terms, [(one.scope, one.length) for one in policies_of(session)], now)
    if faults:
        raise DomainError(*faults)
    row = CoveragePolicy(
        code=next_number(session, POLICY_SERIES, HEADQUARTERS, now), version=1, valid_from=terms.valid_from,
        model_id=model.id if model else None, series=scope.series, component=scope.component, use=scope.use,
        months=terms.months, km=terms.km, note=terms.note.strip(), made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def follow_policy(session: Session, code: str, terms: Terms, actor: Actor, now: datetime) -> CoveragePolicy:
    """Let another version of a policy follow, for cars sold from a day on."""
    require(actor, Permission.COVERAGE_EDIT)
    history = policy_history(session, code, local_date(now))
    _check_following(history, terms)
    head = history.head
    row = CoveragePolicy(
        code=code, version=_next(history), valid_from=terms.valid_from, model_id=head.model_id, series=head.series,
        component=head.component, use=head.use, months=terms.months, km=None if terms.months is None else terms.km,
        note=terms.note.strip(), made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def add_part_warranty(
    session: Session, number: str, wear_class: str, terms: Terms, actor: Actor, now: datetime
) -> PartWarranty:
    """Begin a part warranty: for a part number, for a wear class, or for every part where neither is named."""
    require(actor, Permission.COVERAGE_EDIT)
    part = session.execute(select(Part.wear_class).where(Part.number == number)).first()
    faults = _terms_faults(terms, needed=True)
    if number and part is None:
        faults.append(Fault(N_("This part is not in the catalogue."), "number"))
    if number and wear_class:
        faults.append(Fault(N_("Please name a part number or a wear class, not both."), "wear_class"))
    if not faults:
        words = (number, wear_class or (part.wear_class or "" if part else ""))
        faults = _place_faults(words, terms, [(one.scope, one.length) for one in part_terms_of(session)], now)
    if faults or terms.months is None:
        raise DomainError(*faults)
    row = PartWarranty(
        code=next_number(session, PART_SERIES, HEADQUARTERS, now), version=1, valid_from=terms.valid_from,
        number=number, wear_class=wear_class, months=terms.months, km=terms.km, note=terms.note.strip(),
        made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def follow_part_warranty(session: Session, code: str, terms: Terms, actor: Actor, now: datetime) -> PartWarranty:
    """Let another version of a part warranty follow, for parts put in from a day on."""
    require(actor, Permission.COVERAGE_EDIT)
    history = part_warranty_history(session, code, local_date(now))
    _check_following(history, terms, needed=True)
    assert terms.months is not None  # noqa: S101  (just checked)
    row = PartWarranty(
        code=code, version=_next(history), valid_from=terms.valid_from, number=history.head.number,
        wear_class=history.head.wear_class, months=terms.months, km=terms.km, note=terms.note.strip(),
        made_by=actor.name, made_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _next(history: History[CoveragePolicy] | History[PartWarranty]) -> int:
    return max(one.version for one in history.versions) + 1


def _scope_faults(session: Session, scope: PolicyScope, *, known: bool) -> list[Fault]:
    faults = []
    if not known:
        faults.append(Fault(N_("This model is not known."), "model"))
    if scope.model and scope.series:
        faults.append(Fault(N_("Please name a model or a series, not both."), "series"))
    if scope.series and session.scalar(select(VehicleModel.id).where(VehicleModel.series == scope.series)) is None:
        faults.append(Fault(N_("No model is of this series."), "series"))
    if scope.component and scope.component not in COMPONENTS:
        faults.append(Fault(N_("Please choose from the list."), "component"))
    if scope.use and scope.use not in USES:
        faults.append(Fault(N_("Please choose from the list."), "use"))
    return faults


def _terms_faults(terms: Terms, *, needed: bool = False) -> list[Fault]:
    faults = []
    if not known_day(terms.valid_from):
        faults.append(Fault(N_("This day is too far away."), "valid_from"))
    if terms.months is None and needed:
        faults.append(Fault(N_("Please fill this in."), "months"))
    for name, value, most in (("months", terms.months, MOST_MONTHS), ("km", terms.km, MOST_KM)):
        if value is not None and not 1 <= value <= most:
            message = N_("A whole number from %(least)s to %(most)s.")
            faults.append(Fault(message, name, {"least": 1, "most": most}))
    if len(terms.note) > NOTE_LENGTH:
        faults.append(Fault(N_("At most %(limit)s characters."), "note", {"limit": NOTE_LENGTH}))
    return faults


def _place_faults(
    scope: tuple[str, ...], terms: Terms, present: Iterable[tuple[tuple[str, ...], Length | None]], now: datetime
) -> list[Fault]:
    """A scope has one code; and what was promised is not taken back by a narrower scope that begins in the past."""
    known = list(present)
    if scope in {words for words, _length in known}:
        return [Fault(N_("This is kept already. Please add a new version to it."))]
    if terms.valid_from < local_date(now) and takes_away(scope, terms.length, known):
        message = N_("More was promised before that day. Let it begin today, or promise at least as much.")
        return [Fault(message, "valid_from")]
    return []


def _check_following(
    history: History[CoveragePolicy] | History[PartWarranty], terms: Terms, *, needed: bool = False
) -> None:
    faults = _terms_faults(terms, needed=needed)
    if terms.valid_from < history.today:
        message = N_("A later version can begin today at the earliest: what was promised before stays as it was.")
        faults.append(Fault(message, "valid_from"))
    if any(one.valid_from == terms.valid_from <= history.today for one in history.versions):
        faults.append(Fault(N_("There is a version from that day already, and it is in force."), "valid_from"))
    if faults:
        raise DomainError(*faults)
