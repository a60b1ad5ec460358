"""What moved after the booking of a demand, and what is to move now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import Fault, NotFoundError
from portal.kernel.i18n import N_
from portal.kernel.money import ZERO, total
from warranty.recovery.models import Recovery, RecoveryAdjustment
from warranty.recovery.queries.contracts import contracts_of, used_of
from warranty.recovery.queries.lessened import Lessened, moving
from warranty.recovery.rules.given_back import AGAIN, BACK, to_ask_again, to_give_back


@dataclass(frozen=True)
class Moving:
    """What one act would move now: the lines it is about, and how much of each."""

    lines: tuple[tuple[Lessened, Decimal], ...]

    @property
    def amount(self) -> Decimal:
        """Yuan before tax, all lines together."""
        return total(amount for _line, amount in self.lines)


def moving_now(session: Session, recovery: Recovery) -> dict[str, Moving]:
    """Return what has to go back to the supplier now, and what may be asked of it again; what does not is left out."""
    found = moving(session, recovery.id)
    lines = [one.settled for one in found if one.settled is not None]
    left = left_of_years(session, recovery.supplier_id) if any(one.again for one in lines) else {}
    amounts = {BACK: to_give_back(lines), AGAIN: to_ask_again(lines, left)}
    return {
        kind: Moving(tuple((one, by_line[one.position]) for one in found if one.position in by_line))
        for kind, by_line in amounts.items()
        if by_line
    }


def left_of_years(session: Session, supplier_id: int) -> Mapping[tuple[int, int], Decimal]:
    """Return what is left of the caps of a supplier's contract years that brought anything; those without cap not."""
    caps = {one.id: one.terms.year_cap for one in contracts_of(session, supplier_id)}
    return {
        (contract, year): max(cap - used, ZERO)
        for (contract, year), used in used_of(session, supplier_id).items()
        if (cap := caps[contract]) is not None
    }


def demand_of(session: Session, number: str) -> str:
    """Return the number of the demand that an adjustment belongs to; raise `NotFoundError` where there is none."""
    found = session.scalar(
        select(Recovery.number).join(RecoveryAdjustment, RecoveryAdjustment.recovery_id == Recovery.id)
        .where(RecoveryAdjustment.number == number)
    )  # fmt: skip
    if found is None:
        raise NotFoundError(Fault(N_("This does not exist.")))
    return found


def adjustments_of(session: Session, recovery_id: int) -> list[RecoveryAdjustment]:
    """Return what moved after the booking of a demand, in its order."""
    return list(
        session.scalars(
            select(RecoveryAdjustment).where(RecoveryAdjustment.recovery_id == recovery_id)
            .order_by(RecoveryAdjustment.id)
        )
    )  # fmt: skip
