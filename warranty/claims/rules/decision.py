"""What a decision makes of the lines: never more than was applied for, never less without a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from portal.kernel.money import ZERO, total
from warranty.claims.rules.money import HANDLING, Rates, follow_parts

APPROVED, ADJUSTED, REFUSED = "approved", "adjusted", "refused"
APPROVE, RETURN, REFUSE, REFER = "approve", "return", "refuse", "refer"
#: Above a limit an approval is proposed, and another person signs or rejects it (四眼原则).
PROPOSE, REJECT = "propose", "reject"
FOLLOWS_PARTS = "follows_parts"


@dataclass(frozen=True)
class Asked:
    """A line as it was applied for."""

    position: int
    kind: str
    applied: Decimal


@dataclass(frozen=True)
class LineDecision:
    """What the auditor says of one line. ``amount`` is read for an adjusted line only."""

    position: int
    decision: str = APPROVED
    amount: Decimal | None = None
    reason: str | None = None
    reason_code: str | None = None


@dataclass(frozen=True)
class Judged:
    """What became of one line. ``audited`` is None while the claim is not decided (returned)."""

    position: int
    decision: str
    audited: Decimal | None
    reason: str | None = None
    reason_code: str | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a decision can't stand: a code, and the line and part of it that it is about."""

    code: str
    position: int | None = None
    part: str = "amount"


@dataclass(frozen=True)
class Judgement:
    """Every line judged and their sum; or the faults that keep the decision from standing."""

    lines: tuple[Judged, ...] = ()
    audited: Decimal | None = None
    faults: tuple[Refusal, ...] = ()


def judge(asked: Sequence[Asked], said: Mapping[int, LineDecision], outcome: str, rates: Rates) -> Judgement:
    """Judge every line of a claim; a line nothing was said about is approved as it stands."""
    if outcome == REFUSE:
        lines = tuple(_refused(line, said.get(line.position)) for line in asked)
        return Judgement(lines, ZERO)
    if outcome in {RETURN, REFER, REJECT}:
        return Judgement(tuple(_noted(line, said.get(line.position)) for line in asked))
    decisions = [said.get(line.position, LineDecision(line.position)) for line in asked]
    faults = tuple(fault for line, one in zip(asked, decisions, strict=True) for fault in _faults(line, one))
    if asked and all(one.decision == REFUSED for one in decisions):
        faults = (*faults, Refusal("all_refused"))
    if faults:
        return Judgement(faults=faults)
    judged = [_judged(line, one) for line, one in zip(asked, decisions, strict=True)]
    lines = tuple(_follow(asked, judged, rates))
    return Judgement(lines, total(line.audited or ZERO for line in lines))


def _faults(line: Asked, said: LineDecision) -> list[Refusal]:
    found = []
    if said.decision not in {APPROVED, ADJUSTED, REFUSED}:
        found.append(Refusal("unknown", line.position, "decision"))
    if said.decision == ADJUSTED:
        if said.amount is None:
            found.append(Refusal("amount_missing", line.position))
        elif said.amount < ZERO:
            found.append(Refusal("negative", line.position))
        elif said.amount > line.applied:
            found.append(Refusal("above_applied", line.position))
    if said.decision in {ADJUSTED, REFUSED} and not (said.reason or "").strip():
        found.append(Refusal("reason_missing", line.position, "reason"))
    return found


def _judged(line: Asked, said: LineDecision) -> Judged:
    amounts = {APPROVED: line.applied, ADJUSTED: said.amount, REFUSED: ZERO}
    return Judged(line.position, said.decision, amounts[said.decision], said.reason, said.reason_code)


def _follow(asked: Sequence[Asked], judged: list[Judged], rates: Rates) -> list[Judged]:
    """Keep the handling fee at its share of the parts that are paid, and say that it was done."""
    amounts = [(line.kind, one.audited or ZERO) for line, one in zip(asked, judged, strict=True)]
    result = []
    for line, one, amount in zip(asked, judged, follow_parts(amounts, rates), strict=True):
        if line.kind == HANDLING and one.audited is not None and amount < one.audited:
            decision = ADJUSTED if amount else REFUSED
            result.append(replace(one, decision=decision, audited=amount, reason_code=FOLLOWS_PARTS))
        else:
            result.append(one)
    return result


def _refused(line: Asked, said: LineDecision | None) -> Judged:
    reason = said.reason if said else None
    return Judged(line.position, REFUSED, ZERO, reason, said.reason_code if said else None)


def _noted(line: Asked, said: LineDecision | None) -> Judged:
    """Keep what the auditor wrote beside a line of a claim that goes back."""
    reason = said.reason if said else None
    return Judged(line.position, said.decision if said else APPROVED, None, reason, said.reason_code if said else None)
