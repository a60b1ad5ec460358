"""Transfers between two dealers: read by both, by nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, false, or_, select
from sqlalchemy.orm import Session, aliased

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from parts.stock.models import StockTransfer, StockTransferLine
from portal.kernel.access import Actor
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import StateChange, history

AnyRow = Row[*tuple[Any, ...]]
Sender, Receiver = aliased(Dealer), aliased(Dealer)


@dataclass(frozen=True)
class TransferPage:
    """A transfer with its parties and lines."""

    transfer: StockTransfer
    sender: Dealer
    receiver: Dealer
    lines: list[AnyRow]
    steps: list[StateChange]


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which an actor may see a transfer: a party to it, or headquarters.

    No dealer owns a transfer, so no wall stands before it but this.
    """
    if actor.dealer_id is None:
        return ~false()
    return or_(StockTransfer.sender_id == actor.dealer_id, StockTransfer.receiver_id == actor.dealer_id)


def find_transfer(session: Session, number: str, actor: Actor) -> StockTransfer:
    """Return a transfer by its number where the actor may see it; else `NotFoundError`."""
    found = session.scalars(select(StockTransfer).where(StockTransfer.number == number, visible(actor))).first()
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return found


def transfer_page(session: Session, number: str, actor: Actor) -> TransferPage:
    """Return a transfer whole."""
    found = find_transfer(session, number, actor)
    dealers = {
        dealer.id: dealer
        for dealer in session.scalars(select(Dealer).where(Dealer.id.in_((found.sender_id, found.receiver_id))))
    }
    lines = session.execute(
        select(
            StockTransferLine.id, StockTransferLine.quantity, StockTransferLine.value, StockTransferLine.received,
            StockTransferLine.sender_bin, Part.number, Part.name_zh, Part.name_en, Part.unit, Part.id.label("part_id"),
        )
        .join(Part, Part.id == StockTransferLine.part_id)
        .where(StockTransferLine.transfer_id == found.id)
        .order_by(StockTransferLine.position)
    )  # fmt: skip
    return TransferPage(
        found, dealers[found.sender_id], dealers[found.receiver_id], list(lines), history(session, found)
    )  # fmt: skip
