"""People and companies who own cars. Personal data: shown in full only where the car was served."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Identified, short


class Customer(Identified, Base):
    """An owner. The same name with the same phone is the same customer."""

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("phone", "name"),
        # By the beginnings of names and phones; PostgreSQL wants its own order for that.
        Index("ix_customer_name", "name", postgresql_ops={"name": "varchar_pattern_ops"}),
        Index("ix_customer_phone", "phone", postgresql_ops={"phone": "varchar_pattern_ops"}),
    )

    name: Mapped[str] = mapped_column(short(80))
    phone: Mapped[str] = mapped_column(short(32), default="")
    kind: Mapped[str] = mapped_column(short(8), default="person")  # person | company
    address: Mapped[str | None] = mapped_column(short(255))
