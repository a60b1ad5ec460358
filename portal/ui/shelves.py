"""Where the search finds documents by their numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from dealers.service.models import RepairOrder
from parts.orders.models import PartDelivery, PartOrder
from parts.quality.models import QualityReport
from parts.returns.models import OldPart, ReturnBox
from parts.stock.models import StockDocument, StockTake, StockTransfer
from parts.stock.queries.transfers import visible
from parts.stock.services.post import SERIES
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import N_
from warranty.authorisations.models import PreAuthorisation
from warranty.campaigns.models import Campaign
from warranty.cases.models import GuaranteeCase
from warranty.claims.models import Claim
from warranty.recovery.models import Recovery, RecoveryAdjustment, RecoveryContract
from warranty.settlement.models import Settlement


@dataclass(frozen=True)
class Shelf:
    """A kind of document that is found by its ``number``; ``narrow`` confines rows that no dealer owns alone.

    ``key`` is the name under which the document's page takes the number.
    """

    series: str
    kind: str
    number: Any
    permission: Permission
    endpoint: str
    key: str = "key"
    narrow: Callable[[Select[Any], Actor], Select[Any]] | None = None


def _of_a_party(statement: Select[Any], actor: Actor) -> Select[Any]:
    return statement.where(visible(actor))


def _published(statement: Select[Any], actor: Actor) -> Select[Any]:
    return statement if actor.dealer_id is None else statement.where(Campaign.state != "draft")


SHELVES = (
    Shelf("RO", N_("Repair order"), RepairOrder.number, Permission.SERVICE_VIEW, "service.order"),
    Shelf("CL", N_("Claim"), Claim.number, Permission.CLAIM_VIEW, "claims.claim"),
    Shelf("CL", N_("Old part"), OldPart.number, Permission.RETURN_VIEW, "returns.part"),  # the claim's, and the line
    Shelf(
        "PA", N_("Pre-authorisation"), PreAuthorisation.number, Permission.CLAIM_VIEW, "authorisations.authorisation"
    ),
    Shelf("RC", N_("Replacement/return case"), GuaranteeCase.number, Permission.CASE_VIEW, "cases.case"),
    Shelf("RC", N_("Recall"), Campaign.number, Permission.CAMPAIGN_VIEW, "campaigns.campaign", narrow=_published),
    Shelf(
        "SC", N_("Service campaign"), Campaign.number, Permission.CAMPAIGN_VIEW, "campaigns.campaign", narrow=_published
    ),
    Shelf("QR", N_("Quality report"), QualityReport.number, Permission.QUALITY_VIEW, "quality.report"),
    Shelf("ST", N_("Statement"), Settlement.number, Permission.SETTLEMENT_VIEW, "settlement.settlement"),
    Shelf("PO", N_("Part order"), PartOrder.number, Permission.STOCK_VIEW, "part_orders.order"),
    Shelf("DN", N_("Delivery note"), PartDelivery.number, Permission.STOCK_VIEW, "part_orders.delivery"),
    Shelf("SC", N_("Stock-take sheet"), StockTake.number, Permission.STOCK_VIEW, "stock.take"),
    Shelf("TR", N_("Transfer"), StockTransfer.number, Permission.STOCK_VIEW, "stock.transfer", narrow=_of_a_party),
    Shelf("RB", N_("Box of old parts"), ReturnBox.number, Permission.RETURN_VIEW, "returns.box", "box"),
    Shelf("RV", N_("Recovery demand"), Recovery.number, Permission.RECOVERY_VIEW, "recovery.recovery"),
    Shelf(
        "RJ", N_("Adjustment of a demand"), RecoveryAdjustment.number, Permission.RECOVERY_VIEW, "recovery.adjustment"
    ),
    Shelf(
        "RA", N_("Recovery contract"), RecoveryContract.number, Permission.RECOVERY_VIEW, "recovery.contract", "number"
    ),
    *(
        Shelf(series, N_("Stock document"), StockDocument.number, Permission.STOCK_VIEW, "stock.document")
        for series in SERIES.values()
    ),
)  # fmt: skip
