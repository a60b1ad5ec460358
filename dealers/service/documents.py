"""The repair record (维修记录) that Art. 17 of SAMR Order 43 demands, as it is printed and signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from dealers.service.queries import JobView, order_view
from dealers.service.rules import Totals


@dataclass(frozen=True)
class RepairRecord:
    """All that stands on a repair record; amounts in yuan, moments in UTC."""

    number: str
    state: str
    type: str
    station_code: str
    station_name: str
    vin: str
    plate: str | None
    model: str
    engine_no: str | None
    odometer_km: int
    meter_replaced: bool
    owner: str
    owner_phone: str
    presenter: str
    presenter_phone: str
    advisor: str
    received_at: datetime
    promised_at: datetime | None
    completed_at: datetime | None
    jobs: tuple[JobView, ...]
    totals: Totals
    out_call_km: int | None
    out_call_expenses: Decimal
    towing_fee: Decimal
    substitute: str
    substitute_from: datetime | None
    substitute_until: datetime | None
    substitute_amount: Decimal
    special_transport_hours: Decimal
    battery_transport_hours: Decimal
    rescue_hours: Decimal
    note: str | None


def repair_record(session: Session, number: str) -> RepairRecord:
    """Load the record of an order in the caller's scope."""
    view = order_view(session, number)
    order = view.order
    return RepairRecord(
        order.number, order.state, order.type, view.dealer_code, view.dealer_name, order.vin, order.plate,
        view.car.name_zh, view.car.engine_no, order.odometer_km, order.meter_replaced, order.owner_name,
        order.owner_phone, order.presenter_name, order.presenter_phone, order.advisor_name, order.received_at,
        order.promised_at, order.completed_at, view.jobs, view.totals, order.out_call_km, order.out_call_expenses,
        order.towing_fee, order.substitute, order.substitute_from, order.substitute_until, order.substitute_amount,
        order.special_transport_hours, order.battery_transport_hours, order.rescue_hours, order.note,
    )  # fmt: skip


def file_name(paper: RepairRecord) -> str:
    """Name the file after the order."""
    return paper.number
