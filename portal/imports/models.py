"""Column mappings that users make: how a foreign list's columns become an import's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Document, Identified, short


class ImportMapping(Identified, Base):
    """A mapping by its name. ``body`` is the plain form of `portal.kernel.importing.mapping.Mapping`.

    ``sample`` are the first rows of the list it was made from, for the page on which it is changed.
    """

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("kind", "name"),)

    kind: Mapped[str] = mapped_column(short(32))
    name: Mapped[str] = mapped_column(short(60))
    body: Mapped[dict[str, Any]] = mapped_column(Document)
    sample: Mapped[list[Any]] = mapped_column(Document)
    made_by: Mapped[str] = mapped_column(short(120))
    made_at: Mapped[datetime]
