"""Lines of a demand beside what headquarters bears of them by now: the station was charged, or credited, since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.money import ZERO
from warranty.claims.models import Claim, ClaimLine
from warranty.recovery.models import RecoveryLine
from warranty.recovery.queries.charges import borne_lines_of
from warranty.recovery.rules.given_back import Settled
from warranty.recovery.rules.reckoning import at_most


@dataclass(frozen=True)
class Lessened:
    """One such line: what it was reckoned of, what headquarters bears by now, and what may be asked at most.

    ``settled`` is what both sides agreed on and what went back of it; None before.
    """

    position: int
    claim: str
    basis: Decimal
    borne: Decimal
    asked: Decimal
    accepted: Decimal
    most: Decimal
    settled: Settled | None = None

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
    return {one.position: one for one in _by_now(session, recovery_id) if one.borne < one.basis}


def moving(session: Session, recovery_id: int) -> list[Lessened]:
    """Return the agreed lines of a demand of which money has to go back, or may be asked for again, in their order."""
    return [
        one for one in _by_now(session, recovery_id)
        if one.settled is not None and (one.settled.back or one.settled.again)
    ]  # fmt: skip


def _by_now(session: Session, recovery_id: int) -> Iterator[Lessened]:
    """Yield the lines that may have changed: of claims beside which anything stands, or of which money went back."""
    line = RecoveryLine
    left = borne_lines_of(session, select(line.claim_id).where(line.recovery_id == recovery_id))
    rows = session.execute(
        select(
            line.position, line.claim_id, ClaimLine.position.label("place"), Claim.number, line.basis, line.asked,
            line.accepted, line.amount, line.share, line.agreed, line.given_back, line.contract_id, line.year,
        )
        .join(ClaimLine, ClaimLine.id == line.claim_line_id).join(Claim, Claim.id == line.claim_id)
        .where(line.recovery_id == recovery_id).order_by(line.position)
    )  # fmt: skip
    for row in rows:
        if row.claim_id not in left and not row.given_back:
            continue
        borne = left.get(row.claim_id, {}).get(row.place, row.basis)
        most = at_most(row.amount, row.share, borne)
        settled = None
        if row.agreed is not None:
            settled = Settled(row.position, row.agreed, row.given_back, most, (row.contract_id, row.year))
        yield Lessened(
            row.position, row.number, row.basis, borne, row.asked, row.accepted or ZERO, most, settled
        )  # fmt: skip
