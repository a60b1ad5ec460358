"""Two dealers with the same things, for tests that walk every route as everybody.

A route whose address names an object needs an entry in `OBJECTS`, by blueprint and argument: how to
name the object of the first dealer, and whether it is nobody else's (another dealer gets 404).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from dealers.network.models import Dealer
from dealers.service.models import LabourLine, LabourOperation, PartLine, RepairJob, RepairOrder, RepairPhoto
from dealers.vehicles.models import Vehicle, VehicleModel
from parts.catalogue.models import Part, PartFitment, PartGroup, PartPicture, PartPrice, Supplier
from parts.orders.models import PartDelivery, PartDeliveryLine, PartOrder, PartOrderLine
from parts.quality.models import QualityMeasure, QualityPhoto, QualityReport, QualityStep
from parts.returns.models import OldPart, OldPartPhoto, PartDisposal, ReturnBox
from parts.stock.models import (
    StockBin,
    StockDocument,
    StockItem,
    StockMovement,
    StockTake,
    StockTakeLine,
    StockTransfer,
)
from parts.stock.models import StockTransferLine as TransferLine
from portal.auth.models import User
from portal.auth.roles import ROLES, Side
from portal.imports.models import ImportMapping
from portal.kernel.access import Actor
from portal.kernel.audit import AuditEntry
from portal.kernel.jobs import Job
from portal.kernel.lifecycle import advance
from tests.factories.cases import make_case
from tests.factories.network import make_dealer, make_user
from tests.factories.vehicles import make_vehicle
from tests.support.rows import MOMENT, fill
from warranty.authorisations.models import PreAuthorisation
from warranty.campaigns.models import Campaign, CampaignCar, CampaignScope
from warranty.cases.models import CaseCost, GuaranteeCase
from warranty.claims.models import Claim, ClaimLine, RuleBookVersion
from warranty.coverage.models import CoveragePolicy, PartWarranty, ServiceContract
from warranty.guarantee.models import WatchAlarm
from warranty.recovery.models import Recovery, RecoveryAdjustment, RecoveryContract, RecoveryLine
from warranty.settlement.models import Deduction, Settlement, SettlementLine


@dataclass
class Shelf:
    """The first dealer's stock, and what moves it."""

    document: StockDocument
    transfer: StockTransfer
    take: StockTake
    order: PartOrder
    delivery: PartDelivery


@dataclass
class World:
    """The first dealer's objects, and everybody's account: by role, the dealers' twice."""

    dealer: Dealer
    vehicle: Vehicle
    model: VehicleModel
    order: RepairOrder
    repair_job: RepairJob
    labour: LabourLine
    part_line: PartLine
    photo: RepairPhoto
    case: GuaranteeCase
    case_cost: CaseCost
    authorisation: PreAuthorisation
    claim: Claim
    claim_line: ClaimLine
    settlement: Settlement
    settlement_line: SettlementLine
    deduction: Deduction
    old_part: OldPart
    old_part_photo: OldPartPhoto
    return_box: ReturnBox
    disposal: PartDisposal
    recovery: Recovery
    recovery_contract: RecoveryContract
    recovery_adjustment: RecoveryAdjustment
    campaign: Campaign
    campaign_scope: CampaignScope
    mapping: ImportMapping
    part: Part
    supplier: Supplier
    assembly: PartGroup
    fitment: PartFitment
    picture: PartPicture
    quality: QualityReport
    quality_photo: QualityPhoto
    quality_measure: QualityMeasure
    stock: Shelf
    operation: LabourOperation
    policy: CoveragePolicy
    part_warranty: PartWarranty
    contract: ServiceContract
    entry: AuditEntry
    book: RuleBookVersion
    alarm: WatchAlarm
    job: Job
    users: dict[str, User]
    strangers: dict[str, User]


def build(session: Session) -> World:
    """Store the world; the session is at headquarters."""
    first, second = make_dealer(session), make_dealer(session)
    users = {key: make_user(session, key, first if role.side is Side.DEALER else None) for key, role in ROLES.items()}
    strangers = {key: make_user(session, key, second) for key, role in ROLES.items() if role.side is Side.DEALER}
    own = {"dealer_id": first.id}
    vehicle = make_vehicle(session, dealer=first)
    order = fill(session, RepairOrder, **own, vehicle_id=vehicle.id, vin=vehicle.vin, type="warranty")
    repair_job = fill(session, RepairJob, **own, order_id=order.id)
    claim = fill(session, Claim, **own, order_id=order.id, job_id=repair_job.id, vehicle_id=vehicle.id, vin=vehicle.vin)
    case = make_case(session, MOMENT, vehicle)
    settlement = fill(session, Settlement, **own, month="2026-10")
    part = fill(session, Part)
    known, quality = _catalogued(session, part, vehicle), _quality(session, first, vehicle)
    world = World(
        first, vehicle, session.get_one(VehicleModel, vehicle.model_id), order, repair_job,
        fill(session, LabourLine, **own, job_id=repair_job.id), fill(session, PartLine, **own, job_id=repair_job.id),
        fill(session, RepairPhoto, **own, order_id=order.id), case, fill(session, CaseCost, **own, case_id=case.id),
        fill(
            session, PreAuthorisation, **own, vehicle_id=vehicle.id, vin=vehicle.vin, order_id=order.id,
            job_id=repair_job.id, type="other", component="other",
        ),
        claim,
        fill(session, ClaimLine, **own, claim_id=claim.id), settlement,
        fill(
            session, SettlementLine, **own, settlement_id=settlement.id, claim_id=claim.id, vin=vehicle.vin,
            kind="labour",
        ),
        fill(session, Deduction, **own, kind="audit"), *_old_part(session, vehicle, own),
        *_recovery(session, claim), *_campaign(session, vehicle), _mapping(session),
        part, known[0], known[1], known[2], known[3], quality[0], quality[1], quality[2],
        _shelf(session, own, part, order), fill(session, LabourOperation),
        fill(session, CoveragePolicy), fill(session, PartWarranty),
        fill(session, ServiceContract, vehicle_id=vehicle.id, vin=vehicle.vin, seller_id=first.id),
        fill(session, AuditEntry), fill(session, RuleBookVersion),
        fill(session, WatchAlarm, vehicle_id=vehicle.id, vin=vehicle.vin, kept={}, reckoned={}),
        fill(session, Job, user_id=users["warranty_clerk"].id, kind="export"), users, strangers,
    )  # fmt: skip
    session.commit()
    return world


def _catalogued(
    session: Session, part: Part, vehicle: Vehicle
) -> tuple[Supplier, PartGroup, PartFitment, PartPicture]:  # fmt: skip
    """Store what the catalogue says of a part: a price, a supplier, an assembly, a fitment, a picture."""
    fill(session, PartPrice, part_id=part.id)
    return (
        fill(session, Supplier), fill(session, PartGroup, parent_id=fill(session, PartGroup).id),
        fill(session, PartFitment, part_id=part.id, model_id=vehicle.model_id),
        fill(session, PartPicture, part_id=part.id),
    )  # fmt: skip


def _quality(session: Session, dealer: Dealer, vehicle: Vehicle) -> tuple[QualityReport, QualityPhoto, QualityMeasure]:
    """Store a quality report that headquarters works on, with a published measure."""
    own = {"dealer_id": dealer.id}
    report = fill(
        session, QualityReport, **own, vehicle_id=vehicle.id, vin=vehicle.vin, component="engine", failure_mode="leak"
    )
    system = Actor.system("test")
    for action in ("submit", "take_up"):
        advance(session, report, action, system, MOMENT)
    fill(session, QualityStep, report_id=report.id, step=1, dealer_id=None)
    measure = fill(session, QualityMeasure, report_id=report.id, kind="interim", published_at=MOMENT)
    return report, fill(session, QualityPhoto, **own, report_id=report.id), measure


def _recovery(session: Session, claim: Claim) -> tuple[Recovery, RecoveryContract, RecoveryAdjustment]:
    """Store a demand to a supplier with a line of the first dealer's claim."""
    contract = fill(session, RecoveryContract, scope="all", value="")
    recovery = fill(session, Recovery, supplier_id=contract.supplier_id)
    line = session.scalars(select(ClaimLine).where(ClaimLine.claim_id == claim.id)).one()
    own = {"claim_id": claim.id, "claim_line_id": line.id, "contract_id": contract.id, "kind": "part"}
    fill(session, RecoveryLine, recovery_id=recovery.id, position=1, **own)
    return recovery, contract, fill(session, RecoveryAdjustment, recovery_id=recovery.id, kind="back")


def _shelf(session: Session, own: dict[str, int], part: Part, order: RepairOrder) -> Shelf:
    """Store stock of the first dealer: a movement, a sheet, parts sent to a third dealer, an order and its delivery."""
    ours = {**own, "part_id": part.id}
    item = fill(session, StockItem, **ours)
    fill(session, StockBin, **own, item_id=item.id)
    document = fill(session, StockDocument, **own, kind="issue", order_id=order.id)
    fill(session, StockMovement, **ours, document_id=document.id, item_id=item.id)
    take = fill(session, StockTake, **own)
    fill(session, StockTakeLine, **ours, take_id=take.id, item_id=item.id)
    third = make_dealer(session)
    transfer = fill(session, StockTransfer, sender_id=own["dealer_id"], receiver_id=third.id)
    fill(session, TransferLine, transfer_id=transfer.id, part_id=part.id)
    wanted = fill(session, PartOrder, **own, kind="urgent", repair_order_id=order.id)
    line = fill(session, PartOrderLine, **ours, order_id=wanted.id)
    delivery = fill(session, PartDelivery, **own, order_id=wanted.id)
    fill(session, PartDeliveryLine, **ours, delivery_id=delivery.id, line_id=line.id)
    return Shelf(document, transfer, take, wanted, delivery)


def _mapping(session: Session) -> ImportMapping:
    """Store a mapping that reads a list of dealers."""
    body = {"fields": {}, "headings": True, "delimiter": "", "quotes": True}
    return fill(session, ImportMapping, kind="dealers", body=body, sample=[["代码", "名称"]])


def _old_part(
    session: Session, vehicle: Vehicle, own: dict[str, int]
) -> tuple[OldPart, OldPartPhoto, ReturnBox, PartDisposal]:
    """Store an old part with a photo in an open box, and a list of the store."""
    box = fill(session, ReturnBox, **own)
    part = fill(session, OldPart, **own, vehicle_id=vehicle.id, vin=vehicle.vin, liability="supplier", box_id=box.id)
    photo = fill(session, OldPartPhoto, **own, old_part_id=part.id, side="dealer")
    return part, photo, box, fill(session, PartDisposal, kind="scrap")


def _campaign(session: Session, vehicle: Vehicle) -> tuple[Campaign, CampaignScope]:
    """Store an open recall that means the first dealer's car."""
    campaign = fill(session, Campaign, kind="recall", number="RC-1")
    scope = fill(session, CampaignScope, campaign_id=campaign.id, kind="vin_list", position=1)
    fill(session, CampaignCar, campaign_id=campaign.id, vehicle_id=vehicle.id)
    advance(session, campaign, "open", Actor.system("test"), MOMENT)
    return campaign, scope


@dataclass(frozen=True)
class Object:
    """What an argument of an address names. ``owned``: it is one dealer's, or one person's, alone."""

    value: Callable[[World], str | int]
    owned: bool = False


_VIN = Object(lambda world: world.vehicle.vin)
_ORDER = Object(lambda world: world.order.number, owned=True)

OBJECTS: dict[tuple[str, str], Object] = {
    ("auth", "key"): Object(lambda world: world.users["reader"].id),
    ("auth.user", "key"): Object(lambda world: world.users["reader"].username),
    ("auth.audit_entry", "key"): Object(lambda world: world.entry.id),
    ("downloads", "job_id"): Object(lambda world: world.job.id, owned=True),
    ("network", "key"): Object(lambda world: world.dealer.code),
    ("network.step", "action"): Object(lambda _world: "suspend"),
    ("vehicles", "vin"): _VIN,
    ("service", "vin"): _VIN,
    ("service", "key"): _ORDER,
    ("service", "number"): _ORDER,
    ("service", "job_id"): Object(lambda world: world.repair_job.id, owned=True),
    ("service", "photo_id"): Object(lambda world: world.photo.id, owned=True),
    ("guarantee", "vin"): _VIN,
    ("guarantee", "key"): Object(lambda world: world.alarm.id),
    ("guarantee", "code"): Object(lambda _world: "SAMR-43"),
    ("guarantee", "model"): Object(lambda world: world.model.code),
    ("guarantee", "year"): Object(lambda _world: 2026),
    ("cases", "vin"): _VIN,
    ("cases", "key"): Object(lambda world: world.case.number, owned=True),
    ("cases", "cost_id"): Object(lambda world: world.case_cost.id, owned=True),
    ("cases.decide_step", "step"): Object(lambda _world: "decide"),
    ("cases.seller_step", "step"): Object(lambda _world: "reply"),
    ("cases.shared_step", "step"): Object(lambda _world: "withdraw"),
    ("coverage", "vin"): _VIN,
    ("coverage", "number"): Object(lambda world: world.contract.number, owned=True),
    ("coverage.policy", "code"): Object(lambda world: world.policy.code),
    ("coverage.new_policy_version", "code"): Object(lambda world: world.policy.code),
    ("coverage", "code"): Object(lambda world: world.part_warranty.code),
    ("authorisations", "vin"): _VIN,
    ("authorisations", "number"): _ORDER,
    ("authorisations", "key"): Object(lambda world: world.authorisation.number, owned=True),
    ("claims", "vin"): _VIN,
    ("claims", "key"): Object(lambda world: world.claim.number, owned=True),
    ("claims.order_panel", "number"): _ORDER,
    ("claims", "version"): Object(lambda world: world.book.version),
    ("claims", "job_id"): Object(lambda world: world.job.id),
    ("claims.further_step", "step"): Object(lambda _world: "appeal"),
    ("claims.make", "number"): _ORDER,
    ("campaigns", "key"): Object(lambda world: world.campaign.number),
    ("campaigns", "vin"): _VIN,
    ("campaigns", "scope_id"): Object(lambda world: world.campaign_scope.id),
    ("campaigns.car", "key"): Object(lambda world: f"{world.campaign.number}:{world.vehicle.vin}", owned=True),
    ("campaigns.exempt", "key"): Object(lambda world: f"{world.campaign.number}:{world.vehicle.vin}"),
    ("campaigns.include", "key"): Object(lambda world: f"{world.campaign.number}:{world.vehicle.vin}"),
    ("campaigns.step", "action"): Object(lambda _world: "close"),
    ("campaigns.report", "kind"): Object(lambda _world: "phase"),
    ("settlement", "key"): Object(lambda world: world.settlement.number, owned=True),
    ("settlement", "line_id"): Object(lambda world: world.settlement_line.id, owned=True),
    ("settlement", "job_id"): Object(lambda world: world.job.id),
    ("settlement", "action"): Object(lambda _world: "confirm"),
    ("settlement", "entry_id"): Object(lambda world: world.deduction.id, owned=True),
    ("returns", "key"): Object(lambda world: world.old_part.number, owned=True),
    ("returns", "photo_id"): Object(lambda world: world.old_part_photo.id, owned=True),
    ("returns", "box"): Object(lambda world: world.return_box.number, owned=True),
    ("returns", "number"): Object(lambda world: world.claim.number),
    ("returns", "dealer"): Object(lambda world: world.dealer.code),
    ("returns", "disposal"): Object(lambda world: world.disposal.number),
    ("recovery", "key"): Object(lambda world: world.recovery.number),
    ("recovery", "number"): Object(lambda world: world.recovery_contract.number),
    ("recovery", "position"): Object(lambda _world: 1),
    ("recovery", "job_id"): Object(lambda world: world.job.id),
    ("recovery.adjustment", "key"): Object(lambda world: world.recovery_adjustment.number),
    ("recovery.adjusted", "action"): Object(lambda _world: "back"),
    ("recovery.step", "action"): Object(lambda _world: "send"),
    ("recovery.reasoned_step", "action"): Object(lambda _world: "withdraw"),
    ("stock.item", "key"): Object(lambda world: f"{world.dealer.code}:{world.part.number}", owned=True),
    ("stock.limits", "key"): Object(lambda world: f"{world.dealer.code}:{world.part.number}", owned=True),
    ("stock.document", "key"): Object(lambda world: world.stock.document.number, owned=True),
    ("stock", "kind"): Object(lambda _world: "receive"),
    **{(f"stock.{name}", "key"): _ORDER for name in ("issue", "give", "take_in", "scan")},
    **{
        (f"stock.{name}", "key"): Object(lambda world: world.stock.transfer.number, owned=True)
        for name in ("transfer", "receive", "back", "settle")
    },
    **{
        (f"stock.{name}", "key"): Object(lambda world: world.stock.take.number, owned=True)
        for name in ("take", "count", "found", "cancel")
    },
    ("part_orders", "key"): Object(lambda world: world.stock.order.number, owned=True),
    ("part_orders", "number"): _ORDER,
    **{
        (f"part_orders.{name}", "key"): Object(lambda world: world.stock.delivery.number, owned=True)
        for name in ("delivery", "receive", "answer", "invoice")
    },
    ("catalogue", "key"): Object(lambda world: world.part.number),
    ("catalogue", "supplier"): Object(lambda world: world.supplier.code),
    ("catalogue", "group"): Object(lambda world: world.assembly.code),
    ("catalogue", "vin"): _VIN,
    ("catalogue", "fitment_id"): Object(lambda world: world.fitment.id),
    ("catalogue", "picture_id"): Object(lambda world: world.picture.id),
    ("quality", "key"): Object(lambda world: world.quality.number, owned=True),
    ("quality.part", "key"): Object(lambda world: world.part.number),
    ("quality.part_panel", "key"): Object(lambda world: world.part.number),
    ("quality", "number"): _ORDER,
    ("quality.step", "number"): Object(lambda _world: 1),
    ("quality", "photo_id"): Object(lambda world: world.quality_photo.id, owned=True),
    ("quality", "measure_id"): Object(lambda world: world.quality_measure.id),
    ("quality.go", "action"): Object(lambda _world: "decide"),
    ("imports", "kind"): Object(lambda _world: "dealers"),
    ("imports", "mapping_id"): Object(lambda world: world.mapping.id),
    ("imports", "job_id"): Object(lambda world: world.job.id, owned=True),
}


def objects_of(rule: Rule) -> dict[str, Object] | None:
    """Return what a route's arguments name, or None where the table lacks one."""
    blueprint = rule.endpoint.split(".")[0]
    found = {
        name: OBJECTS.get((rule.endpoint, name)) or OBJECTS.get((blueprint, name)) for name in sorted(rule.arguments)
    }
    return None if None in found.values() else {name: thing for name, thing in found.items() if thing is not None}
