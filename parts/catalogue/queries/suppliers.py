"""Read suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part, Supplier
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_, locale_key


@dataclass(frozen=True)
class SupplierPage:
    """A supplier for its page; what was never told is None."""

    id: int
    row_version: int
    code: str
    name_zh: str
    name_en: str
    contact: str | None
    phone: str | None
    email: str | None
    address: str | None
    closed_on: date | None
    parts: int  # how many parts of the catalogue come from it


def supplier_page(session: Session, code: str) -> SupplierPage:
    """Return a supplier for its page."""
    row = session.scalars(select(Supplier).where(Supplier.code == code)).first()
    if row is None:
        raise NotFoundError(Fault(N_("This supplier is not known.")))
    parts = session.scalar(select(func.count()).select_from(Part).where(Part.supplier_id == row.id)) or 0
    return SupplierPage(
        row.id, row.row_version, row.code, row.name_zh, row.name_en, row.contact, row.phone, row.email,
        row.address, row.closed_on, parts,
    )  # fmt: skip


def supplier_choices(session: Session, kept: int | None = None) -> list[tuple[str, str]]:
    """Return code and name of the suppliers that can be chosen: those not closed, and the one that stands there."""
    name = Supplier.name_en if locale_key() == "en" else Supplier.name_zh
    open_or_kept = Supplier.closed_on.is_(None) | (Supplier.id == kept)
    rows = session.execute(select(Supplier.code, name.label("name")).where(open_or_kept).order_by(Supplier.code))
    return [(row.code, f"{row.code} {row.name}") for row in rows]


def listed_suppliers() -> Select[Any]:
    """Return the statement of the list of suppliers."""
    statement = select(
        Supplier.id, Supplier.code, Supplier.code.label("key"), Supplier.name_zh, Supplier.name_en, Supplier.contact,
        Supplier.phone, Supplier.email, Supplier.closed_on,
    )  # fmt: skip
    return cast("Select[Any]", statement)
