"""Which registered cars a row of a definition means, as one statement however many they are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, literal, select, union

from dealers.service.models import PartLine, RepairJob, RepairOrder
from dealers.vehicles.models import Vehicle
from portal.kernel.clock import at, day_bounds
from warranty.campaigns.models import CampaignCar, CampaignScope, CampaignVin
from warranty.campaigns.rules.scopes import (
    CHECK,
    ENGINE_RANGE,
    PART,
    PRODUCTION,
    VIN_LIST,
    VIN_RANGE,
    engine_serial,
    vin_serial,
)


def meant(scope: CampaignScope) -> Select[Any]:
    """Select the keys of the cars that one row means."""
    conditions = {
        VIN_LIST: _listed, VIN_RANGE: _vin_range, PRODUCTION: _produced, ENGINE_RANGE: _engine_range, PART: _fitted,
    }  # fmt: skip
    return select(Vehicle.id.label("id")).where(conditions[scope.kind](scope))


def unfiled(scope: CampaignScope) -> Select[Any]:
    """Select the cars that one row means and that are not in the campaign yet."""
    filed = select(CampaignCar.vehicle_id).where(CampaignCar.campaign_id == scope.campaign_id)
    return meant(scope).where(Vehicle.id.not_in(filed))


def all_meant(scopes: list[CampaignScope]) -> Any:
    """Select the keys of the cars that any row means, each once."""
    return union(*map(meant, scopes)).subquery()


def _listed(scope: CampaignScope) -> ColumnElement[bool]:
    return Vehicle.vin.in_(select(CampaignVin.vin).where(CampaignVin.campaign_id == scope.campaign_id))


def _vin_range(scope: CampaignScope) -> ColumnElement[bool]:
    first, last = vin_serial(scope.first), vin_serial(scope.last)
    before, after = first.head[:CHECK], first.head[CHECK:]
    return (
        Vehicle.vin_tail.between(first.serial, last.serial)
        & (func.substr(Vehicle.vin, 1, CHECK) == before)
        & (func.substr(Vehicle.vin, CHECK + 2, len(after)) == after)
    )


def _engine_range(scope: CampaignScope) -> ColumnElement[bool]:
    first, last = engine_serial(scope.first), engine_serial(scope.last)
    if first is None or last is None:
        return false()
    place = len(first.head)
    return (
        (func.length(Vehicle.engine_no) == len(scope.first))
        & (func.substr(Vehicle.engine_no, 1, place) == first.head)
        & func.substr(Vehicle.engine_no, place + 1).between(first.serial, last.serial)
    )


def _produced(scope: CampaignScope) -> ColumnElement[bool]:
    if scope.model_id is None:
        return false()  # a model that is none of the range means nobody
    condition: ColumnElement[bool] = Vehicle.model_id == scope.model_id
    if scope.since is not None:
        condition &= Vehicle.produced_on >= scope.since
    if scope.until is not None:
        condition &= Vehicle.produced_on <= scope.until
    return condition


def _fitted(scope: CampaignScope) -> ColumnElement[bool]:
    """Cars into which the part was put by a completed repair, whatever station did it."""
    repairs = (
        select(RepairOrder.vehicle_id)
        .join(RepairJob, RepairJob.order_id == RepairOrder.id)
        .join(PartLine, PartLine.job_id == RepairJob.id)
        .where(PartLine.part_number == literal(scope.first), RepairOrder.state == "completed")
    )
    if scope.since is not None:
        repairs = repairs.where(RepairOrder.completed_at >= at(scope.since))
    if scope.until is not None:
        repairs = repairs.where(RepairOrder.completed_at < day_bounds(scope.until, scope.until)[1])
    return Vehicle.id.in_(repairs)
