"""The room's words: values of its columns → messages."""

from __future__ import annotations

from portal.kernel.i18n import N_
from warranty.guarantee.words import CHOICES

__all__ = ["CHOICES"]

STATES = {
    "received": N_("Waits for a decision"),
    "proposed": N_("Refusal proposed"),
    "accepted": N_("Accepted, reply due"),
    "refused": N_("Refused, reply due"),
    "replied": N_("Answered, to be completed"),
    "completed": N_("Carried out"),
    "closed": N_("Refused and answered"),
    "withdrawn": N_("Withdrawn"),
}
ACTIONS = {
    "accept": N_("Headquarters accepted the demand"),
    "refuse": N_("Headquarters refused the demand"),
    "propose_refusal": N_("A refusal against the finding was proposed"),
    "confirm_refusal": N_("A second person confirmed the refusal"),
    "reject_refusal": N_("A second person rejected the refusal"),
    "retract_refusal": N_("The proposal to refuse was taken back"),
    "reconsider": N_("The refusal is to be decided anew"),
    "reply": N_("The owner has the answer"),
    "propose_delay": N_("Days of the owner's delay were proposed"),
    "confirm_delay": N_("A second person confirmed the owner's delay"),
    "reject_delay": N_("A second person rejected the owner's delay"),
    "switch_to_return": N_("The owner asks for the money instead"),
    "complete": N_("Carried out"),
    "withdraw": N_("The owner withdrew the demand"),
    "accept_withdrawal": N_("Headquarters recorded that the owner withdrew the demand"),
}
TONES = {
    "accept": "success", "refuse": "danger", "propose_refusal": "warning", "confirm_refusal": "danger",
    "reject_refusal": "info", "retract_refusal": "info", "reconsider": "warning", "propose_delay": "warning",
    "confirm_delay": "warning", "reject_delay": "info", "reply": "info", "switch_to_return": "warning",
    "complete": "success",
}  # fmt: skip
OUTCOMES = {"accept": N_("Accept"), "refuse": N_("Refuse")}
CLOCKS = {"reply": N_("Reply"), "completion": N_("Completion")}
KINDS = {
    "registration": N_("Vehicle registration"),
    "fitting": N_("Fittings and decoration"),
    "service": N_("Services the seller charged"),
}
FINDINGS = {"yes": N_("Carried"), "no": N_("Not carried")}
SWITCHES = {
    "no_car": N_("Neither this model nor a car no worse is to be had"),
    "late": N_("The days for completion are over"),
}
#: What `rules.decision` finds wrong.
FAULTS = {
    "outcome": N_("Please choose what is decided."),
    "fee": N_("The fee for the use cannot be below nought or above what the law allows."),
    "reason_favour": N_("Please say why the owner gets more than the finding gives."),
    "reason_against": N_("Please say why, against the finding: a second person reads it and confirms."),
    "returned_already": N_("The owner asked for the money already."),
    "why": N_("Please choose from the list."),
    "not_late": N_("The days for completion are not over yet."),
    "not_given": N_("The order that rules this case does not give this right."),
}
