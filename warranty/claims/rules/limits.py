"""Limits that the checks read, a part of the rule book: headquarters changes figures, not code."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Limits:
    """Thresholds. Days are calendar days, amounts yuan before tax, hours quota hours."""

    submit_within_days: int = 30  # after completion of the repair
    repeat_within_days: int = 30  # the same fault again
    km_per_day: int = 1_500  # more than a car can be driven
    hours_above: Decimal = Decimal(20)  # work of one claim that a person looks at
    parts_above: int = 12  # lines of parts
    first_service_months: int = 6  # after the sale
    first_service_km: int = 7_500
    first_service_amount: Decimal = Decimal(600)  # that a first service pays without a person
    pdi_amount: Decimal = Decimal(400)  # likewise an inspection before delivery
    authorisation_above: Decimal = Decimal(20_000)  # a claim above it is asked for before the repair
    #: Up to this amount no person need look, by the station's stars; 0 is for ungraded ones.
    amount_by_grade: tuple[tuple[int, Decimal], ...] = (
        (0, Decimal(2000)), (1, Decimal(2000)), (2, Decimal(3000)), (3, Decimal(5000)), (4, Decimal(8000)),
        (5, Decimal(12000)),
    )  # fmt: skip

    def amount_limit(self, grade: int | None) -> Decimal:
        """Return the limit of a grade; an unknown grade has that of ungraded stations."""
        known = dict(self.amount_by_grade)
        return known.get(grade or 0, known[0])


def figure(number: Decimal) -> str:
    """Write a number without needless noughts: ``2.00`` is ``2``."""
    return f"{number.normalize():f}"
