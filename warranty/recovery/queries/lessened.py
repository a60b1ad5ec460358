"""Lines of a demand of which headquarters bears less than when they were reckoned: the station was charged since."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.money import ZERO
from warranty.claims.models import Claim, ClaimLine
from warranty.recovery.models import RecoveryLine
from warranty.recovery.queries.charges import borne_lines_of
from warranty.recovery.rules.reckoning import at_most


@dataclass(frozen=True)
class Lessened:
    """One such line: what it was reckoned of, what headquarters bears by now, and what may be asked at most."""

    position: int
    claim: str
    basis: Decimal
    borne: Decimal
    asked: Decimal
    accepted: Decimal
    most: Decimal

    @property
    def above(self) -> bool:
        """Tell whether more is asked than its share of what headquarters bears."""
        return self.asked > self.most

    @property
    def lost(self) -> Decimal:
        """What the supplier accepted above that: it is not agreed on."""
        return max(self.accepted - self.most, ZERO)


def lessened(session: Session, recovery_id: int) -> dict[int, Lessened]:
    """Return the lines of a demand of which something was taken back since they were reckoned, by position."""
    line = RecoveryLine
    left = borne_lines_of(session, select(line.claim_id).where(line.recovery_id == recovery_id))
    if not left:
        return {}
    rows = session.execute(
        select(
            line.position, line.claim_id, ClaimLine.position.label("place"), Claim.number, line.basis, line.asked,
            line.accepted, line.amount, line.share,
        )
        .join(ClaimLine, ClaimLine.id == line.claim_line_id).join(Claim, Claim.id == line.claim_id)
        .where(line.recovery_id == recovery_id).order_by(line.position)
    )  # fmt: skip
    found = {}
    for row in rows:
        borne = left.get(row.claim_id, {}).get(row.place, row.basis)
        if borne < row.basis:
            most = at_most(row.amount, row.share, borne)
            found[row.position] = Lessened(
                row.position, row.number, row.basis, borne, row.asked, row.accepted or ZERO, most
            )  # fmt: skip
    return found
