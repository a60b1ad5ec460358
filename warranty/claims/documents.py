"""The claim form (索赔单) as it is printed and signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from parts.returns.queries.pages import of_claim
from portal.kernel.money import total
from warranty.claims.models import ClaimLine
from warranty.claims.queries.pages import Event, audit_steps, life, sheet
from warranty.claims.rules.checks import CHECK_BY_ID, Check
from warranty.claims.rules.money import Step
from warranty.claims.words import LINE_NAMES, RECKONED, ROUTES, written


@dataclass(frozen=True)
class FormLine:
    """A line as printed; amounts in yuan, ``audited`` None while nobody decided.

    ``note`` is what a line without a name of its own is for; ``reckoning`` are messages and their figures.
    """

    position: int
    kind: str
    code: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    applied: Decimal
    audited: Decimal | None
    causal: bool
    reason: str | None
    note: str
    reckoning: tuple[tuple[str, Mapping[str, str]], ...]


@dataclass(frozen=True)
class FormFinding:
    """A finding that went along with the version."""

    check: Check
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class FormDecision:
    """A decision as printed."""

    outcome: str
    version: int
    level: int
    at: datetime
    by: str
    reason: str | None
    book: int | None = None  # of the rules that decided; a person's is None


@dataclass(frozen=True)
class ClaimPaper:
    """All that stands on a claim form."""

    number: str
    version: int
    state: str
    claim: Mapping[str, Any]
    order: Mapping[str, Any]
    dealer: Mapping[str, Any]
    car: Mapping[str, Any]
    lines: tuple[FormLine, ...]
    applied: Decimal
    audited: Decimal | None
    submitted_by: str | None
    findings: tuple[FormFinding, ...]
    decisions: tuple[FormDecision, ...]
    old_parts: tuple[str, ...] | None  # None: the decision says which


#: States in which it is known which old parts must come back.
APPROVED = ("approved", "in_settlement", "settled")
#: What of the claim stands in the head of the form.
HEADER = (
    "type", "received_at", "completed_at", "submitted_at", "odometer_km", "concern", "cause", "correction",
    "failure_mode", "damage_place", "damage_degree", "causal_part", "causal_supplier", "pre_authorisation", "campaign",
    "component",
)  # fmt: skip


def build_claim_form(session: Session, number: str) -> ClaimPaper:
    """Load what a claim form says, in the caller's scope; `NotFoundError` where there is none."""
    found = sheet(session, number)
    claim, events = found.claim, life(session, found.claim)
    versions = [event.version for event in events if event.version]
    lowered = audit_steps(claim)
    lines = tuple(
        FormLine(
            line.position, line.kind, line.code, line.name, line.quantity, line.unit_price, line.applied, line.audited,
            line.causal, line.reason, LINE_NAMES.get(line.code, ""),
            _reckoning(line, lowered.get(line.position)),
        )
        for line in claim.lines
    )  # fmt: skip
    return ClaimPaper(
        number=claim.number, version=claim.version, state=claim.state,
        claim={name: getattr(claim, name) for name in HEADER}, order=dict(found.order._mapping),  # noqa: SLF001
        dealer=dict(found.dealer._mapping), car=dict(found.car._mapping), lines=lines,  # noqa: SLF001
        applied=total(line.applied for line in lines), audited=claim.audited,
        submitted_by=versions[-1].by if versions else None,
        findings=tuple(
            FormFinding(CHECK_BY_ID[one["check"]], written(one["figures"]))
            for one in (versions[-1].findings if versions else []) if one["check"] in CHECK_BY_ID
        ),
        decisions=tuple(_decisions(events)),
        old_parts=tuple(part.number for part in of_claim(session, claim.number)) if claim.state in APPROVED else None,
    )  # fmt: skip


def _reckoning(line: ClaimLine, lowered: Step | None) -> tuple[tuple[str, Mapping[str, str]], ...]:
    steps = [Step(**step) for step in line.reckoning or ()]
    return tuple((RECKONED[step.code], step.figures) for step in [*steps, *([lowered] if lowered else [])])


def form_file_name(paper: ClaimPaper) -> str:
    """Name the file after the claim's number."""
    return paper.number


def _decisions(events: list[Event]) -> list[FormDecision]:
    return [
        FormDecision(
            one.outcome,
            one.version,
            one.level,
            one.decided_at,
            one.decided_by,
            one.reason if one.book is None or one.reason is None else ROUTES.get(one.reason, one.reason),
            one.book,
        )
        for one in (event.decision for event in events)
        if one is not None
    ]
