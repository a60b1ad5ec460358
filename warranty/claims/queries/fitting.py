"""Which of a claim's parts are for other cars, as the catalogue says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Date, Row, Table, bindparam, or_, select
from sqlalchemy.orm import Session

from parts.catalogue.models import Part, PartFitment
from parts.catalogue.queries.fitment import fits_of
from parts.catalogue.rules.fitment import NO, Car, Fitment, fits
from portal.kernel.prepared import PreparedRead, wall
from portal.kernel.straight import Sent
from warranty.claims.models import ClaimLine
from warranty.claims.rules.money import PART

LINE, PART_TABLE, FITMENT = (cast("Table", model.__table__) for model in (ClaimLine, Part, PartFitment))


def _fitments() -> Any:
    parts = LINE.join(PART_TABLE, PART_TABLE.c.number == LINE.c.code).join(
        FITMENT, FITMENT.c.part_id == PART_TABLE.c.id
    )
    return select(
        LINE.c.code, FITMENT.c.model_id, FITMENT.c.quantity, FITMENT.c.built_from, FITMENT.c.built_until,
        FITMENT.c.vin_from, FITMENT.c.vin_until,
    ).select_from(parts).where(
        LINE.c.claim_id == bindparam("claim"), LINE.c.kind == PART, wall(LINE),
        or_(FITMENT.c.withdrawn_on.is_(None), FITMENT.c.withdrawn_on > bindparam("day", type_=Date())),
    )  # fmt: skip


_FITMENTS = PreparedRead(_fitments)


def ask_fitments(session: Session, claim_id: int, day: date) -> Sent:
    """Ask what the catalogue says of which cars a claim's parts fit; `misfits_of` reads the answer."""
    return _FITMENTS(session, {"claim": claim_id, "day": day})


def misfits_of(session: Session, head: Row[Any], lines: Sequence[Row[Any]], asked: Sent, day: date) -> frozenset[str]:
    """Return the parts that are for other cars than the claim's.

    What may go in for a part that fits is asked for only where a part does not fit by itself: that is rare.
    """
    rows: dict[str, list[Fitment]] = {}
    for row in asked.all():
        fitment = Fitment(
            row.model_id, row.quantity, row.built_from, row.built_until, row.vin_from, row.vin_until
        )  # fmt: skip
        rows.setdefault(row.code, []).append(fitment)
    if head.model_id is None:
        return frozenset()
    car = Car(head.vin, head.model_id, head.produced_on)
    numbers = {line.code for line in lines if line.kind == PART}
    doubtful = {number for number in numbers if fits(rows.get(number, ()), car).answer == NO}
    found = fits_of(session, doubtful, head.vehicle_id, day) if doubtful else {}
    return frozenset(number for number, fit in found.items() if fit.answer == NO)
