"""The room's words: values of its columns and codes of its hindrances → messages."""

from __future__ import annotations

from dealers.service.words import COMPONENTS, FAILURE_MODES
from portal.kernel.i18n import N_

__all__ = ["COMPONENTS", "FAILURE_MODES"]

STATES = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "returned": N_("Returned"),
    "in_analysis": N_("In analysis"),
    "measures": N_("Measures decided"),
    "checking": N_("Checking the effect"),
    "closed": N_("Closed"),
    "rejected": N_("Not accepted"),
    "joined": N_("Joined to another report"),
    "withdrawn": N_("Withdrawn"),
}
#: Headquarters sees its own drafts alone, and nobody submits these: the analysis is begun.
HEADQUARTERS_STATES = {**STATES, "draft": N_("Analysis not begun")}
ACTIONS = {
    "submit": N_("Submitted"),
    "withdraw": N_("Withdrawn"),
    "begin": N_("Analysis begun"),
    "withdraw_own": N_("Withdrawn"),
    "take_up": N_("Taken up"),
    "return": N_("Returned"),
    "reject": N_("Not accepted"),
    "join": N_("Joined to another report"),
    "decide": N_("Measures decided"),
    "enforce": N_("Measures in force"),
    "resume": N_("Back to the analysis"),
    "close": N_("Closed"),
}
#: Steps whose reason headquarters writes for itself.
INTERNAL = frozenset({"decide", "enforce", "resume"})
TONES = {
    "submit": "info", "take_up": "info", "begin": "info", "return": "warning", "reject": "danger", "resume": "warning",
    "withdraw_own": "warning", "close": "success", "enforce": "success",
}  # fmt: skip
ROADS = {
    "city": N_("City road"),
    "highway": N_("Motorway"),
    "rural": N_("Country road"),
    "mountain": N_("Mountain road"),
    "unpaved": N_("Unpaved road"),
    "standing": N_("Standing"),
}
WEATHERS = {
    "fine": N_("Fine"),
    "rain": N_("Rain"),
    "snow": N_("Snow or ice"),
    "heat": N_("Heat above 35 °C"),
    "cold": N_("Cold below -10 °C"),
    "dust": N_("Sand or dust"),
}
SPEEDS = {
    "standing": N_("Standing still"),
    "low": N_("Below 40 km/h"),
    "middle": N_("40 to 80 km/h"),
    "high": N_("Above 80 km/h"),
    "accelerating": N_("When accelerating"),
    "braking": N_("When braking"),
}
LOADS = {
    "empty": N_("Driver only"),
    "half": N_("Half loaded"),
    "full": N_("Fully loaded"),
    "over": N_("Overloaded"),
    "towing": N_("Towing a trailer"),
}
ENGINE_STATES = {
    "off": N_("Off"),
    "cold_start": N_("Cold start"),
    "warming": N_("Warming up"),
    "warm": N_("Warm"),
    "idle": N_("Idling"),
    "charging": N_("Charging"),
}
CONDITIONS = {
    "road": ROADS, "weather": WEATHERS, "speed": SPEEDS, "load": LOADS, "engine_state": ENGINE_STATES,
}  # fmt: skip
UNITS = {
    "supplier": N_("Supplier"),
    "plant": N_("Plant"),
    "design": N_("Design"),
    "logistics": N_("Logistics and storage"),
    "station": N_("Repair by a station"),
    "use": N_("Use of the car"),
    "unclear": N_("Not clear yet"),
}
FIELDS = {
    "title": N_("Subject"),
    "part_number": N_("Failed part"),
    "component": N_("Component"),
    "failure_mode": N_("Failure mode"),
    "failure_place": N_("Place of the failure"),
    "odometer_km": N_("Odometer (km)"),
    "road": N_("Road"),
    "weather": N_("Weather"),
    "speed": N_("Speed"),
    "load": N_("Load"),
    "engine_state": N_("Engine or drive"),
    "concern": N_("What the customer noticed"),
    "cause": N_("What the station found"),
    "handling": N_("What the station did"),
    "safety": N_("Somebody could be hurt"),
    "loss": N_("Loss beyond the part"),
    "loss_amount": N_("Loss (yuan)"),
    "responsible_unit": N_("Responsible unit"),
    "responsible_name": N_("Its name"),
}
#: The eight steps, as 8D names them.
STEPS = {
    1: N_("D1 Team"),
    2: N_("D2 Problem"),
    3: N_("D3 Interim containment"),
    4: N_("D4 Root cause"),
    5: N_("D5 Permanent corrective action chosen"),
    6: N_("D6 Corrective action carried out"),
    7: N_("D7 Recurrence prevented"),
    8: N_("D8 Closing"),
}
#: What a step's text ought to say.
HINTS = {
    1: N_("Who works on it: quality, design, purchasing, the supplier."),
    2: N_("What fails where, when, on how many cars; since which batch."),
    3: N_("What protects customers until the cause is gone: stock checked, parts blocked, stations told."),
    4: N_("Why it fails and why nobody noticed; how that was proved."),
    5: N_("What removes the cause, and the test that shows it."),
    6: N_("From which batch or day on; what becomes of parts in stock."),
    7: N_("Which drawings, checks and rules were changed so that it does not come back."),
    8: N_("What the team leaves behind, and who is thanked."),
}
KINDS = {"interim": N_("Interim measure"), "permanent": N_("Permanent measure")}
EFFECTS = {"effective": N_("It helps"), "insufficient": N_("It does not help enough")}
TOLD = {
    "too_early": N_("Too early to say: two whole months before and after are needed."),
    "none": N_("No claims before nor after: the figures say nothing of the measure."),
    "gone": N_("No claims since the measure."),
    "fell": N_("Fewer claims than before."),
    "rose": N_("More claims than before."),
    "same": N_("As many claims as before."),
}
REASONS = {
    "part": N_("same part"),
    "family": N_("part of the same replacement chain"),
    "mode": N_("same failure mode"),
    "model": N_("same model"),
    "batch": N_("same batch"),
    "words": N_("similar words"),
}
OUTCOMES = {
    "take_up": N_("Take up"),
    "return": N_("Return to the station"),
    "join": N_("Join to another report"),
    "reject": N_("Do not accept"),
}
FAULTS = {
    "due_early": N_("The day must not come before the report was taken up."),
    "text_missing": N_("Please write down what was done."),
    "done_day": N_("A day between the taking up and today."),
    "rests_on": N_("It rests on %(steps)s, still open."),
    "steps_open": N_("Still open: %(steps)s."),
    "unit_missing": N_("Please say which unit is responsible."),
    "measure_missing": N_("Please write down a measure first."),
    "permanent_missing": N_("No permanent measure is in force yet."),
    "permanent_failed": N_(
        "The permanent measures so far did not help: please write down one that holds since the analysis was resumed."
    ),
    "early_missing": N_(
        "The figures cannot tell yet: two whole months before and after are needed. Please say why it helps already."
    ),
    "effect_missing": N_("Please check the effect first: only what helps is closed."),
}
