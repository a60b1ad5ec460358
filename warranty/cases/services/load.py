"""Load a case for change."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.kernel.errors import ConflictError, Fault
from portal.kernel.lifecycle import CHANGED, locked
from warranty.cases.models import GuaranteeCase
from warranty.cases.queries.cases import find_case


def locked_case(session: Session, number: str, version: int | None, *states: str) -> GuaranteeCase:
    """Return a case locked and fresh; it has to be in one of the states, where any are given."""
    case = locked(session, GuaranteeCase, find_case(session, number).id, version)
    if states and case.state not in states:
        raise ConflictError(Fault(CHANGED))
    return case
