"""Reads: the column mappings of a kind of import."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.imports.models import ImportMapping
from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_


def mappings_of(session: Session, kind: str) -> list[ImportMapping]:
    """List the mappings of a kind, by name."""
    return list(session.scalars(select(ImportMapping).where(ImportMapping.kind == kind).order_by(ImportMapping.name)))


def mapping_named(session: Session, kind: str, name: str) -> ImportMapping | None:
    """Return a mapping by its name."""
    return session.scalars(
        select(ImportMapping).where(ImportMapping.kind == kind, ImportMapping.name == name)
    ).first()  # fmt: skip


def mapping_of(session: Session, kind: str, mapping_id: int) -> ImportMapping:
    """Return a mapping of a kind; `NotFoundError` where there is none."""
    found = session.get(ImportMapping, mapping_id)
    if found is None or found.kind != kind:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return found
