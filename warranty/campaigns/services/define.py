"""Say what a campaign is about and which cars it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from dealers.service.models import LabourOperation
from dealers.vehicles.models import VehicleModel
from dealers.vehicles.rules import clean_vin
from parts.catalogue.models import Part
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import ConflictError, DomainError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import locked
from portal.kernel.numbers import next_number
from warranty.campaigns import words
from warranty.campaigns.models import Campaign, CampaignScope, CampaignVin
from warranty.campaigns.rules.duties import Recall, days_problems
from warranty.campaigns.rules.scopes import (
    CODE_LENGTH,
    PART,
    PRODUCTION,
    VIN_LIST,
    VIN_RANGE,
    Problem,
    Scope,
    is_number,
    read_vins,
    scope_problems,
)
from warranty.campaigns.words import KINDS

#: Series of the numbers that the portal gives: headquarters' own.
SERIES = {"service": "SC", "recall": "RC"}
OWNER = "HQ"
LENGTHS = {
    "number": 40, "title": 120, "maker": 120, "maker_number": 40, "component": 80, "part_number": 32,
    "operation_code": 24, "filing_no": 40, "defect": 2_000, "hazard": 2_000, "precaution": 2_000, "measure": 2_000,
    "note": 1_000,
}  # fmt: skip
#: VINs that are taken at once; further ones join the list.
MOST_VINS = 5_000


@dataclass(frozen=True)
class CampaignFacts:
    """A campaign as it is typed; an empty number is given by the portal."""

    kind: str
    title: str
    number: str = ""
    maker: str = ""
    maker_number: str = ""
    component: str = ""
    defect: str = ""
    hazard: str = ""
    precaution: str = ""
    measure: str = ""
    part_number: str = ""
    operation_code: str = ""
    announced: int | None = None
    stop_sale: bool = False
    filing_no: str = ""
    built_from: date | None = None
    built_until: date | None = None
    notice_on: date | None = None
    confirmed_on: date | None = None
    filed_on: date | None = None
    published_on: date | None = None
    owners_told_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    note: str = ""


#: Texts that are never null; the others are null when nothing was typed.
WHOLE = frozenset({"kind", "title", "defect", "hazard", "precaution", "measure"})


def add_campaign(session: Session, facts: CampaignFacts, actor: Actor, now: datetime) -> Campaign:
    """Make a draft; a number that is not typed is given."""
    require(actor, Permission.CAMPAIGN_EDIT)
    facts = _tidy(facts)
    words.refuse(_problems(session, facts, None))
    number = facts.number or next_number(session, SERIES[facts.kind], OWNER, now)
    campaign = Campaign(number=number, created_by=actor.name, created_at=now)
    _write(campaign, facts)
    session.add(campaign)
    session.flush()
    return campaign


def change_campaign(
    session: Session, campaign_id: int, facts: CampaignFacts, actor: Actor, version: int | None = None
) -> Campaign:
    """Change what a campaign says; its number stays, and its kind once it is open."""
    require(actor, Permission.CAMPAIGN_EDIT)
    campaign = locked(session, Campaign, campaign_id, version)
    if campaign.state in {"closed", "withdrawn"}:
        raise ConflictError(Fault(N_("This campaign is over. Open it again first; that needs a reason.")))
    kind = facts.kind if campaign.state == "draft" else campaign.kind
    facts = _tidy(replace(facts, number=campaign.number, kind=kind))
    words.refuse(_problems(session, facts, campaign))
    _write(campaign, facts)
    session.flush()
    return campaign


def add_scope(
    session: Session, campaign_id: int, scope: Scope, actor: Actor, *, model_code: str = "", vins: str = ""
) -> CampaignScope:
    """Add a row to a definition; rows of an open campaign only make it wider.

    ``model_code`` names the model of a production row, ``vins`` is the pasted text of a VIN list, which
    a campaign has one of: further VINs join it.
    """
    campaign = _definable(session, campaign_id, actor)
    model = session.scalar(select(VehicleModel.id).where(VehicleModel.code == model_code.strip().upper()))
    if scope.kind == PRODUCTION:
        scope = replace(scope, model_id=model)
        if model_code.strip() and model is None:
            words.refuse([Problem("model_unknown", "model", model_code.strip()[:40])])
    tidy = clean_vin if scope.kind == VIN_RANGE else _code
    scope = replace(scope, first=tidy(scope.first), last=tidy(scope.last))
    words.refuse(scope_problems(scope))
    if scope.kind == PART and not session.scalar(select(Part.id).where(Part.number == scope.first)):
        words.refuse([Problem("part_unknown", "first", scope.first)])
    if scope.kind == VIN_LIST:
        return _list(session, campaign, vins)
    return _append(session, campaign, scope)


def name_model(session: Session, campaign_id: int, scope_id: int, model_code: str, actor: Actor) -> CampaignScope:
    """Say which model of the range a row means that so far names one in its maker's words."""
    campaign = _definable(session, campaign_id, actor)
    scope = _scope_of(campaign, scope_id)
    model = session.scalar(select(VehicleModel.id).where(VehicleModel.code == model_code.strip().upper()))
    if model is None or scope.kind != PRODUCTION:
        words.refuse([Problem("model_unknown", "model", model_code.strip()[:40] or "–")])
    scope.model_id = model
    session.flush()
    return scope


def remove_scope(session: Session, campaign_id: int, scope_id: int, actor: Actor) -> None:
    """Take a row off a draft; an open campaign never means fewer cars, single ones are made exempt."""
    campaign = _definable(session, campaign_id, actor)
    if campaign.state != "draft":
        raise ConflictError(Fault(N_("This campaign is open: rows can be added, but none is taken away.")))
    scope = _scope_of(campaign, scope_id)
    if scope.kind == VIN_LIST:
        session.execute(delete(CampaignVin).where(CampaignVin.campaign_id == campaign.id))
    campaign.scopes.remove(scope)
    session.flush()


def add_vins(session: Session, campaign: Campaign, vins: list[str]) -> int:
    """Put VINs on a campaign's list; return how many are new."""
    known = set(session.scalars(select(CampaignVin.vin).where(CampaignVin.campaign_id == campaign.id)))
    fresh = [vin for vin in vins if vin not in known]
    if fresh:
        session.execute(insert(CampaignVin), [{"campaign_id": campaign.id, "vin": vin} for vin in fresh])
    return len(fresh)


def _list(session: Session, campaign: Campaign, text: str) -> CampaignScope:
    good, bad = read_vins(text)
    if bad:
        message = N_("%(count)s are no VIN, the first is %(first)s.")
        raise DomainError(Fault(message, "vins", {"count": len(bad), "first": bad[0][:40]}))
    if not good:
        words.refuse([Problem("required", "vins")])
    if len(good) > MOST_VINS:
        message = N_("At most %(most)s VINs at once. Longer lists come in as an import.")
        raise DomainError(Fault(message, "vins", {"most": f"{MOST_VINS:,}"}))
    add_vins(session, campaign, good)
    present = next((scope for scope in campaign.scopes if scope.kind == VIN_LIST), None)
    return present or _append(session, campaign, Scope(VIN_LIST))


def _code(text: str) -> str:
    return text.strip().upper()[:CODE_LENGTH]


def _append(session: Session, campaign: Campaign, scope: Scope) -> CampaignScope:
    position = max((row.position for row in campaign.scopes), default=0) + 1
    row = CampaignScope(position=position, **asdict(scope))
    campaign.scopes.append(row)
    session.flush()
    return row


def _definable(session: Session, campaign_id: int, actor: Actor) -> Campaign:
    require(actor, Permission.CAMPAIGN_EDIT)
    campaign = locked(session, Campaign, campaign_id)
    if campaign.state not in {"draft", "open"}:
        raise ConflictError(Fault(N_("This campaign is over. Open it again first; that needs a reason.")))
    return campaign


def _scope_of(campaign: Campaign, scope_id: int) -> CampaignScope:
    for scope in campaign.scopes:
        if scope.id == scope_id:
            return scope
    raise NotFoundError(Fault(N_("This does not exist.")))


def _tidy(facts: CampaignFacts) -> CampaignFacts:
    said: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in asdict(facts).items()
    }
    for name in ("number", "part_number", "operation_code"):
        said[name] = said[name].upper()
    return CampaignFacts(**said)


def _write(campaign: Campaign, facts: CampaignFacts) -> None:
    for name, value in asdict(facts).items():
        if name != "number":
            setattr(campaign, name, value if name in WHOLE or value != "" else None)


def _problems(session: Session, facts: CampaignFacts, present: Campaign | None) -> Iterator[Problem]:
    if facts.kind not in KINDS:
        yield Problem("choose", "kind")
    if facts.number and not is_number(facts.number):
        yield Problem("number_form", "number")
    if not facts.title:
        yield Problem("required", "title")
    for name, limit in LENGTHS.items():
        if len(getattr(facts, name)) > limit:
            yield Problem("too_long", name, str(limit))
    taken = select(Campaign.id).where(Campaign.number == facts.number)
    if present is None and facts.number and session.scalar(taken):
        yield Problem("number_taken", "number")
    yield from _known(session, facts)
    names = Recall.__dataclass_fields__.keys() & CampaignFacts.__dataclass_fields__.keys()
    for later, _earlier in days_problems(Recall(**{name: getattr(facts, name) for name in names})):
        yield Problem("days_turned", later)
    if facts.built_from and facts.built_until and facts.built_until < facts.built_from:
        yield Problem("days_turned", "built_until")


def _known(session: Session, facts: CampaignFacts) -> Iterator[Problem]:
    """What the catalogues must hold, for it becomes claims."""
    if facts.part_number and not session.scalar(select(Part.id).where(Part.number == facts.part_number)):
        yield Problem("part_unknown", "part_number", facts.part_number)
    code = facts.operation_code
    if code and not session.scalar(select(LabourOperation.id).where(LabourOperation.code == code).limit(1)):
        yield Problem("operation_unknown", "operation_code", code)
