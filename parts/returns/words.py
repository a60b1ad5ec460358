"""The room's words: values of its columns and codes of its faults → messages."""

from __future__ import annotations

from portal.kernel.i18n import N_

STATES = {
    "due": N_("To be sent back"),
    "packed": N_("Packed"),
    "shipped": N_("On its way"),
    "signed": N_("To be inspected"),
    "accepted": N_("Inspected, good"),
    "deducted": N_("Inspected, deducted"),
    "missing": N_("Did not come, deducted"),
    "stored": N_("In store"),
    "handed_over": N_("Handed to the supplier"),
    "scrapped": N_("Scrapped"),
    "excused": N_("Excused"),
}
BOX_STATES = {
    "packing": N_("Being packed"),
    "shipped": N_("On its way"),
    "signed": N_("Received by headquarters"),
    "discarded": N_("Box given up"),
}
DISPUTE_STATES = {
    "open": N_("Waits for an answer"),
    "upheld": N_("The deduction stands"),
    "waived": N_("The deduction is waived"),
}
OUTCOMES = {
    "ok": N_("Good"),
    "wrong_part": N_("Wrong part"),
    "no_fault": N_("No fault found"),
    "missing": N_("Missing"),
    "not_genuine": N_("Not genuine"),
    "not_causal": N_("Not the part that failed"),
    "damaged": N_("Damaged"),
    "no_label": N_("No label"),
}
#: Why something was deducted: what an inspection found, or that nothing came to be inspected.
REASONS = {**OUTCOMES, "overdue": N_("Not sent back in time"), "arrived": N_("It came after it was written off")}
#: Whose photo of an old part it is.
SIDES = {"head_office": N_("Headquarters"), "dealer": N_("Station")}
LIABILITIES = {
    "supplier": N_("Supplier's quality"),
    "maker": N_("Maker's own account"),
    "goodwill": N_("Goodwill"),
}
SCOPES = {"all": N_("All parts that failed first"), "component": N_("A component"), "part": N_("A part")}
DEMANDS = {
    "always": N_("Always back"),
    "never": N_("Never back"),
    "sample": N_("A share of them"),
    "general": N_("As the wider rule says"),
}
DISPOSALS = {"hand_over": N_("Hand over to the supplier"), "scrap": N_("Scrap")}
DISPOSED = {"hand_over": N_("Handed to the supplier"), "scrap": N_("Scrapped")}
ACTIONS = {
    "pack": N_("Packed"),
    "unpack": N_("Taken out of the box"),
    "unpack_late": N_("Taken out of the box"),
    "ship": N_("Handed to the carrier"),
    "sign": N_("Received by headquarters"),
    "lack": N_("Was not in the box"),
    "lack_late": N_("Was not in the box"),
    "accept": N_("Inspected: good"),
    "deduct": N_("Inspected: deducted"),
    "miss": N_("Inspected: missing"),
    "write_off": N_("Overdue: deducted"),
    "excuse": N_("Excused"),
    "correct": N_("The inspection is corrected"),
    "store": N_("Put into the store"),
    "hand_over": N_("Handed to the supplier"),
    "scrap": N_("Scrapped"),
    "discard": N_("Box given up"),
    "lose": N_("Nothing of the box arrived"),
    "uphold": N_("Headquarters upholds the deduction"),
    "waive": N_("Headquarters waives the deduction"),
}
TONES = {
    "ship": "info", "sign": "info", "lack": "warning", "lack_late": "warning", "correct": "warning", "lose": "danger",
    "accept": "success", "deduct": "danger",
    "miss": "danger", "write_off": "danger", "excuse": "success", "uphold": "warning", "waive": "success",
}  # fmt: skip
LABEL_FAULTS = {
    "foreign": N_("“%(text)s” is no label of an old part."),
    "torn": N_("The label “%(text)s” is torn or mistyped: its check does not fit. Type what stands under the code."),
}  # fmt: skip
FAULTS = {
    "past": N_("A rule can begin today at the earliest: what was asked for stays."),
    "day_taken": N_("There is a rule for this from that day already."),
    "subject": N_("Name the component or the part for such a rule, and nothing for all parts."),
    "general_of_all": N_("The rule for all parts has no wider one above it."),
    "percent": N_("A share is a whole number from 1 to 99 per cent."),
    "days": N_("A whole number of days from 1 to 365."),
    "outcome": N_("Please choose what was found."),
    "ok_costs": N_("A good part costs nothing."),
    "amount": N_("From 0 to what the claim paid for the part."),
    "reason_lower": N_("Please say why less is deducted than the claim paid."),
}
