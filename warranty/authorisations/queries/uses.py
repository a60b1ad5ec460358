"""What claims use of authorisations: told by the claims that name them, kept nowhere twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Row, ScalarSelect, case, func, literal, null, select, type_coerce
from sqlalchemy.orm import Session

from portal.kernel.db import Fen
from portal.kernel.money import ZERO
from warranty.authorisations.models import PreAuthorisation
from warranty.authorisations.rules import USING
from warranty.claims.models import Claim

NOTHING = literal(ZERO, Fen())
AnyRow = Row[*tuple[Any, ...]]
#: What a claim uses: what headquarters approved, and until then what is applied for.
TAKEN = func.coalesce(Claim.audited, Claim.applied)


def _naming() -> tuple[Any, ...]:
    """Claims of the same station and car only: what else names the number is stopped by the checks."""
    return (
        Claim.vehicle_id == PreAuthorisation.vehicle_id, Claim.dealer_id == PreAuthorisation.dealer_id,
        Claim.pre_authorisation == PreAuthorisation.number, Claim.state.in_(USING),
    )  # fmt: skip


def used_amount(without: str | None = None) -> ScalarSelect[Decimal]:
    """Return, for a statement on authorisations, the sum that live claims use; ``without`` leaves one out."""
    found = select(func.coalesce(func.sum(TAKEN), NOTHING)).where(*_naming())
    if without is not None:
        found = found.where(Claim.number != without)
    return found.correlate(PreAuthorisation).scalar_subquery()


def left_amount(without: str | None = None) -> Any:
    """Return, for a statement on authorisations, what is left; the same as `rules.left`."""
    used = used_amount(without)
    granted = func.coalesce(PreAuthorisation.granted, NOTHING)
    return case((granted > used, type_coerce(granted - used, Fen())), else_=NOTHING)


def usable_amount() -> Any:
    """Return what is left of an authorisation that is passed, null for any other."""
    return case((PreAuthorisation.state == "passed", left_amount()), else_=type_coerce(null(), Fen()))


def uses(session: Session, authorisation: PreAuthorisation) -> list[AnyRow]:
    """Return the claims that use an authorisation, the oldest first: number, state, amount, when."""
    statement = (
        select(Claim.number, Claim.state, TAKEN.label("amount"), Claim.submitted_at)
        .join(PreAuthorisation, PreAuthorisation.id == authorisation.id)
        .where(*_naming())
        .order_by(Claim.id)
    )
    return list(session.execute(statement))
