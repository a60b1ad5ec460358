"""Reads of the papers: what labels, packing lists and lists of the store say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle, VehicleModel
from parts.returns.models import OldPart
from parts.returns.queries.pages import box_sheet, count_in
from parts.returns.rules.labels import payload, printed
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_

#: The most labels of one file: some forty sheets.
MOST_LABELS = 960


@dataclass(frozen=True)
class Label:
    """All that a label says; ``code`` is what its QR code holds, ``printed`` stands under it."""

    number: str
    code: str
    printed: str
    claim: str
    vin: str
    model: str
    engine_no: str | None
    odometer_km: int
    sold_on: date | None
    station: str
    part_number: str
    part_name: str
    quantity: Decimal
    maker: str | None
    concern: str
    liability: str


def _labels() -> Select[*tuple[Any, ...]]:
    return (
        select(OldPart, Dealer.code, Dealer.name, Vehicle.engine_no, Vehicle.delivered_on, Vehicle.invoiced_on,
               VehicleModel.code.label("model_code"), VehicleModel.name_zh.label("model_name"))
        .join(Dealer, Dealer.id == OldPart.dealer_id)
        .join(Vehicle, Vehicle.id == OldPart.vehicle_id)
        .join(VehicleModel, VehicleModel.id == Vehicle.model_id)
    )  # fmt: skip


def label(session: Session, number: str) -> Label:
    """Return the label of one part."""
    row = session.execute(_labels().where(OldPart.number == number)).first()
    if row is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return _label(row)


def labels_due(session: Session, file: int = 1) -> list[Label]:
    """Return the labels of all that is still to be packed, the most urgent first; at most a file of them.

    ``file`` is the first file, the second one and so on.
    """
    found = _labels().where(OldPart.state == "due").order_by(OldPart.due_on, OldPart.id)
    return [_label(row) for row in session.execute(found.limit(MOST_LABELS).offset((file - 1) * MOST_LABELS))]


def label_files(session: Session) -> int:
    """Return how many files hold the labels of all that is due; one, too, where nothing is."""
    return max(1, math.ceil(count_in(session, "due") / MOST_LABELS))


def labels_of_box(session: Session, number: str) -> list[Label]:
    """Return the labels of what lies in a box."""
    box = box_sheet(session, number).box
    return [_label(row) for row in session.execute(_labels().where(OldPart.box_id == box.id).order_by(OldPart.number))]


def _label(row: Any) -> Label:
    part: OldPart = row[0]
    return Label(
        part.number, payload(part.number), printed(part.number), part.claim_number, part.vin,
        f"{row.model_code} {row.model_name}", row.engine_no, part.odometer_km, row.delivered_on or row.invoiced_on,
        f"{row.code} {row.name}", part.part_number, part.part_name, part.quantity, part.maker, part.concern,
        part.liability,
    )  # fmt: skip
