"""Stock by dealer, part and bin; its documents with their movements; transfers and stock-take sheets.

The balances are kept by `parts.stock.services.post` alone, in the transaction of the movement; the
database holds them at nought or above, and `sanbao stock check` proves that they equal the movements.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from parts.stock.states import STOCK_TAKE, STOCK_TRANSFER
from portal.kernel.db import Base, Exact, Fen, Identified, short
from portal.kernel.lifecycle import Stateful
from portal.kernel.money import ZERO
from portal.kernel.scoping import DealerOwned

_NONE = Decimal("0.00")


class StockItem(Identified, DealerOwned, Base):
    """A part at a dealer, over all bins. Its row is the lock under which everything of it moves."""

    __tablename__ = "stock_item"
    __table_args__ = (
        UniqueConstraint("dealer_id", "part_id"),
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("value >= 0 and (quantity > 0 or value = 0)", name="value"),
        CheckConstraint("minimum >= 0 and maximum >= minimum", name="limits"),
        Index("ix_stock_item_part", "part_id"),
    )

    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    quantity: Mapped[Decimal] = mapped_column(Exact(2), default=_NONE)
    value: Mapped[Decimal] = mapped_column(Fen(), default=ZERO)  # yuan, at moving average cost
    minimum: Mapped[Decimal] = mapped_column(Exact(2), default=_NONE)
    maximum: Mapped[Decimal] = mapped_column(Exact(2), default=_NONE)
    home_bin: Mapped[str] = mapped_column(short(24), default="")  # where it is put unless somebody says otherwise


class StockBin(Identified, DealerOwned, Base):
    """How much of a part lies in one bin (库位)."""

    __tablename__ = "stock_bin"
    __table_args__ = (
        UniqueConstraint("item_id", "bin"),
        CheckConstraint("quantity >= 0", name="quantity"),
        Index("ix_stock_bin_dealer", "dealer_id", "bin"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("stock_item.id"))
    bin: Mapped[str] = mapped_column(short(24))
    quantity: Mapped[Decimal] = mapped_column(Exact(2), default=_NONE)


class StockDocument(Identified, DealerOwned, Base):
    """Why stock moved (kinds: `parts.stock.words.KINDS`). Never changed: what was wrong is put right by another one."""

    __tablename__ = "stock_document"
    __table_args__ = (
        Index("ix_stock_document_dealer", "dealer_id", "id"),
        Index("ix_stock_document_order", "order_id"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    kind: Mapped[str] = mapped_column(short(16))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("repair_order.id"))  # of an issue or a return
    reference: Mapped[str] = mapped_column(short(40), default="")  # delivery note, transfer, sheet
    reason_code: Mapped[str | None] = mapped_column(short(16))
    reason: Mapped[str] = mapped_column(default="")
    value: Mapped[Decimal] = mapped_column(Fen())  # of its movements, with their sign
    posted_at: Mapped[datetime]
    posted_by: Mapped[str] = mapped_column(short(120))


class StockMovement(Identified, DealerOwned, Base):
    """One line of a document: what came (above nought) or went, and what was there afterwards, over all bins."""

    __tablename__ = "stock_movement"
    __table_args__ = (
        UniqueConstraint("document_id", "position"),
        CheckConstraint("quantity <> 0", name="quantity"),
        Index("ix_stock_movement_item", "item_id", "id"),
        Index("ix_stock_movement_order", "order_id"),
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("stock_document.id"))
    position: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("stock_item.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    bin: Mapped[str] = mapped_column(short(24))
    quantity: Mapped[Decimal] = mapped_column(Exact(2))
    value: Mapped[Decimal] = mapped_column(Fen())
    quantity_after: Mapped[Decimal] = mapped_column(Exact(2))
    value_after: Mapped[Decimal] = mapped_column(Fen())
    order_id: Mapped[int | None] = mapped_column(ForeignKey("repair_order.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("repair_job.id", ondelete="SET NULL"))


class StockTransfer(Identified, Stateful, Base):
    """Parts on their way between two dealers. Both see it; reads go by `parts.stock.queries.transfers`."""

    __tablename__ = "stock_transfer"
    __machine__ = STOCK_TRANSFER
    __table_args__ = (
        CheckConstraint(STOCK_TRANSFER.sql_check(), name="state"),
        Index("ix_stock_transfer_sender", "sender_id", "id"),
        Index("ix_stock_transfer_receiver", "receiver_id", "id"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("dealer.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("dealer.id"))
    note: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime]
    sent_by: Mapped[str] = mapped_column(short(120))
    received_at: Mapped[datetime | None]
    received_by: Mapped[str | None] = mapped_column(short(120))


class StockTransferLine(Identified, Base):
    """A part of a transfer. ``value`` is what it was worth to the sender: the receiver's cost."""

    __tablename__ = "stock_transfer_line"
    __table_args__ = (
        UniqueConstraint("transfer_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("received is null or (received >= 0 and received <= quantity)", name="received"),
        CheckConstraint("value >= 0", name="value"),
    )

    transfer_id: Mapped[int] = mapped_column(ForeignKey("stock_transfer.id"))
    position: Mapped[int]
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"), index=True)
    sender_bin: Mapped[str] = mapped_column(short(24))
    quantity: Mapped[Decimal] = mapped_column(Exact(2))
    value: Mapped[Decimal] = mapped_column(Fen())
    received: Mapped[Decimal | None] = mapped_column(Exact(2))


class StockTake(Identified, DealerOwned, Stateful, Base):
    """A sheet of bins to count (盘点单). What stands on it does not move until it is posted or cancelled."""

    __tablename__ = "stock_take"
    __machine__ = STOCK_TAKE
    __table_args__ = (
        CheckConstraint(STOCK_TAKE.sql_check(), name="state"),
        Index("ix_stock_take_dealer", "dealer_id", "id"),
    )

    number: Mapped[str] = mapped_column(short(40), unique=True)
    bins: Mapped[str] = mapped_column(short(24), default="")  # how the bins on it begin; empty: all
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(short(120))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(short(120))


class StockTakeLine(Identified, DealerOwned, Base):
    """A part in a bin, as the books had it when the sheet was made, and as it was counted."""

    __tablename__ = "stock_take_line"
    __table_args__ = (
        UniqueConstraint("take_id", "position"),
        UniqueConstraint("take_id", "item_id", "bin"),
        CheckConstraint("counted is null or counted >= 0", name="counted"),
        Index("ix_stock_take_line_item", "item_id", "bin"),
    )

    take_id: Mapped[int] = mapped_column(ForeignKey("stock_take.id"))
    position: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("stock_item.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    bin: Mapped[str] = mapped_column(short(24))
    book: Mapped[Decimal] = mapped_column(Exact(2))
    counted: Mapped[Decimal | None] = mapped_column(Exact(2))
