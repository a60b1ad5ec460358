"""What headquarters may decide: as the engine found, in the owner's favour, or against it with a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.kernel.money import ZERO
from warranty.cases.rules.articles import Articles

ACCEPT, REFUSE = "accept", "refuse"
OUTCOMES = (ACCEPT, REFUSE)
#: Why an owner may have the money instead of another car: fields of `Articles`.
SWITCHES = ("no_car", "late")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The step that a decision takes, or what is wrong with it: (code, field).

    ``in_favour``: the owner gets more than the finding gives.
    """

    action: str | None
    in_favour: bool = False
    faults: tuple[tuple[str, str], ...] = ()


def judge(accepted: bool, outcome: str, reason: str, usage_fee: Decimal | None, most_fee: Decimal) -> Judgement:  # noqa: FBT001  (the finding's own yes or no)
    """Say which step a decision takes.

    ``accepted`` is the engine's finding, ``most_fee`` what the owner may be asked for at the most.
    Accepting what the finding refuses, or asking a lower fee, is in the owner's favour and needs a
    reason; refusing what it accepts is only proposed, with a reason, for a second person to confirm.
    """
    given = bool(reason.strip())
    if outcome == REFUSE:
        if not accepted:
            return Judgement("refuse")
        return Judgement("propose_refusal") if given else Judgement(None, faults=(("reason_against", "reason"),))
    if outcome != ACCEPT:
        return Judgement(None, faults=(("outcome", "outcome"),))
    faults = []
    fee = most_fee if usage_fee is None else usage_fee
    in_favour = not accepted or fee < most_fee
    if not ZERO <= fee <= most_fee:
        faults.append(("fee", "usage_fee"))
    if in_favour and not given:
        faults.append(("reason_favour", "reason"))
    return Judgement(None if faults else "accept", in_favour, tuple(faults))


def may_confirm(proposed_by: int | None, confirming: int | None) -> bool:
    """Tell whether a proposal may be decided on: by another, known person only."""
    return confirming is not None and proposed_by is not None and confirming != proposed_by


def may_switch(choice: str, why: str, gives: Articles, today: date, complete_by: date) -> str | None:
    """Return why an owner who waits for another car may not have the money instead; None if so.

    ``why`` is ``no_car`` (neither the model nor one no worse is to be had) or ``late`` (the days for
    completion are over; the owner's own delay has put ``complete_by`` off). ``gives``: what the order grants.
    """
    if choice != "replace":
        return "returned_already"
    if why not in SWITCHES:
        return "why"
    if getattr(gives, why) is None:
        return "not_given"
    return "not_late" if why == "late" and today <= complete_by else None
