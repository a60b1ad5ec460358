"""What was claimed of a repair order: the answer to the counter's question (`dealers.service.ports.Claims`)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.ports import Claimed
from warranty.claims.models import Claim


class ClaimsMade:
    """Reads the claims in the caller's scope."""

    def of_order(self, session: Session, order_id: int) -> list[Claimed]:
        """Return the claims made of an order's jobs; withdrawn ones are told apart."""
        rows = session.execute(
            select(Claim.job_id, Claim.number, Claim.state).where(Claim.order_id == order_id).order_by(Claim.id)
        )
        return [Claimed(row.job_id, row.number, row.state != "withdrawn") for row in rows]
