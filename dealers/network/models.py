"""Stations of the network and what an hour of their work costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dealers.network.states import DEALER
from portal.kernel.db import Base, Fen, Identified, short
from portal.kernel.lifecycle import Stateful


class Dealer(Identified, Stateful, Base):
    """A dealer or service station. What a real list may lack is null and shown as missing."""

    __tablename__ = "dealer"
    __machine__ = DEALER
    __table_args__ = (CheckConstraint(DEALER.sql_check(), name="state"),)

    code: Mapped[str] = mapped_column(short(16), unique=True)
    name: Mapped[str] = mapped_column(short(120))
    kind: Mapped[str] = mapped_column(short(16), default="4s")  # 4s | station
    region: Mapped[str] = mapped_column(short(32), index=True)
    province: Mapped[str] = mapped_column(short(32))
    city: Mapped[str] = mapped_column(short(32))
    address: Mapped[str | None] = mapped_column(short(255))
    postcode: Mapped[str | None] = mapped_column(short(6))
    longitude: Mapped[str | None] = mapped_column(short(24))  # as given; nothing is reckoned with it
    latitude: Mapped[str | None] = mapped_column(short(24))
    uscc: Mapped[str | None] = mapped_column(short(18))  # GB 32100
    grade: Mapped[int | None]  # stars, 1 to 5
    phone: Mapped[str | None] = mapped_column(short(32))
    bank_name: Mapped[str | None] = mapped_column(short(120))
    bank_account: Mapped[str | None] = mapped_column(short(40))


class LabourRate(Identified, Base):
    """Yuan for one quota hour (工时单价) of a grade from a day on; grade 0 is for ungraded stations."""

    __tablename__ = "labour_rate"
    __table_args__ = (UniqueConstraint("grade", "valid_from"),)

    grade: Mapped[int]
    valid_from: Mapped[date]
    rate: Mapped[Decimal] = mapped_column(Fen())
