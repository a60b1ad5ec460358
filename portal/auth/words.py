"""The room's words: why a password is refused, what a trace says."""

from __future__ import annotations

from portal.auth.rules import Weakness
from portal.kernel.i18n import N_

WEAKNESSES = {
    Weakness.SHORT: N_("Use at least 10 characters. A short sentence is easy to remember."),
    Weakness.LONG: N_("Use at most 128 characters."),
    Weakness.USERNAME: N_("The password must not contain your user name."),
    Weakness.COMMON: N_("This password is among the first that are guessed. Please choose another."),
}

YES_NO = {"yes": N_("Yes"), "no": N_("No")}

#: What was done, as the trail keeps it.
ACTIONS = {
    "create": N_("Was made"),
    "change": N_("Was changed"),
    "delete": N_("Was deleted"),
    "bulk insert": N_("Many made"),
    "bulk update": N_("Many changed"),
    "bulk delete": N_("Many deleted"),
    "sign in": N_("Signed in"),
    "sign in failed": N_("Sign-in failed"),
    "sign in refused": N_("Sign-in refused"),
    "locked out": N_("Locked out"),
    "unlocked": N_("Unlocked"),
    "sign out": N_("Signed out"),
    "session ended": N_("Session ended"),
    "sessions ended": N_("Sessions ended"),
    "other sessions ended": N_("Other sessions ended"),
    "password refused": N_("Password refused"),
    "second factor failed": N_("Second factor failed"),
    "recovery codes made": N_("Recovery codes made"),
    "recovery code used": N_("Recovery code used"),
    "file made": N_("File made"),
    "file downloaded": N_("File downloaded"),
}

#: Where a change came from, when it did not come over the network.
ORIGINS = {"cli": N_("Command line"), "job": N_("Background work"), "-": N_("System")}

#: The tables that leave a trace, as people call what is in them.
TABLES = {
    "calendar_day": N_("Holiday or make-up working day"),
    "calendar_year": N_("Year of the calendar"),
    "campaign": N_("Campaign"),
    "campaign_car": N_("Car of a campaign"),
    "campaign_report": N_("Report of a recall"),
    "campaign_scope": N_("Definition of a campaign"),
    "campaign_vin": N_("VIN list of a campaign"),
    "claim": N_("Claim"),
    "claim_decision": N_("Decision on a claim"),
    "claim_line": N_("Line of a claim"),
    "claim_rule_book": N_("Rule book"),
    "claim_version": N_("Version of a claim"),
    "coverage_contract": N_("Extended-service contract"),
    "coverage_goodwill": N_("Goodwill"),
    "coverage_part_warranty": N_("Warranty of parts"),
    "coverage_policy": N_("Coverage policy"),
    "customer": N_("Owner"),
    "dealer": N_("Dealer"),
    "guarantee_alarm": N_("Alarm of the watch"),
    "guarantee_case": N_("Replacement or return case"),
    "guarantee_case_cost": N_("Loss made good in a case"),
    "guarantee_case_escalation": N_("Clock of a case told of"),
    "guarantee_certificate": N_("Three-guarantees terms of a model"),
    "guarantee_certificate_issue": N_("Three-guarantees certificate"),
    "guarantee_maker": N_("Maker's data"),
    "guarantee_notice": N_("Notice of the watch"),
    "guarantee_regime": N_("Three-guarantees order"),
    "import_mapping": N_("Column mapping of an import"),
    "labour_line": N_("Labour line"),
    "labour_operation": N_("Labour operation"),
    "labour_rate": N_("Labour rate"),
    "ledger_entry": N_("Ledger entry"),
    "odometer_reading": N_("Odometer reading"),
    "ownership": N_("Ownership"),
    "part": N_("Part"),
    "part_line": N_("Part line"),
    "sublet_line": N_("Line of sublet work"),
    "labour_overlap": N_("Overlapping operation"),
    "part_fitment": N_("Part fitment"),
    "part_group": N_("System or assembly"),
    "part_picture": N_("Part picture"),
    "deduction": N_("Deduction of a statement"),
    "old_part": N_("Old part"),
    "old_part_dispute": N_("Dispute of an old part"),
    "old_part_photo": N_("Photo of an old part"),
    "part_delivery": N_("Delivery of parts"),
    "part_delivery_line": N_("Line of a delivery"),
    "part_disposal": N_("Disposal of old parts"),
    "part_order": N_("Parts order"),
    "part_order_line": N_("Line of a parts order"),
    "quality_claim": N_("Claim of a quality report"),
    "quality_measure": N_("Measure of a quality report"),
    "quality_measure_read": N_("Reading of a measure"),
    "quality_photo": N_("Photo of a quality report"),
    "quality_report": N_("Parts quality report"),
    "quality_step": N_("8D step of a quality report"),
    "recovery": N_("Supplier recovery"),
    "recovery_contract": N_("Recovery contract"),
    "recovery_entry": N_("Entry of the recovery ledger"),
    "recovery_line": N_("Line of a recovery"),
    "recovery_round": N_("Round of a recovery"),
    "return_box": N_("Box of old parts"),
    "return_notice": N_("Notice of overdue old parts"),
    "return_rule": N_("Rule of old parts"),
    "stock_bin": N_("Stock bin"),
    "stock_document": N_("Stock document"),
    "stock_item": N_("Stock item"),
    "stock_movement": N_("Stock movement"),
    "stock_take": N_("Stock-take"),
    "stock_take_line": N_("Line of a stock-take"),
    "stock_transfer": N_("Transfer between stations"),
    "stock_transfer_line": N_("Line of a transfer"),
    "part_price": N_("Part price"),
    "pre_authorisation": N_("Pre-authorisation"),
    "pre_authorisation_version": N_("Version of a pre-authorisation"),
    "repair_job": N_("Job of a repair order"),
    "repair_order": N_("Repair order"),
    "repair_photo": N_("Photo"),
    "role_policy": N_("Second factor by role"),
    "settlement": N_("Settlement"),
    "settlement_line": N_("Line of a settlement"),
    "settlement_period": N_("Settlement month"),
    "supplier": N_("Supplier"),
    "tax_rate": N_("Tax rate"),
    "user_account": N_("Account"),
    "vehicle": N_("Vehicle"),
    "vehicle_model": N_("Vehicle model"),
}

#: What a trace can be about: a table, or a file that was made or taken.
SUBJECTS = {**TABLES, "audit_entry": N_("Audit trail"), "job": N_("File of the download centre")}

#: What stands in a trace that is no column of a table.
FIELDS = {
    "rows": N_("Number of rows"),
    "left": N_("Left"),
    "file": N_("File"),
    "title": N_("Title"),
    "list": N_("List"),
    "query": N_("Filters, order and columns"),
    "paper": N_("Paper"),
    "key": N_("Number"),
}
