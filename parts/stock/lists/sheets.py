"""The lists of transfers and of stock-take sheets, and the work that waits in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.stock.lists.common import VIEW, typed
from parts.stock.models import (
    StockTake,
    StockTransfer,
)
from parts.stock.queries.takes import open_takes
from parts.stock.queries.transfers import Receiver, Sender, visible
from parts.stock.words import TAKE_STATES, TRANSFER_STATES
from portal.kernel.access import Actor
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec


def _transfers() -> Select[Any]:
    return typed(
        select(
            StockTransfer.id, StockTransfer.number, StockTransfer.state, StockTransfer.sent_at, StockTransfer.sent_by,
            StockTransfer.received_at, Sender.code.label("sender"), Receiver.code.label("receiver"),
        )
        .join(Sender, Sender.id == StockTransfer.sender_id)
        .join(Receiver, Receiver.id == StockTransfer.receiver_id)
    )  # fmt: skip


def _parties(statement: Select[Any], actor: Actor) -> Select[Any]:
    return statement.where(visible(actor))


def _transfer_state(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(StockTransfer.state == value)


def _between(statement: Select[Any], code: str) -> Select[Any]:
    key = code.strip().upper()
    return statement.where(or_(Sender.code == key, Receiver.code == key))


TRANSFERS = ListSpec(
    key="stock_transfers",
    title=N_("Transfers between stations"),
    permission=VIEW,
    statement=_transfers,
    identity=StockTransfer.id,
    columns=(
        Column("number", N_("Transfer"), "code", link=True),
        Column("state", N_("State"), "state", words=TRANSFER_STATES),
        Column("sender", N_("From station"), "code"),
        Column("receiver", N_("To station"), "code"),
        Column("sent_at", N_("Sent at"), "moment"),
        Column("sent_by", N_("Sent by"), default=False),
        Column("received_at", N_("Signed for at"), "moment"),
    ),
    sorts={"sent_at": StockTransfer.id, "number": StockTransfer.number},
    default_sort="-sent_at",
    endpoint="stock.transfers",
    row_endpoint="stock.transfer",
    filters=(
        Filter("state", N_("State"), _transfer_state, "choice", TRANSFER_STATES),
        Filter("station", N_("Station code"), _between),
    ),
    empty=N_("No transfer yet. Send parts to another station that needs them."),
    narrow=_parties,
)


def _takes() -> Select[Any]:
    return typed(
        select(
            StockTake.id, StockTake.number, StockTake.state, StockTake.bins, StockTake.created_at, StockTake.created_by,
            StockTake.closed_at, StockTake.closed_by, Dealer.code.label("dealer_code"), Dealer.name.label("dealer"),
        ).join(Dealer, Dealer.id == StockTake.dealer_id)
    )  # fmt: skip


def _take_state(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(StockTake.state == value)


TAKES = ListSpec(
    key="stock_takes",
    title=N_("Stock-takes"),
    permission=VIEW,
    statement=_takes,
    identity=StockTake.id,
    columns=(
        Column("number", N_("Sheet"), "code", link=True),
        Column("dealer_code", N_("Station code"), "code", default=False),
        Column("state", N_("State"), "state", words=TAKE_STATES),
        Column("bins", N_("Bins that begin with")),
        Column("created_at", N_("Made at"), "moment"),
        Column("created_by", N_("Made by")),
        Column("closed_at", N_("Closed at"), "moment"),
        Column("closed_by", N_("Closed by"), default=False),
    ),
    sorts={"created_at": StockTake.id, "number": StockTake.number},
    default_sort="-created_at",
    endpoint="stock.takes",
    row_endpoint="stock.take",
    filters=(Filter("state", N_("State"), _take_state, "choice", TAKE_STATES),),
    empty=N_("No stock-take yet. Make a sheet for a shelf, count it, and post what differs."),
)


def arriving_count(session: Session, actor: Actor, _now: datetime) -> int:
    """Count the transfers that are on their way to the actor's station."""
    statement = select(func.count()).where(StockTransfer.state == "sent", StockTransfer.receiver_id == actor.dealer_id)
    return session.scalar(statement) or 0


def short_count(session: Session, actor: Actor, _now: datetime) -> int:
    """Count the transfers of the actor's station of which less arrived than was sent."""
    statement = select(func.count()).where(StockTransfer.state == "short", StockTransfer.sender_id == actor.dealer_id)
    return session.scalar(statement) or 0


def counting(session: Session, _actor: Actor, _now: datetime) -> int:
    """Count the sheets that are being counted."""
    return open_takes(session)
