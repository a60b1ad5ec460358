"""The room's words: values of its columns → messages, and what each broken rule says."""

from __future__ import annotations

from collections.abc import Iterable

from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_
from warranty.campaigns.rules.scopes import Problem

KINDS = {"service": N_("Service campaign"), "recall": N_("Recall")}
STATES = {
    "draft": N_("Being prepared"),
    "open": N_("In progress"),
    "closed": N_("Closed"),
    "withdrawn": N_("Called off"),
}
TONES = {"open": "success", "closed": "info", "withdrawn": "warning", "reopen": "success", "include": "info"}
ACTIONS = {
    "open": N_("Opened, the cars were filed"),
    "close": N_("Closed"),
    "reopen": N_("Opened again"),
    "withdraw": N_("Called off"),
}
CAR_STATES = {"due": N_("To be done"), "done": N_("Done"), "exempt": N_("Exempt")}
CAR_TONES = {"due": "warning", "done": "success", "exempt": "plain"}
CAR_ACTIONS = {
    "do": N_("Done"),
    "undo": N_("No longer proved"),
    "exempt": N_("Exempt"),
    "include": N_("Has to be done after all"),
}
EXEMPTIONS = {
    "exported": N_("Exported"),
    "scrapped": N_("Scrapped"),
    "stolen": N_("Stolen"),
    "other": N_("Other reason"),
}
SCOPES = {
    "vin_list": N_("VIN list"),
    "vin_range": N_("VIN range"),
    "production": N_("Model and production dates"),
    "engine_range": N_("Engine number range"),
    "part": N_("Part put in by a repair"),
}
DUTIES = {
    "objection": N_("Object to the authority's notice, if at all"),
    "plan": N_("File the recall plan"),
    "sellers": N_("Tell the dealers: open the recall here"),
    "publish": N_("Publish the recall"),
    "owners": N_("Tell every owner by letter"),
    "phase": N_("Phase report %(number)s"),
    "final": N_("Final report"),
}
DUTY_STATES = {"done": N_("Done in time"), "late": N_("Done late"), "due": N_("Due"), "overdue": N_("Overdue")}
DUTY_TONES = {"done": "success", "late": "warning", "due": "info", "overdue": "danger"}
SOLD = {"yes": N_("Sold"), "no": N_("Unsold")}

#: What the fields of a campaign are called, by their names on the form.
FIELDS = {
    "number": N_("Campaign no."),
    "kind": N_("Kind"),
    "title": N_("Title"),
    "maker": N_("Maker"),
    "maker_number": N_("Maker's own number"),
    "component": N_("Component concerned"),
    "defect": N_("Defect"),
    "hazard": N_("What it can lead to"),
    "precaution": N_("What the owner does until then"),
    "measure": N_("Measure"),
    "part_number": N_("Part number"),
    "operation_code": N_("Labour operation"),
    "announced": N_("Cars announced"),
    "stop_sale": N_("Stop sale: unsold cars are not sold until the work is done"),
    "filing_no": N_("Filing no. of the recall plan"),
    "built_from": N_("Built from"),
    "built_until": N_("Built until"),
    "notice_on": N_("Authority's notice"),
    "confirmed_on": N_("Defect confirmed, or recall ordered"),
    "filed_on": N_("Plan filed"),
    "published_on": N_("Published"),
    "owners_told_on": N_("Owners' letters sent"),
    "starts_on": N_("Begins"),
    "ends_on": N_("Ends"),
    "note": N_("Note"),
}

#: What to say when a rule is broken; keys are the codes of `rules.scopes.Problem`.
FAULTS = {
    "required": N_("Please fill this in."),
    "choose": N_("Please choose from the list."),
    "too_long": N_("At most %(detail)s characters."),
    "vin": N_("This is no VIN: 17 characters without I, O and Q."),
    "engine": N_("An engine number ends in figures; by them the range is put in order."),
    "heads_differ": N_("Both ends of the range need the same beginning (%(detail)s) and the same length."),
    "range_turned": N_("The end of the range is before its beginning."),
    "days_turned": N_("This day is before the one it follows."),
    "model_unknown": N_("No model has the code %(detail)s."),
    "part_unknown": N_("No part has the number %(detail)s."),
    "operation_unknown": N_("No labour operation has the code %(detail)s."),
    "number_form": N_("A campaign number has letters, figures, hyphens and full stops only."),
    "number_taken": N_("Another campaign has this number."),
}


def refuse(problems: Iterable[Problem]) -> None:
    """Raise what is wrong, each at its field; nothing when nothing is."""
    faults = [Fault(FAULTS[problem.code], problem.field, {"detail": problem.detail}) for problem in problems]
    if faults:
        raise DomainError(*faults)
