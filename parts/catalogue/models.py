"""The parts catalogue: numbers, names, dated prices and what replaces what."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Exact, Fen, Identified, short


class Part(Identified, Base):
    """A part as the price list has it. ``superseded_by`` names the number that replaces it."""

    __tablename__ = "part"
    __table_args__ = (Index("ix_part_initials", "initials"),)

    number: Mapped[str] = mapped_column(short(32), unique=True)
    name_zh: Mapped[str] = mapped_column(short(120))
    name_en: Mapped[str] = mapped_column(short(120))
    initials: Mapped[str] = mapped_column(short(64))
    unit: Mapped[str] = mapped_column(short(8), default="件")
    supplier: Mapped[str | None] = mapped_column(short(80))
    component: Mapped[str] = mapped_column(short(24), default="other")
    per_vehicle: Mapped[Decimal] = mapped_column(Exact(2), default=Decimal(1))
    wear_class: Mapped[str | None] = mapped_column(short(24))
    special: Mapped[bool] = mapped_column(default=False)  # 特殊零部件
    superseded_by: Mapped[str | None] = mapped_column(short(32))
    superseded_on: Mapped[date | None]


class PartPrice(Identified, Base):
    """Prices of a part from a day on, in yuan before tax."""

    __tablename__ = "part_price"
    __table_args__ = (UniqueConstraint("part_id", "valid_from"),)

    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    valid_from: Mapped[date]
    dealer: Mapped[Decimal] = mapped_column(Fen())
    warranty: Mapped[Decimal] = mapped_column(Fen())
    retail: Mapped[Decimal] = mapped_column(Fen())
