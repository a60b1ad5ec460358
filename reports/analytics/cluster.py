"""Claims of a list become a quality report of headquarters: what they have in common, and each with what it said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.words import FAILURE_MODES
from dealers.vehicles.models import VehicleModel
from parts.catalogue.models import Part, Supplier
from parts.quality.services import Cluster, LinkedClaim
from parts.quality.services.open import MOST_CLAIMS
from portal.kernel.i18n import _, force_locale
from portal.kernel.listing import all_rows
from reports.analytics.failure_list import FAILURES


def read_cluster(session: Session, args: Mapping[str, str]) -> Cluster:
    """Return the claims that a list's address asks for; one more than a report can hold where there are too many."""
    rows = []
    for row in all_rows(session, FAILURES, args):
        rows.append(row)
        if len(rows) > MOST_CLAIMS:
            break
    part, mode = _usual(rows, "causal_part"), _usual(rows, "failure_mode")
    known = session.execute(
        select(Part.name_zh, Supplier.name_zh.label("supplier"))
        .outerjoin(Supplier, Supplier.id == Part.supplier_id).where(Part.number == part)
    ).first()  # fmt: skip
    model, weeks = _only(rows, "model"), _only(rows, "week")
    name = known.name_zh if known else ""
    return Cluster(
        _title(model, name or part, mode), part, name,
        (known.supplier if known else None) or _usual(rows, "supplier"), _usual(rows, "component") or "other", mode,
        session.scalar(select(VehicleModel.id).where(VehicleModel.code == model)) if model else None, weeks,
        tuple(_linked(row) for row in rows),
    )  # fmt: skip


def _title(model: str | None, part: str | None, mode: str | None) -> str:
    """Return what the report is called, in Chinese whoever opens it: it is kept, and others read it."""
    with force_locale("zh_CN"):
        words = _(FAILURE_MODES[mode]) if mode in FAILURE_MODES else ""
        return " ".join(filter(None, (model, part, words))) or _("Claims of one failure")


def _linked(row: Any) -> LinkedClaim:
    return LinkedClaim(
        row.number, row.dealer_code, row.vin, row.received_at, row.odometer_km, row.concern, row.cost
    )  # fmt: skip


def _usual(rows: list[Any], name: str) -> Any:
    """Return what most of them have."""
    counts = Counter(value for row in rows if (value := getattr(row, name)))
    return counts.most_common(1)[0][0] if counts else None


def _only(rows: list[Any], name: str) -> Any:
    """Return what all of them have; None where they differ."""
    known = {getattr(row, name) for row in rows}
    return known.pop() if len(known) == 1 else None
