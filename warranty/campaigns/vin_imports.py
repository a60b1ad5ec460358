"""The import of VIN lists: which cars a campaign means, one row a car."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from dealers.vehicles.columns import VinColumn
from dealers.vehicles.models import Vehicle
from portal.kernel.access import Permission
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import Field, lookup, memo
from portal.kernel.importing.kinds import Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import Upsert
from warranty.campaigns.models import Campaign, CampaignScope, CampaignVin
from warranty.campaigns.rules.scopes import VIN_LIST

VIN, SCOPE = cast("Table", CampaignVin.__table__), cast("Table", CampaignScope.__table__)
_LEFT = N_("%(campaign)s: %(count)s VINs are on the list, %(known)s of them are registered cars.")


class VinDesk(Desk):
    """Files VINs on the lists of campaigns that are not over."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        known = dict(store.rows("select number, id from campaign where state in ('draft', 'open')"))
        self.parsers = {
            "number": lookup(known, N_("No campaign that is being prepared or in progress has this number."))
        }
        self._vins = Upsert(store, VIN, ("campaign_id", "vin"))
        self._campaigns: set[int] = set()

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """File VINs; one that is on the list already stays there."""
        self._campaigns |= set(values["number"])
        return self._vins.write({"campaign_id": values["number"], "vin": values["vin"]}).verdicts

    def complete(self, session: Session, source: str, now: datetime) -> None:
        """Give each campaign the row of its list, and say how many cars it means."""
        del source, now
        for campaign in session.scalars(select(Campaign).where(Campaign.id.in_(self._campaigns))):
            if not any(scope.kind == VIN_LIST for scope in campaign.scopes):
                position = max((scope.position for scope in campaign.scopes), default=0) + 1
                campaign.scopes.append(CampaignScope(position=position, kind=VIN_LIST))
            total, known = session.execute(
                select(func.count(CampaignVin.id), func.count(Vehicle.id))
                .outerjoin(Vehicle, Vehicle.vin == CampaignVin.vin)
                .where(CampaignVin.campaign_id == campaign.id)
            ).one()
            facts = {"campaign": campaign.number, "count": total, "known": known}
            self.notes.append(Fault(_LEFT, facts=facts))


KIND = ImportKind(
    key="campaign-vins",
    title=N_("VIN lists of campaigns"),
    fields=(
        Field("number", "活动编号", "Campaign no.", memo(str), required=True, aliases=("召回编号", "campaign number"),
              example="RC-2026-001", note=N_("A campaign that is being prepared or in progress.")),
        Field("vin", "车架号", "VIN", VinColumn, required=True, aliases=("VIN码", "车辆识别代号", "底盘号"),
              example="LSVAM4187R2000001", note=N_("17 characters with a right check digit.")),
    ),
    natural_key=("vin", "number"),
    tables=(VIN, SCOPE),
    desk=VinDesk,
    permission=Permission.CAMPAIGN_EDIT,
)  # fmt: skip
