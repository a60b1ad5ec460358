"""Numbers of documents: never repeated, and without gaps that cannot be explained.

A number is taken in the transaction of its document, so a roll-back gives it back. A series is
counted apart for each owner and month; writers of one dealer wait for each other, nobody else.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.clock import month_of
from portal.kernel.db import Base, Identified, short


class DocumentSeries(Identified, Base):
    """The last number given in one series of one owner and month."""

    __tablename__ = "document_series"
    __audited__ = False
    __table_args__ = (UniqueConstraint("series", "owner", "month"),)

    series: Mapped[str] = mapped_column(short(8))
    owner: Mapped[str] = mapped_column(short(32))
    month: Mapped[str] = mapped_column(short(7))
    last: Mapped[int]


def next_number(session: Session, series: str, owner: str, now: datetime) -> str:
    """Return the next number, as ``RO-A08752-202611-0001``: series, dealer's code, month, count."""
    month = month_of(now)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(DocumentSeries)
        .values(series=series, owner=owner, month=month, last=1)
        .on_conflict_do_update(index_elements=["series", "owner", "month"], set_={"last": DocumentSeries.last + 1})
        .returning(DocumentSeries.last)
    )
    last = session.execute(statement).scalar_one()
    return f"{series}-{owner}-{month.replace('-', '')}-{last:04d}"
