"""The card as it is printed (配件质量信息跟踪卡): with its photos, and at headquarters with the eight steps."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from parts.quality.queries.figures import Figures
from parts.quality.queries.reports import Sheet, sheet
from portal.kernel.kept import read
from portal.kernel.scoping import actor_of
from portal.kernel.storage import storage

#: Longest side and quality of a photo on paper: two stand beside each other on a sheet of A4.
PRINTED, QUALITY, MOST_PHOTOS = 900, 80, 8


@dataclass(frozen=True)
class PaperPhoto:
    """A photo on the paper; the picture is read when it is printed, not when the paper is asked for."""

    storage_key: str
    caption: str
    added_at: datetime

    @property
    def picture(self) -> str | None:
        """The picture as an address that holds it, small enough for paper; None when its file is gone."""
        content = storage().get(self.storage_key)
        if content is None:
            return None
        with Image.open(io.BytesIO(content)) as image:
            image.thumbnail((PRINTED, PRINTED))
            buffer = io.BytesIO()
            image.convert("RGB").save(buffer, "JPEG", quality=QUALITY)
        return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


@dataclass(frozen=True)
class PaperStep:
    """One of the eight steps."""

    step: int
    owner: str
    due_on: date
    done_on: date | None
    text: str


@dataclass(frozen=True)
class PaperMeasure:
    """A measure."""

    kind: str
    text: str
    in_force_on: date | None
    published_at: datetime | None
    lifted_at: datetime | None = None
    failed: bool = False  # headquarters' copy only


@dataclass(frozen=True)
class QualityPaper:
    """All that stands on the printed card; amounts in yuan."""

    number: str
    state: str
    title: str
    station: str | None
    order: str | None
    vin: str | None
    plate: str | None
    model: str | None
    produced_on: date | None
    produced_week: str | None
    sold_on: date | None
    odometer_km: int | None
    part_number: str | None
    part_name: str
    supplier: str | None
    component: str
    failure_mode: str | None
    failure_place: str
    conditions: dict[str, str | None]
    concern: str
    cause: str
    handling: str
    safety: bool
    loss: str
    loss_amount: Decimal
    created_by: str
    created_at: datetime
    submitted_at: datetime | None
    answer: str | None
    ended: str | None  # why headquarters withdrew or joined its own report
    ended_at: datetime | None
    joined_to: str | None  # headquarters' copy only
    responsible_unit: str | None
    responsible_name: str
    photos: tuple[PaperPhoto, ...]
    claims: tuple[Any, ...]
    claim_count: int
    steps: tuple[PaperStep, ...]
    measures: tuple[PaperMeasure, ...]
    effect: str | None
    effect_note: str
    figures: Figures | None


def build(session: Session, number: str) -> QualityPaper:
    """Load a report for print, in the caller's scope: a station's copy holds published measures, no 8D."""
    actor = actor_of(session)
    own = actor is None or actor.dealer_id is not None
    found = sheet(session, number, own=own)
    report = found.report
    same = (
        "number", "state", "title", "vin", "produced_week", "odometer_km", "part_number", "part_name", "supplier",
        "component", "failure_mode", "failure_place", "concern", "cause", "handling", "safety", "loss", "loss_amount",
        "created_by", "created_at", "submitted_at", "answer",
    )  # fmt: skip
    conditions = ("road", "weather", "speed", "load", "engine_state")
    return QualityPaper(
        **{name: getattr(report, name) for name in same},
        conditions={name: getattr(report, name) for name in conditions},
        **_car(found), **_work(found, own=own),
        photos=tuple(PaperPhoto(one.storage_key, one.caption, one.added_at) for one in found.photos[:MOST_PHOTOS]),
        claims=tuple(found.claims), claim_count=found.claim_count,
        measures=tuple(
            PaperMeasure(m.kind, m.text, m.in_force_on, m.published_at, m.lifted_at, not own and m.id in found.failed)
            for m in found.measures
        ),
    )  # fmt: skip


def _car(found: Sheet) -> dict[str, Any]:
    car, dealer, model = found.vehicle, found.dealer, found.model
    return {
        "station": f"{dealer.code} {dealer.name}" if dealer else None, "order": found.order,
        "plate": car.plate if car else None, "model": f"{model.code} {model.name_zh}" if model else None,
        "produced_on": car.produced_on if car else None, "sold_on": car.invoiced_on if car else None,
    }  # fmt: skip


def _work(found: Sheet, *, own: bool) -> dict[str, Any]:
    """Return what headquarters made of it; a station's copy says nothing of that."""
    report, ending = found.report, found.ending
    figures = None if own or report.effect_figures is None else read(Figures, report.effect_figures)
    return {
        "responsible_unit": None if own else report.responsible_unit,
        "responsible_name": "" if own else report.responsible_name,
        "ended": ending.reason if ending else None, "ended_at": ending.at if ending else None,
        "joined_to": None if own else report.joined_to,
        "effect": None if own else report.effect, "effect_note": "" if own else report.effect_note, "figures": figures,
        "steps": tuple(PaperStep(s.step, s.owner, s.due_on, s.done_on, s.text) for s in found.steps),
    }  # fmt: skip


def file_name(paper: QualityPaper) -> str:
    """Name the file after the report."""
    return paper.number
