"""What every write of the catalogue begins with."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part
from portal.kernel.errors import ConflictError, Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.lifecycle import CHANGED


def locked_part(session: Session, number: str, version: int | None = None) -> Part:
    """Return a part, locked and fresh; ``version`` is what the person saw, None where it does not matter."""
    part = session.scalars(
        select(Part).where(Part.number == number).with_for_update().execution_options(populate_existing=True)
    ).first()
    if part is None:
        raise NotFoundError(Fault(N_("This part is not in the catalogue.")))
    if version is not None and part.row_version != version:
        raise ConflictError(Fault(CHANGED))
    return part
